from __future__ import annotations

import numpy as np
import pytest

from rag.answering.attribution import (
    QUANTITIES_WEIGHT,
    WORDS_WEIGHT,
    Attribution,
    attribute,
    coverage,
    score,
)
from rag.answering.evidence import Evidence, centred, split_sources
from rag.answering.verification import verify
from rag.citations import SupportStatus
from rag.documents import Language
from rag.models.embedding import Embedder
from rag.retrieval.centres import estimate_centres
from rag.text.language import detect_language
from rag.text.terms import lexical_terms
from tests.rag.answering.sources import CLAIM, evidence, sentence, source


def attributed(claim: str, found: Evidence, language: Language = "en") -> Attribution:
    return attribute(claim, CLAIM, language, found)


def texts(attribution: Attribution) -> list[str]:
    return [sentence.text for sentence in attribution.sentences]


def terms(text: str) -> frozenset[str]:
    return frozenset(lexical_terms(text))


def test_the_closest_sentence_carries_the_claim() -> None:
    found = evidence(("Parking is free.", 0.1), ("Delivery takes long.", 0.8), ("Lunch is late.", 0.2))

    result = attributed("Shipping needs time.", found)

    assert texts(result) == ["Delivery takes long."]
    assert result.closeness == pytest.approx(0.8)
    assert not result.across_languages


def test_without_evidence_nothing_carries_it() -> None:
    assert attributed("Anything.", evidence()) == Attribution(())


def test_a_sentence_with_the_claims_words_goes_before_a_closer_one() -> None:
    found = evidence(("Shipping is late on Mondays.", 0.5), ("Warranty claims need a receipt.", 0.3))

    # 0.3 + 0.5 for all four words against 0.5 for none
    assert texts(attributed("Warranty claims need a receipt.", found)) == ["Warranty claims need a receipt."]


def test_a_sentence_with_the_claims_quantity_goes_before_one_with_another() -> None:
    found = evidence(("The warranty lasts 12 months.", 0.6), ("The warranty lasts 24 months.", 0.5))

    assert texts(attributed("The warranty lasts 24 months.", found)) == ["The warranty lasts 24 months."]


def test_a_second_sentence_joins_when_it_brings_a_quantity_that_the_first_lacks() -> None:
    found = evidence(
        ("Revenue rose to 5 million yuan.", 0.8),
        ("Costs fell by 3%.", 0.5),
        ("The office has 3 floors.", 0.5),
    )

    result = attributed("Revenue rose to 5 million yuan and costs fell by 3%.", found)

    assert texts(result) == ["Revenue rose to 5 million yuan.", "Costs fell by 3%."]


def test_a_number_in_a_sentence_that_is_far_from_the_claim_does_not_join() -> None:
    found = evidence(("Revenue rose to 5 million yuan.", 0.9), ("Lunch hours shrank by 3% then.", -0.5))

    assert texts(attributed("Revenue rose to 5 million yuan, up 3%.", found)) == ["Revenue rose to 5 million yuan."]


def test_a_second_sentence_joins_when_it_adds_a_third_of_the_words() -> None:
    found = evidence(("Managers approve leave.", 0.7), ("Directors sign contracts.", 0.7))

    result = attributed("Managers approve leave and directors sign contracts.", found)

    assert texts(result) == ["Managers approve leave.", "Directors sign contracts."]
    assert result.coverage == 1.0
    assert result.quotes == "Managers approve leave.\nDirectors sign contracts."


def test_words_alone_do_not_join_from_far() -> None:
    found = evidence(("Managers approve leave.", 0.9), ("Directors sign contracts.", 0.3))

    result = attributed("Managers approve leave and directors sign contracts.", found)

    # 0.3 + 0.5 × 3/6 of the words, of 0.9 + 0.5 × 3/6
    assert texts(result) == ["Managers approve leave."]


def test_surroundings_decide_between_sentences_that_say_the_same() -> None:
    found = evidence(("This strengthened its position.", 0.8), ("This improved its position.", 0.7))
    bonus = np.array([-0.2, 0.0])

    result = attribute("The position got better.", CLAIM, "en", found, bonus)

    assert texts(result) == ["This improved its position."]
    assert result.closeness == pytest.approx(0.7)  # the bonus is no meaning


def test_at_most_three_sentences_join() -> None:
    found = evidence(*((f"Item costs {n} yuan.", 0.5) for n in (11, 12, 13, 14)))

    assert len(attributed("They cost 11 yuan, 12 yuan, 13 yuan and 14 yuan.", found).sentences) == 3


def test_words_of_the_claims_language_do_not_join_a_source_of_the_other() -> None:
    found = evidence(("经理批准休假。", 0.9), ("Directors sign contracts.", 0.6))

    result = attributed("Managers approve leave and directors sign contracts.", found)

    assert texts(result) == ["经理批准休假。"]
    assert result.across_languages


def test_a_quantity_joins_across_languages() -> None:
    found = evidence(("收入增至500万元。", 0.9), ("Costs fell by 3%.", 0.6))

    result = attributed("Revenue rose to 5 million yuan and costs fell by 3%.", found)

    assert texts(result) == ["收入增至500万元。", "Costs fell by 3%."]


def test_coverage_counts_header_words_half() -> None:
    claim = terms("Warranty lasts long")

    assert coverage(claim, [sentence("It lasts long.")]) == pytest.approx(2 / 3)
    assert coverage(claim, [sentence("It lasts long.", context="Warranty")]) == pytest.approx(2.5 / 3)
    assert coverage(claim, [sentence("The warranty lasts long.", context="Warranty")]) == 1.0
    assert coverage(claim, []) == 0.0
    assert coverage(frozenset(), [sentence("It lasts long.")]) == 0.0


def test_coverage_takes_sentences_together() -> None:
    assert coverage(terms("warranty delivery"), [sentence("Warranty."), sentence("Delivery.")]) == 1.0


def test_a_score_adds_words_and_quantities_to_closeness() -> None:
    claim = "Lasts 24 months and costs 5 yuan"
    half_told = sentence("Lasts 24 months.")

    found = score(claim, terms(claim), half_told, 0.4)

    words = coverage(terms(claim), [half_told])
    assert 0 < words < 1
    assert found == pytest.approx(0.4 + WORDS_WEIGHT * words + QUANTITIES_WEIGHT / 2)


def test_equal_sentences_are_taken_in_their_order() -> None:
    found = evidence(("Parking is free.", 0.5), ("Parking is free!", 0.5))

    assert texts(attributed("Parking is free.", found)) == ["Parking is free."]


def test_closeness_is_that_of_the_best_sentence() -> None:
    found = evidence(("Lunch.", 0.9), ("Warranty claims need a receipt.", 0.7))

    assert attributed("Warranty claims need a receipt.", found).closeness == pytest.approx(np.float32(0.7))


@pytest.mark.parametrize(
    ("claim", "quotes"),
    [
        ("Acme bought Beta in January 2017.", ["In January, it bought Beta.", "In 2017 Acme grew."]),
        ("Acme bought Beta in January.", ["In January, it bought Beta."]),
        ("Acme bought Beta in January 2018.", ["In January, it bought Beta."]),
    ],
)
def test_the_sentence_that_tells_the_year_of_a_date_is_cited_with_it(claim: str, quotes: list[str]) -> None:
    sentences = tuple(split_sources([source("In 2017 Acme grew. In January, it bought Beta.")]))
    found = Evidence(sentences, np.array([[0.2, 0.0], [0.9, 0.0]], np.float32))

    result = attributed(claim, found)

    assert texts(result) == quotes
    status = verify(claim, result, 0.5).status
    assert status is (SupportStatus.CONTRADICTED if "2018" in claim else SupportStatus.SUPPORTED)


@pytest.mark.models
@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        (
            "Before a business trip, employees fill in a form that the head of department approves.",
            "员工出差前须填写申请表，并由部门经理批准。",
        ),
        ("The company pays a housing allowance to employees from other cities.", "公司为外地员工提供住房补贴。"),
        ("If the printer breaks down, call the IT department.", "打印机发生故障时，请联系信息技术部门。"),
        ("访客可以免费停车。", "Parking is free for visitors."),
    ],
)
def test_a_claim_is_closest_to_its_own_source_in_the_other_language(
    real_embedder: Embedder, claim: str, quote: str
) -> None:
    quotes = [
        "员工出差前须填写申请表，并由部门经理批准。",
        "公司为外地员工提供住房补贴。",
        "打印机发生故障时，请联系信息技术部门。",
        "The printer stands on the third floor.",
        "Parking is free for visitors.",
    ]
    centres = estimate_centres(real_embedder)
    found = centred([sentence(text) for text in quotes], real_embedder.embed_passages(quotes), centres)
    language = detect_language(claim)
    (vector,) = centres.passage(real_embedder.embed_passages([claim]), language)

    result = attribute(claim, vector, language, found)

    assert texts(result) == [quote]
    assert result.across_languages
    assert result.closeness > sorted(found.closeness(vector))[-2]
