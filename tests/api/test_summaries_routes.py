from __future__ import annotations

from typing import Any

from tests.api.conftest import Api
from tests.api.test_search_and_answers_routes import ASKED, events


def path(leave: dict[str, Any]) -> str:
    return f"/v1/documents/{leave['document_id']}/summary"


def test_a_summary_quotes_its_document_word_for_word(api: Api, leave: dict[str, Any]) -> None:
    summary = api.post(path(leave), json={"length": "short", "extractive": True}).json()

    assert (summary["mode"], summary["length"], summary["coverage"]) == ("extractive", "short", None)
    citation = summary["citations"][0]
    place = f"/v1/documents/{citation['document_id']}/versions/{citation['version_id']}/text"
    assert api.get(place, params=citation["span"]).json()["quote"] == citation["quote"]
    assert "30 days" in summary["text"]


def test_without_a_body_the_chat_model_writes_it(api: Api, leave: dict[str, Any]) -> None:
    summary = api.post(path(leave)).json()

    assert (summary["mode"], summary["text"]) == ("generated", "The notice period is 30 days [1].")
    assert summary["coverage"] == {"parts": 1, "read": 1, "left_out": []}


def test_a_stream_tells_how_far_it_is_and_ends_with_the_summary(api: Api, leave: dict[str, Any]) -> None:
    reply = api.post(path(leave), headers={"Accept": "text/event-stream"})

    sent = events(reply.text)
    assert [name for name, _ in sent] == ["progress", "sentence", "progress", "summary"]
    assert [data for name, data in sent if name == "progress"] == [{"done": 0, "total": 1}, {"done": 1, "total": 1}]
    assert sent[-1][1]["summary"]["document_id"] == leave["document_id"]


def test_there_is_no_summary_of_what_is_gone(api: Api) -> None:
    gone = api.ingested("gone.md", "# Gone\n\nThe deposit is 100 yuan.\n", collection="gone")
    api.ask("DELETE", f"/v1/documents/{gone['document_id']}")

    unknown, deleted = api.post("/v1/documents/unknown/summary"), api.post(path(gone))
    streamed = api.post(path(gone), headers={"Accept": "text/event-stream"})

    assert [(reply.status_code, reply.json()["code"]) for reply in (unknown, deleted)] == [
        (404, "document-not-found")
    ] * 2
    assert [(name, data["code"]) for name, data in events(streamed.text)] == [("problem", "document-not-found")]


def test_a_document_in_quarantine_says_why(api: Api) -> None:
    held = api.ingested("soup.txt", "�" * 500 + " text", collection="soup")

    reply = api.post(path(held))

    assert reply.json()["code"] == held["failure"]["code"]
    assert reply.status_code == 422


def test_what_is_wished_is_checked(api: Api, leave: dict[str, Any]) -> None:
    for body in ({"length": "endless"}, {"language": "fr"}, {"size": 3}):
        assert api.post(path(leave), json=body).json()["code"] == "request-invalid"


def test_an_estimate_asks_no_model_and_tells_what_is_packed(api: Api, leave: dict[str, Any]) -> None:
    made = api.post("/v1/answers/estimate", json=ASKED).json()
    answer = api.post("/v1/answers", json=ASKED).json()

    assert made["model"] == "scripted"
    assert made["prompt_tokens"] > 0
    assert made["context"]["packed"] == answer["context"]["packed"] == [answer["citations"][0]["passage_id"]]
    assert (made["context"]["left_out"], made["cost"]) == ([], 0.0)


def test_documents_that_disagree_are_shown_on_both_sides(api: Api) -> None:
    for name, days in (("terms.md", 30), ("rules.md", 60)):
        text = f"# Notice\n\nThe notice period of the tenancy in Ningbo is {days} days from receipt.\n"
        api.ingested(name, text, collection="tenancy", title=name, metadata=f'{{"date": "2024-01-{days // 3}"}}')
    asked = {"question": "What is the notice period of the tenancy in Ningbo?", "collection": "tenancy"}

    answer = api.post("/v1/answers", json={**asked, "extractive": True}).json()

    stated = [(side["stated"], side["date"][:10]) for side in answer["conflicts"][0]["sides"]]
    assert stated == [("60 days", "2024-01-20"), ("30 days", "2024-01-10")]


def test_two_documents_are_compared(api: Api) -> None:
    ids = [
        api.ingested(name, f"# Deposit\n\nThe deposit for the flat is {euros} euros.\n", collection="flats")[
            "document_id"
        ]
        for name, euros in (("a.md", 900), ("b.md", 1200))
    ]

    made = api.post("/v1/comparisons", json={"documents": ids, "extractive": True}).json()
    streamed = api.post("/v1/comparisons", json={"documents": ids}, headers={"Accept": "text/event-stream"})
    alone = api.post("/v1/comparisons", json={"documents": ids[:1]})

    assert [difference["stated"] for difference in made["differences"]] == [["900 euros", "1200 euros"]]
    assert [document["document_id"] for document in made["documents"]] == ids
    assert [name for name, _ in events(streamed.text)][-1] == "comparison"
    assert alone.json()["code"] == "request-invalid"
