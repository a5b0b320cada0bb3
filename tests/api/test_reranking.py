"""A reranker behind the HTTP doors: its order where it answers, a notice and the order of the search where not."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.api.conftest import Api, running_api
from tests.rag.models.scripted_endpoint import ScriptedEndpoint, scripted_endpoint

LINES = ["The notice period is 30 days.", "The notice board hangs in the hall."]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted_endpoint() as served:
        yield served


@pytest.fixture(scope="module")
def reranked(endpoint: ScriptedEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Two documents, and a reranker that is asked at the scripted endpoint."""
    settings = {"rerank": {"backend": "tei", "url": endpoint.url, "budget_s": 5.0}, "ingest": {"parsers": 1}}
    with running_api(tmp_path_factory.mktemp("data"), **settings) as api:
        for number, line in enumerate(LINES):
            api.ingested(f"{number}.txt", line)
        yield api


def test_the_rerankers_order_is_the_one_shown(reranked: Api, endpoint: ScriptedEndpoint) -> None:
    endpoint.says([{"index": 1, "score": 0.75}, {"index": 0, "score": 0.25}])

    found = reranked.post("/v1/search", json={"query": "What is the notice period?"}).json()

    asked = endpoint.asked[-1][1]["texts"]
    assert [passage["why"]["rerank"] for passage in found["passages"]] == [0.75, 0.25]
    assert [passage["text"] in text for passage, text in zip(found["passages"], asked[::-1], strict=True)] == [True] * 2
    assert found["notices"] == []


def test_a_reranker_that_is_away_costs_a_notice_and_no_answer(reranked: Api, endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [(401, {}, "bad key")] * 2

    found = reranked.post("/v1/search", json={"query": "What is the notice period?"}).json()
    asked = {"question": "What is the notice period?", "extractive": True}
    answer = reranked.post("/v1/answers", json=asked).json()

    assert len(found["passages"]) == 2
    assert "30 days" in answer["text"]
    for notices in (found["notices"], answer["notices"]):
        assert [notice.partition(",")[0] for notice in notices] == ["The reranker did not answer"]
    assert "bad key" not in json.dumps(found)
