from __future__ import annotations

import pytest

from rag.answering.telling import adds, is_told, may_answer, tells_more


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who was appointed CEO of Acme in January 2019?", "In January 2019, Acme appointed a new CEO."),
        ("Which bank gave the loan to Acme?", "A bank gave a loan to Acme."),
        ("医疗先锋公司与哪家国际环境组织建立了合作？", "医疗先锋公司与国际环境组织建立了合作。"),
        ("天路公司如何通过绿色产品提升竞争力？", "天路公司通过绿色产品提升了竞争力。"),
    ],
)
def test_the_question_given_back_tells_nothing(question: str, sentence: str) -> None:
    assert not tells_more(question, sentence)
    assert not may_answer(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who was appointed CEO of Acme in January 2019?", "Acme appointed J. Moore as CEO in January 2019."),
        ("How old is E. Chavez?", "E. Chavez is 30 years old."),
        ("When did Acme open?", "Acme opened in 1999."),
        ("How many branches has Acme?", "Acme has 10 branches."),
        ("哪家公司的利润更高，天路还是海通？", "天路公司的利润更高。"),
        ("Did Acme buy Beta in 2019?", "Acme bought Beta in 2019."),
        ("冠饰角龙类是哪种恐龙的演化支？", "角龙"),  # a name alone answers, though the question has it
        ("天路公司何时成立？", "天路公司成立于2005年。"),
        ("天路公司的审判长是谁？", "天路公司的审判长是李明。"),
    ],
)
def test_one_new_word_or_number_or_a_choice_tells_something(question: str, sentence: str) -> None:
    assert tells_more(question, sentence)
    assert may_answer(question, sentence)


def test_new_words_do_not_answer_for_an_amount() -> None:
    question, sentence = "How much did Acme invest in parks?", "Acme is proud of what it invested in parks."

    assert tells_more(question, sentence)
    assert not may_answer(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("于某的诊断依据有几项？", "诊断依据：反复咳嗽，体格检查发现哮鸣音，过敏原检测阳性。"),
        ("How many exhibits were there?", "A camera recording, a witness and a report were shown."),
    ],
)
def test_what_is_to_be_counted_may_be_listed(question: str, sentence: str) -> None:
    assert may_answer(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "quotes"),
    [
        ("李某的家庭成员有哪些？", "李某的家庭成员包括父母和子女。", ["银杏市人民法院刑事判决书"]),
        (
            "How did the training affect Acme?",
            "The training contributed to the overall growth of Acme.",
            ["In May, Acme introduced a training."],
        ),
        ("How many examinations did L. Brown undergo?", "L. Brown underwent 1 examination.", ["Day 1: 39 degrees."]),
        ("葛某最喜欢的食物是什么？", "葛某最喜欢的食物是无。", ["住院病历"]),
    ],
)
def test_what_no_quote_says_beyond_the_question_is_not_told(question: str, sentence: str, quotes: list[str]) -> None:
    assert not is_told(question, sentence, quotes)


@pytest.mark.parametrize(
    ("question", "sentence", "quotes"),
    [
        ("李某的家庭成员有哪些？", "李某的家庭成员包括父母和子女。", ["被告人李某", "父母和子女均在外地"]),
        ("How did the training affect Acme?", "The training cut the costs of Acme.", ["It reduced costs by a third."]),
        ("How many branches has Acme?", "Acme has a total of twelve branches.", ["12 branches are run by it."]),
        ("How many examinations did L. Brown undergo?", "L. Brown underwent 2.", ["2 examinations were made."]),
        ("葛某有药物过敏吗？", "葛某无药物过敏。", ["过敏史：无"]),
        ("What did Acme report?", "Acme reported the income of branches.", ["Acme told what branches earn."]),
        ("公司将怎样发展？", "公司未来将不断扩大产能。", ["公司将扩大产能。"]),
        ("What is the rating?", "The rating is excellent.", ["It was found to be outstanding."]),
        ("Is Acme listed?", "Acme is listed.", ["Its shares are traded."]),
    ],
    ids=[
        "one-of-two-quotes",
        "one-word",
        "a-quantity",
        "a-count",
        "none",
        "no-prefix",
        "no-negation",
        "one-word-may-be-another",
        "nothing-new",
    ],
)
def test_what_a_quote_says_is_told(question: str, sentence: str, quotes: list[str]) -> None:
    assert is_told(question, sentence, quotes)


@pytest.mark.parametrize(
    ("question", "sentence", "does"),
    [
        ("根据碧落市人民医院的住院病历，蓝某的诊断依据有几项？", "住院病历", False),
        ("根据碧落市人民医院的住院病历，蓝某的诊断依据有几项？", "诊断依据：反复咳嗽，体格检查发现哮鸣音。", True),
        ("How old is L. Brown, according to the hospital record?", "Hospital record", False),
        ("How old is L. Brown, according to the hospital record?", "L. Brown is 30.", True),
        ("Where is the office?", "The office is in Oslo.", True),
        ("Is the limit higher in Oslo or in Rome?", "Rome", True),
    ],
)
def test_a_title_that_the_question_quotes_adds_nothing(question: str, sentence: str, does: bool) -> None:
    assert adds(question, sentence) is does
