from __future__ import annotations

from dataclasses import replace

from rag.evaluation.grouping import Grouping
from rag.evaluation.groups import evidence_language, groups_of
from rag.evaluation.measures import Measured
from rag.evaluation.summary import crosses_languages, summarise
from tests.rag.evaluation.rows import QUESTION, SENTENCE

ZH = replace(QUESTION, id="q2", language="zh", type="fact", evidence=(SENTENCE,))


def test_means_are_taken_over_the_questions_that_a_measure_applies_to() -> None:
    rows = [Measured(QUESTION, {}, {"m": 1.0}), Measured(ZH, {}, {"m": 0.0, "n": 0.5}), Measured(ZH, {}, {"m": 0.0})]

    found = summarise(rows, [Grouping.LANGUAGE, Grouping.TYPE])

    assert found.groups == ("all", "en", "zh", "zh/fact")
    assert found.measures == ("m", "n")
    [everything, english, chinese] = [found.of(group, "m") for group in ("all", "en", "zh")]
    assert everything is not None
    assert english is not None
    assert chinese is not None
    assert (everything.mean, everything.questions) == (1 / 3, 3)
    assert (english.mean, chinese.mean, chinese.questions) == (1.0, 0.0, 2)
    assert found.of("en", "n") is None
    assert found.of("zh/fact", "n") == found.of("all", "n")


def test_nothing_is_summarised_as_nothing() -> None:
    assert summarise([], list(Grouping)).groups == ()


def test_the_direction_is_from_the_question_to_where_its_answer_stands() -> None:
    told = replace(QUESTION, evidence_language="zh")
    by_documents = {"evidence_lang": "zh"}

    assert dict(groups_of(ZH, {}))[Grouping.DIRECTION] == "zh→en"
    assert dict(groups_of(told, {}))[Grouping.DIRECTION] == "en→zh"
    assert dict(groups_of(QUESTION, by_documents))[Grouping.DIRECTION] == "en→zh"
    assert evidence_language(QUESTION, {}) == ""
    assert evidence_language(replace(ZH, answerable=False), {}) == ""


def test_directions_are_worth_showing_when_one_crosses() -> None:
    own = replace(QUESTION, evidence=(SENTENCE,))

    assert crosses_languages([Measured(own, {}, {}), Measured(ZH, {}, {})])
    assert not crosses_languages([Measured(own, {}, {}), Measured(QUESTION, {}, {})])
