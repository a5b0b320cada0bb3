"""Any LlamaIndex node postprocessor that reranks, by its dotted path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

from rag.errors import RerankerUnavailable, SettingsInvalid


class LlamaIndexReranker:
    """What the postprocessor leaves out, by its `top_n`, stays unjudged.

    Its order counts. Where its scores are missing or say otherwise, places stand for them: 1 for the first, then less.
    Raises SettingsInvalid for a path or arguments that make no postprocessor.
    """

    def __init__(self, class_path: str, arguments: Mapping[str, Any], *, model: str = "") -> None:
        self._name = model or class_path.rpartition(".")[2]
        self._postprocessor = _make(class_path, arguments)

    @property
    def name(self) -> str:
        return self._name

    def warm(self) -> None:
        """Its class loads what it needs when it is made."""

    def rerank(self, question: str, texts: Sequence[str]) -> list[float | None]:
        if not texts:
            return []
        from llama_index.core.schema import NodeWithScore, TextNode

        nodes = [NodeWithScore(node=TextNode(id_=str(place), text=text)) for place, text in enumerate(texts)]
        try:
            kept = self._postprocessor.postprocess_nodes(nodes, query_str=question)
        except Exception as error:
            reason = str(error) or type(error).__name__
            raise RerankerUnavailable(model=self.name, reason=reason) from error
        scores: list[float | None] = [None] * len(texts)
        for node, score in zip(kept, _scores(kept), strict=True):
            scores[int(node.node.node_id)] = score
        return scores

    def close(self) -> None:
        """Nothing to close."""


def _scores(kept: Sequence[Any]) -> list[float]:
    given = [node.score for node in kept]
    if None not in given and all(first >= second for first, second in pairwise(given)):
        return [float(score) for score in given]
    return [1 - place / len(kept) for place in range(len(kept))]


def _make(class_path: str, arguments: Mapping[str, Any]) -> Any:
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

    module, _, name = class_path.rpartition(".")
    try:
        made = getattr(import_module(module), name)(**arguments)
    except Exception as error:
        raise _invalid(f"{class_path} cannot be made: {error}") from error
    if not isinstance(made, BaseNodePostprocessor):
        raise _invalid(f"{class_path} is not a LlamaIndex node postprocessor")
    return made


def _invalid(reason: str) -> SettingsInvalid:
    return SettingsInvalid(source="rerank", path="rerank.class_path", reason=reason)
