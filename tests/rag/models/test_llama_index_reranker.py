from __future__ import annotations

from collections.abc import Callable

import pytest
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.errors import RerankerUnavailable
from rag.models.llama_index_reranker import LlamaIndexReranker
from tests.contracts.test_reranker_contract import llama_index

Work = Callable[[list[NodeWithScore]], list[NodeWithScore]]


def reranker(monkeypatch: pytest.MonkeyPatch, work: Work) -> LlamaIndexReranker:
    class Made(BaseNodePostprocessor):
        def _postprocess_nodes(
            self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
        ) -> list[NodeWithScore]:
            assert query_bundle is not None
            assert query_bundle.query_str == "q"
            return work(nodes)

    return llama_index(monkeypatch, Made)


def scored(nodes: list[NodeWithScore], *scores: float) -> list[NodeWithScore]:
    return [NodeWithScore(node=node.node, score=score) for node, score in zip(nodes, scores, strict=True)]


def test_what_it_leaves_out_stays_unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    made = reranker(monkeypatch, lambda nodes: scored([nodes[2], nodes[0]], 0.9, 0.4))

    assert made.rerank("q", ["a", "b", "c"]) == [0.4, None, 0.9]


def test_places_stand_for_missing_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    made = reranker(monkeypatch, lambda nodes: nodes[::-1])

    assert made.rerank("q", ["a", "b"]) == [0.5, 1.0]


def test_the_order_counts_where_scores_contradict_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = reranker(monkeypatch, lambda nodes: scored([nodes[1], nodes[0]], 0.1, 0.9))

    assert made.rerank("q", ["a", "b"]) == [0.5, 1.0]


def test_whatever_goes_wrong_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(nodes: list[NodeWithScore]) -> list[NodeWithScore]:
        raise ZeroDivisionError("a bug")

    with pytest.raises(RerankerUnavailable, match="a bug"):
        reranker(monkeypatch, fail).rerank("q", ["a"])
