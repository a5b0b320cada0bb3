"""Filters and metadata through the HTTP doors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from api.filters import FilterIn, MetadataIn
from rag.index.attributes import moment
from rag.index.filters import Between, Filter, Not, OneOf, Present
from tests.api.conftest import Api

OLD = {"tags": "hr, leave", "date": "2020-05-01", "部门": "人事", "year": "2020"}
NEW = {"tags": "hr", "date": "2024-05-01", "部门": "人事", "year": "2024"}


@pytest.fixture(scope="module")
def policies(api: Api) -> dict[str, str]:
    """Ids of two documents in the collection `policies`, by their date."""
    texts = {"old": "The notice period is 14 days.", "new": "The notice period is 30 days."}
    described = {"old": OLD, "new": NEW}
    return {
        name: api.ingested(f"{name}.txt", text, collection="policies", metadata=json.dumps(described[name]))[
            "document_id"
        ]
        for name, text in texts.items()
    }


def found(api: Api, filter: dict[str, Any] | None) -> set[str]:
    body = {"query": "notice period", "collection": "policies", "filter": filter}
    reply = api.post("/v1/search", json=body)
    assert reply.status_code == 200, reply.text
    return {passage["document_id"] for passage in reply.json()["passages"]}


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (None, {"old", "new"}),
        ({}, {"old", "new"}),
        ({"since": "2024-01-01"}, {"new"}),
        ({"until": "2024-05-01"}, {"old"}),
        ({"tags": ["leave"]}, {"old"}),
        ({"languages": ["zh"]}, set()),
        ({"media_types": ["text/plain"]}, {"old", "new"}),
        ({"media_types": ["application/pdf"]}, set()),
        ({"metadata": [{"op": "eq", "key": "部门", "value": "人事"}]}, {"old", "new"}),
        ({"metadata": [{"op": "range", "key": "year", "gte": 2021}]}, {"new"}),
        ({"metadata": [{"op": "not", "of": {"op": "in", "key": "year", "values": ["2024"]}}]}, {"old"}),
    ],
)
def test_search_finds_what_passes(
    api: Api, policies: dict[str, str], filter: dict[str, Any] | None, expected: set[str]
) -> None:
    assert found(api, filter) == {policies[name] for name in expected}


def test_an_answer_is_made_of_what_passes(api: Api, policies: dict[str, str]) -> None:
    asked = {"question": "What is the notice period?", "collection": "policies", "extractive": True}

    for name, days in (("old", "14 days"), ("new", "30 days")):
        answer = api.post("/v1/answers", json={**asked, "filter": {"documents": [policies[name]]}}).json()
        assert {citation["document_id"] for citation in answer["citations"]} == {policies[name]}
        assert days in answer["text"]
    nothing = api.post("/v1/answers", json={**asked, "filter": {"tags": ["none"]}}).json()
    assert (nothing["refusal"]["reason"], nothing["retrieved"]) == ("no-documents", [])
    assert nothing["notices"] == ["No passage passes the filter, so there was nothing to search."]


def test_a_document_is_described_anew_without_being_read_again(api: Api) -> None:
    job = api.ingested("plan.txt", "The notice period is 7 days.", collection="plans", metadata='{"tags": "draft"}')
    place = f"/v1/documents/{job['document_id']}"

    described = api.ask("PATCH", place, json={"metadata": {"tags": "final", "year": "2025"}}).json()

    def passing(tag: str) -> int:
        body = {"query": "notice period", "collection": "plans", "filter": {"tags": [tag]}}
        return len(api.post("/v1/search", json=body).json()["passages"])

    assert described["metadata"] == {"tags": "final", "year": "2025"}
    assert (passing("draft"), passing("final")) == (0, 1)
    assert len(api.get(place).json()["versions"]) == 1


def test_the_same_file_keeps_its_metadata_unless_it_brings_others(api: Api) -> None:
    text = "The notice period is 8 days."
    job = api.ingested("same.txt", text, collection="same", metadata='{"tags": "a"}')
    place = f"/v1/documents/{job['document_id']}"

    assert api.upload("same.txt", text, collection="same").status_code == 200
    kept = api.get(place).json()["metadata"]
    assert api.upload("same.txt", text, collection="same", metadata='{"tags": "b"}').status_code == 200

    assert (kept, api.get(place).json()["metadata"]) == ({"tags": "a"}, {"tags": "b"})
    body = {"query": "notice period", "collection": "same", "filter": {"tags": ["b"]}}
    assert len(api.post("/v1/search", json=body).json()["passages"]) == 1


def test_nobody_can_describe_a_document_that_is_not_there(api: Api) -> None:
    reply = api.ask("PATCH", "/v1/documents/nothing", json={"metadata": {}})

    assert (reply.status_code, reply.json()["code"]) == (404, "document-not-found")


@pytest.mark.parametrize(
    "filter",
    [
        {"unknown": 1},
        {"since": "last spring"},
        {"since": 2024},
        {"languages": ["fr"]},
        {"metadata": [{"op": "like", "key": "a", "value": "b"}]},
        {"metadata": [{"op": "range", "key": "a"}]},
        {"metadata": [{"op": "range", "key": "a", "gte": 1, "lt": "2024-01-01"}]},
        {"metadata": [{"op": "eq", "key": 'a"b', "value": "c"}]},
        {"metadata": [{"op": "not", "of": {"op": "not", "of": {"op": "exists", "key": "a"}}}]},
    ],
    ids=str,
)
def test_a_filter_that_says_nothing_clear_is_refused(api: Api, filter: dict[str, Any]) -> None:
    reply = api.post("/v1/search", json={"query": "q", "filter": filter})

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")


@pytest.mark.parametrize(
    "metadata", ["{", "[]", '{"a": 1}', '{"date": "last spring"}', '{"": "x"}', '{"a": "\\u0000"}'], ids=repr
)
def test_metadata_that_no_filter_could_use_are_refused(api: Api, metadata: str) -> None:
    reply = api.upload("a.txt", "words", metadata=metadata)

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")


def test_conditions_become_those_of_the_index() -> None:
    asked = {
        "documents": ["d"],
        "since": "2024-01-01",
        "metadata": [
            {"op": "in", "key": "a", "values": ["x", "y"]},
            {"op": "range", "key": "b", "gt": 1, "lte": 2.5},
            {"op": "range", "key": "c", "lt": "2024-02-01T00:00:00+08:00"},
            {"op": "not", "of": {"op": "exists", "key": "d"}},
        ],
    }

    assert FilterIn.model_validate_json(json.dumps(asked)).filter() == Filter(
        documents=("d",),
        since=moment("2024-01-01"),
        metadata=(
            OneOf("a", ("x", "y")),
            Between("b", above=1, at_most=2.5),
            Between("c", below=moment("2024-01-31T16:00:00Z")),
            Not(Present("d")),
        ),
    )


def test_an_empty_date_is_none() -> None:
    assert TypeAdapter(MetadataIn).validate_python({"date": ""}) == {"date": ""}
