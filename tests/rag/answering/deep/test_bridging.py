from __future__ import annotations

from rag.answering.deep.bridging import bridges, following
from tests.rag.answering.sources import source

QUESTION = "What is the name of the supplier that delivered the leaking seal rings?"


def test_what_the_best_sentence_names_leads_further() -> None:
    told = source("The seal rings delivered by supplier S-114 were leaking.", name="a")
    other = source("The hotel limit in Shenzhen is 700 yuan.", name="b", start=100)

    assert bridges(QUESTION, [told, other]) == ["S-114"]
    assert following(QUESTION, "S-114").startswith("S-114 ")


def test_what_was_asked_about_leads_nowhere_nor_what_the_document_is_about() -> None:
    asked = source("The pump of the QW-300 weighs 5 kg.", name="a")
    titled = source("The seal rings that supplier S-114 delivered were leaking.", name="b", context="Supplier S-114")

    assert (
        bridges("On which days are claims paid?", [source("Claims are paid in May, on the 10th days, by CNY.")]) == []
    )
    assert bridges("How heavy is the pump of the QW-300?", [asked]) == []
    assert bridges(QUESTION, [titled]) == []
    assert bridges(QUESTION, []) == []
