"""Rerankers behind HTTP, in the two shapes that servers speak.

`cohere`  Cohere, Jina, vLLM, SGLang, llama.cpp, Infinity: POST URL/rerank {model, query, documents}
`tei`     Hugging Face text-embeddings-inference:          POST URL/rerank {query, texts}
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from rag.errors import RerankerUnavailable
from rag.models.endpoint import Endpoint

Shape = Literal["cohere", "tei"]


class EndpointReranker:
    """Raises RerankerUnavailable for whatever the endpoint does wrong, after `patience_s` at most."""

    def __init__(
        self,
        url: str,
        *,
        shape: Shape,
        model: str = "",
        api_key: str = "",
        patience_s: float = 10.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._shape = shape
        self._model = model
        self._endpoint = Endpoint(
            url, api_key=api_key, patience_s=patience_s, unavailable=self._unavailable, sleep=sleep
        )

    @property
    def name(self) -> str:
        return self._model or self._shape

    def warm(self) -> None:
        """Nothing to load."""

    def rerank(self, question: str, texts: Sequence[str]) -> list[float | None]:
        if not texts:
            return []
        reply = self._endpoint.post("/rerank", self._body(question, texts))
        scores: list[float | None] = [None] * len(texts)
        try:
            for result in self._results(reply):
                scores[_place(result["index"], len(texts))] = _finite(result[self._score_name])
        except (KeyError, TypeError, ValueError) as error:
            raise self._unavailable(f"its reply holds no scores ({error!r})") from error
        return scores

    def close(self) -> None:
        self._endpoint.close()

    def _body(self, question: str, texts: Sequence[str]) -> dict[str, Any]:
        if self._shape == "tei":
            return {"query": question, "texts": list(texts), "truncate": True}
        return {"model": self._model, "query": question, "documents": list(texts), "top_n": len(texts)}

    def _results(self, reply: Any) -> list[dict[str, Any]]:
        results = reply if self._shape == "tei" else reply["results"]
        if not isinstance(results, list):
            raise TypeError("the results are no list")
        return results

    @property
    def _score_name(self) -> str:
        return "score" if self._shape == "tei" else "relevance_score"

    def _unavailable(self, reason: str) -> RerankerUnavailable:
        return RerankerUnavailable(model=self.name, reason=reason)


def _place(index: Any, texts: int) -> int:
    place = int(index)
    if not 0 <= place < texts:
        raise ValueError(f"there is no text {place}")
    return place


def _finite(score: Any) -> float:
    value = float(score)
    if not math.isfinite(value):
        raise ValueError(f"a score of {value}")
    return value
