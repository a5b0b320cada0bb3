from __future__ import annotations

import pytest

from rag.answering.attribution import Attribution
from rag.answering.verification import ACROSS_LANGUAGES, PARTIAL_SHARE, WORDS_SHARE, Verdict, verify
from rag.citations import SupportStatus
from tests.rag.answering.sources import sentence

SUPPORTED, PARTIAL, UNSUPPORTED, CONTRADICTED = SupportStatus

THRESHOLD = 0.6


def judged(
    claim: str, *quotes: str, closeness: float = 0.6, words: float = 0.0, across: bool = False, context: str = ""
) -> Verdict:
    found = tuple(sentence(quote, context=context) for quote in quotes)
    return verify(claim, Attribution(found, closeness, words, across), THRESHOLD)


def failed(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.checks if not check.passed}


@pytest.mark.parametrize(
    ("closeness", "status"),
    [
        (0.6, SUPPORTED),
        (0.59, PARTIAL),
        (PARTIAL_SHARE * THRESHOLD + 0.001, PARTIAL),
        (PARTIAL_SHARE * THRESHOLD - 0.001, UNSUPPORTED),
        (-0.5, UNSUPPORTED),
    ],
)
def test_closeness_alone_decides_where_there_is_nothing_else(closeness: float, status: SupportStatus) -> None:
    verdict = judged("Parking is free.", "You may park at no cost.", closeness=closeness)

    assert verdict.status is status
    assert verdict.score == pytest.approx(closeness)
    assert failed(verdict) == (set() if status is SUPPORTED else {"meaning"})


def test_words_add_to_closeness() -> None:
    closeness = THRESHOLD - WORDS_SHARE / 2

    assert judged("Parking is free.", "Parking is free.", closeness=closeness, words=0.5).status is SUPPORTED
    assert judged("Parking is free.", "Parking is free.", closeness=closeness, words=0.4).status is PARTIAL


def test_across_languages_less_is_needed_since_no_words_are_shared() -> None:
    closeness = THRESHOLD * ACROSS_LANGUAGES

    assert judged("Parking is free.", "停车免费。", closeness=closeness, across=True).status is SUPPORTED
    assert judged("Parking is free.", "停车免费。", closeness=closeness).status is PARTIAL


def test_an_invented_number_is_contradicted_by_another_of_its_kind() -> None:
    verdict = judged("The warranty lasts 60 months.", "The warranty lasts 24 months.", closeness=0.99, words=0.9)

    assert verdict.status is CONTRADICTED
    assert failed(verdict) == {"quantities"}
    assert next(check.detail for check in verdict.checks if check.name == "quantities") == "60 months"


def test_an_invented_number_where_the_quote_has_none_is_unsupported() -> None:
    verdict = judged("The warranty lasts 60 months.", "The warranty lasts long.", closeness=0.99, words=0.9)

    assert verdict.status is UNSUPPORTED
    assert failed(verdict) == {"quantities"}


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The warranty lasts two years.", "保修期为24个月。"),
        ("收入为12.3亿元。", "Revenue was 1,230 million yuan."),
        ("合同于2024年签订。", "The contract was signed on March 5, 2024."),
    ],
)
def test_the_same_quantity_in_other_words_holds(claim: str, quote: str) -> None:
    assert judged(claim, quote).status is SUPPORTED


def test_a_quantity_may_stand_in_the_header_that_the_quote_stands_under() -> None:
    claim = "Revenue in 2023 was 5 yuan."

    assert judged(claim, "Revenue was 5 yuan.", context="Report 2023").status is SUPPORTED
    assert judged(claim, "Revenue was 5 yuan.").status is not SUPPORTED


def test_quantities_may_come_from_several_quotes() -> None:
    verdict = judged("It rose 3% to 5 yuan.", "It rose 3%.", "It is 5 yuan.")

    assert verdict.status is SUPPORTED


def test_a_negation_in_only_one_contradicts_where_both_speak_of_one_thing() -> None:
    opposed = ("Guests may not park in the yard.", "Guests may park in the yard.")

    verdict = judged(*opposed, words=0.9)

    assert (verdict.status, failed(verdict)) == (CONTRADICTED, {"polarity"})
    assert judged("访客可在院内停车。", "访客不可在院内停车。", words=0.9).status is CONTRADICTED


@pytest.mark.parametrize(
    ("claim", "quote", "check"),
    [
        ("The deposit is more than 5 yuan.", "The deposit is under 5 yuan.", "bounds"),
        ("质保期至少两年。", "The warranty lasts no more than 24 months.", "bounds"),
        ("The fee is paid by Acme.", "The fee is paid by Zenith.", "names"),
        ("成都的仓库已投产。", "The warehouse in Shenyang is in operation.", "names"),
        ("Sales rose.", "销售额下降。", "opposites"),
        ("卖方付款。", "买方付款。", "opposites"),
    ],
)
def test_what_is_said_of_something_else_is_contradicted_however_close(claim: str, quote: str, check: str) -> None:
    verdict = judged(claim, quote, closeness=0.99, words=0.9)

    assert (verdict.status, failed(verdict)) == (CONTRADICTED, {check})


def test_a_number_is_not_borrowed_from_a_quote_of_another_thing() -> None:
    backups, warnings = "Backups are kept for 18 months.", "A warning expires after 12 months."

    borrowed = judged("Backups are kept for 12 months.", backups, warnings, closeness=0.99, words=0.9)
    joined = judged("Backups are kept for 18 months, and a warning expires after 12 months.", backups, warnings)

    assert (borrowed.status, failed(borrowed)) == (CONTRADICTED, {"quantities"})
    assert joined.status is SUPPORTED


def test_a_code_says_what_the_numbers_beside_it_are_of() -> None:
    sensor = "S-104 | Oxygen sensor | a lead time of 56 days"
    enclosure = "S-126 | IP65 enclosure | 49 days"

    joined = judged("The oxygen sensor takes 56 days, the IP65 enclosure 49 days.", sensor, enclosure)

    assert joined.status is SUPPORTED


def test_a_name_that_nothing_stands_for_leaves_a_doubt() -> None:
    verdict = judged("Deliveries go to Zenith Foods.", "Deliveries take a week.", closeness=0.99)

    assert (verdict.status, failed(verdict)) == (PARTIAL, {"names"})


@pytest.mark.parametrize(
    ("claim", "quotes", "passes"),
    [
        ("张三的判决更早。", ["苹果区人民法院"], False),
        ("张三的判决更早。", ["张三于2022年5月1日被判决。"], False),
        ("张三的判决更早。", ["张三于2022年5月1日被判决。", "李四于2023年6月2日被判决。"], True),
        ("张三的判决更早。", ["张三的判决早于李四。"], True),
        ("A's profit is higher.", ["A's profit is 5 million dollars."], False),
        ("A's profit is higher.", ["A made 5 million dollars and B made 3 million dollars."], True),
    ],
)
def test_a_comparison_rests_on_both_sides(claim: str, quotes: list[str], passes: bool) -> None:
    verdict = verify(claim, Attribution(tuple(map(sentence, quotes)), 1.0, 1.0), 0.5)

    assert {check.name: check.passed for check in verdict.checks}["comparison"] is passes
    assert passes or verdict.status is SupportStatus.UNSUPPORTED


def test_a_claim_without_a_source_is_unsupported() -> None:
    verdict = judged("Parking is free.")

    assert (verdict.status, verdict.score, failed(verdict)) == (UNSUPPORTED, 0.0, {"evidence"})


def test_a_far_quote_is_unsupported_rather_than_contradicted() -> None:
    verdict = judged("The warranty lasts 60 months.", "The office has been open for 24 months.", closeness=0.1)

    assert verdict.status is UNSUPPORTED


def test_a_threshold_of_nothing_lets_everything_pass_but_quantities() -> None:
    quote = Attribution((sentence("Parking costs 5 yuan."),), 0.0, 0.0)

    assert verify("Parking has a price.", quote, 0.0).status is SUPPORTED
    assert verify("Parking costs 9 yuan.", quote, 0.0).status is CONTRADICTED


def test_what_is_only_planned_is_no_fact() -> None:
    planned = "The company plans to open a branch in Hangzhou."

    told_as_done = judged("The company opened a branch in Hangzhou.", planned)
    told_as_planned = judged("The company plans to open a branch in Hangzhou.", planned)

    assert (told_as_done.status, failed(told_as_done)) == (PARTIAL, {"modality"})
    assert told_as_planned.status is SUPPORTED
