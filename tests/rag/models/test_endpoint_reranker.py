"""What endpoint rerankers send, and what they make of replies that are late or wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rag.errors import RerankerUnavailable
from rag.models.endpoint_reranker import EndpointReranker
from tests.rag.models.scripted_endpoint import ScriptedEndpoint, scripted_endpoint

TEXTS = ["a", "b", "c"]


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted_endpoint() as served:
        yield served


@pytest.fixture
def made(endpoint: ScriptedEndpoint) -> Iterator[Callable[..., EndpointReranker]]:
    rerankers: list[EndpointReranker] = []

    def make(**options: Any) -> EndpointReranker:
        chosen = {"shape": "cohere", "model": "m", "sleep": lambda seconds: None} | options
        rerankers.append(EndpointReranker(endpoint.url, **chosen))
        return rerankers[-1]

    yield make
    for reranker in rerankers:
        reranker.close()


def test_cohere_is_asked_by_model_query_and_documents(endpoint: ScriptedEndpoint, made: Any) -> None:
    endpoint.says({"results": [{"index": 2, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]})

    assert made(api_key="secret").rerank("问", TEXTS) == [0.1, None, 0.9]
    assert endpoint.asked == [("/rerank", {"model": "m", "query": "问", "documents": TEXTS, "top_n": 3})]
    assert endpoint.keys == ["Bearer secret"]


def test_tei_is_asked_by_query_and_texts(endpoint: ScriptedEndpoint, made: Any) -> None:
    endpoint.says([{"index": 1, "score": 0.5}, {"index": 0, "score": 0.25}, {"index": 2, "score": 0}])

    assert made(shape="tei").rerank("q", TEXTS) == [0.25, 0.5, 0.0]
    assert endpoint.asked == [("/rerank", {"query": "q", "texts": TEXTS, "truncate": True})]
    assert endpoint.keys == [None]


def test_a_busy_endpoint_is_asked_again(endpoint: ScriptedEndpoint, made: Any) -> None:
    pauses: list[float] = []
    endpoint.replies = [(429, {"Retry-After": "1"}, ""), (503, {}, "")]
    endpoint.says([{"index": 0, "score": 1}])

    assert made(shape="tei", sleep=pauses.append).rerank("q", ["a"]) == [1.0]
    assert pauses == [1.0, 1.0]


def test_patience_ends_before_a_pause_that_it_cannot_afford(endpoint: ScriptedEndpoint, made: Any) -> None:
    pauses: list[float] = []
    endpoint.replies = [(429, {"Retry-After": "9"}, "slow down")] * 4

    with pytest.raises(RerankerUnavailable, match="HTTP 429 slow down"):
        made(patience_s=2.0, sleep=pauses.append).rerank("q", TEXTS)

    assert (pauses, len(endpoint.asked)) == ([], 1)


def test_a_refusal_is_not_tried_again(endpoint: ScriptedEndpoint, made: Any) -> None:
    endpoint.replies = [(401, {}, "bad key")]

    with pytest.raises(RerankerUnavailable, match="bad key"):
        made().rerank("q", TEXTS)

    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "not json",
        "[]",
        '{"results": {}}',
        '{"results": [{"index": 0}]}',
        '{"results": [{"index": 3, "relevance_score": 1}]}',
        '{"results": [{"index": -1, "relevance_score": 1}]}',
        '{"results": [{"index": 0, "relevance_score": NaN}]}',
        '{"results": [{"index": 0, "relevance_score": null}]}',
        '{"results": [7]}',
    ],
)
def test_a_reply_without_scores_is_named(endpoint: ScriptedEndpoint, made: Any, reply: str) -> None:
    endpoint.replies = [(200, {}, reply)]

    with pytest.raises(RerankerUnavailable):
        made().rerank("q", TEXTS)


def test_nobody_there_is_unavailable() -> None:
    reranker = EndpointReranker("http://127.0.0.1:9", shape="tei", sleep=lambda seconds: None)

    with pytest.raises(RerankerUnavailable, match="tei does not answer"):
        reranker.rerank("q", TEXTS)

    reranker.close()
    assert json.dumps(RerankerUnavailable(model="m", reason="r").details)
