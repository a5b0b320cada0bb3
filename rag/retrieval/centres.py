"""Vectors freed of their language's mean, so that both languages share one scale.

Most of what separates the languages in a multilingual embedding space is one constant vector each. With it, the
passages of the question's own language crowd out all others; without it, a passage is near a question because of what
it says. Passages and queries have means of their own. A small corpus has no mean worth trusting - that of a single
document is its topic - so each estimate starts from priors: the mean of general calibration texts, counted as
`PRIOR_WEIGHT` passages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from rag.documents import LANGUAGES, Language
from rag.models.embedding import Embedder, Vectors
from rag.store.vector_sums import VectorSum

PRIOR_WEIGHT = 100
"""Passages that the calibration texts count as. Measured in docs/retrieval.md: 30 to 300 differ by under a point."""


@dataclass(frozen=True, slots=True)
class Centres:
    """The mean vector of each language, shape (dimension,), for passages and for queries."""

    passages: Mapping[Language, np.ndarray]
    queries: Mapping[Language, np.ndarray]

    def refined(self, corpus: Mapping[Language, VectorSum]) -> Centres:
        """These centres as priors, moved towards the means of what a corpus holds."""
        moved = dict(self.passages)
        for language, seen in corpus.items():
            moved[language] = (self.passages[language] * PRIOR_WEIGHT + seen.sum) / (PRIOR_WEIGHT + seen.count)
        return Centres(moved, self.queries)

    def query(self, vector: np.ndarray, language: Language) -> np.ndarray:
        """A query vector, shape (dimension,), without its language's mean, of length 1."""
        return unit(vector - self.queries[language])

    def closeness(self, dots: np.ndarray, query: np.ndarray, language: Language) -> np.ndarray:
        """Centred cosines of passages with a centred query, from the raw vectors' dot products with it, shape (n,).

        (v - m) · q is v · q - m · q. Vectors of length 1 with the mean m lie √(1 - |m|²) from it in the root mean
        square; that stands for the length of each v - m, from which it differs by 4 % (standard deviation, dev).
        So an index need not give the vectors themselves.
        """
        mean = self.passages[language]
        spread = max(1.0 - float(mean @ mean), 1e-6) ** 0.5
        closeness: np.ndarray = (dots - mean @ query) / spread
        return closeness

    def passage(self, vectors: Vectors, language: Language) -> Vectors:
        """Passage vectors, shape (n, dimension), without their language's mean, of length 1."""
        return unit(vectors - self.passages[language])


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length 1 along the last axis; a zero vector stays one."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit_vectors: np.ndarray = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit_vectors


def estimate_centres(embedder: Embedder) -> Centres:
    """The priors of an embedder, from the calibration texts. Takes seconds on a CPU: keep the result."""
    texts = json.loads(calibration_bytes())
    passages = {language: embedder.embed_passages(texts[language]["passages"]).mean(0) for language in ("en", "zh")}
    queries = {language: embedder.embed_queries(texts[language]["questions"]).mean(0) for language in ("en", "zh")}
    return Centres(_with_other(passages), _with_other(queries))


def calibration_bytes() -> bytes:
    """General sentences and questions in both languages, each the other's translation, written for this purpose."""
    return files("rag.retrieval").joinpath("calibration.json").read_bytes()


def _with_other(means: Mapping[str, np.ndarray]) -> dict[Language, np.ndarray]:
    """A language we have no texts of is taken to lie between those that we have."""
    between = (means["en"] + means["zh"]) / 2
    return {language: means.get(language, between) for language in LANGUAGES}
