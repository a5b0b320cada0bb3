from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.evaluation.vector_memory import RememberingEmbedder
from rag.models.embedding import Vectors
from rag.testing import HashEmbedder


class CountingEmbedder(HashEmbedder):
    """Says what it was asked to embed, and tells queries from passages."""

    def __init__(self, model: str = "hash") -> None:
        super().__init__(16, model=model)
        self.seen: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return super().embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return -super().embed_queries(texts)


def test_the_same_text_is_embedded_once_also_by_the_next_run(tmp_path: Path) -> None:
    first, second = CountingEmbedder(), CountingEmbedder()
    plain = HashEmbedder(16)

    before = RememberingEmbedder(first, tmp_path)
    vectors = before.embed_passages(["a", "b", "a"])
    before.close()
    again = RememberingEmbedder(second, tmp_path)
    later = again.embed_passages(["c", "b", "a"])
    again.close()

    assert (first.seen, second.seen) == (["a", "b"], ["c"])
    np.testing.assert_array_equal(vectors, plain.embed_passages(["a", "b", "a"]))
    np.testing.assert_array_equal(later, plain.embed_passages(["c", "b", "a"]))


def test_queries_passages_and_models_are_kept_apart(tmp_path: Path) -> None:
    first, other = CountingEmbedder(), CountingEmbedder("another")
    memory, others = RememberingEmbedder(first, tmp_path), RememberingEmbedder(other, tmp_path)

    passage, query = memory.embed_passages(["a"]), memory.embed_queries(["a"])
    others.embed_passages(["a"])
    memory.close()
    others.close()

    np.testing.assert_array_equal(passage, -query)
    assert other.seen == ["a"]


def test_it_forgets_when_told_to(tmp_path: Path) -> None:
    counting = CountingEmbedder()
    memory = RememberingEmbedder(counting, tmp_path)

    memory.embed_queries(["a"])
    memory.remembers = False
    memory.embed_queries(["a"])
    memory.close()

    assert counting.seen == ["a", "a"]
    assert memory.embed_queries([]).shape == (0, 16)
