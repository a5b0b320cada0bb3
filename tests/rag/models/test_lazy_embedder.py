from __future__ import annotations

import pytest

from rag.errors import ModelUnloadable
from rag.models.embedding import Embedder
from rag.models.lazy_embedder import LazyEmbedder
from rag.testing import HashEmbedder


class Loads:
    """Counts how often the embedder behind is loaded."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.count = 0

    def __call__(self) -> Embedder:
        self.count += 1
        return self.embedder


def test_it_knows_its_identity_without_loading() -> None:
    loads = Loads(HashEmbedder())

    lazy = LazyEmbedder(HashEmbedder().identity, 512, loads)

    assert lazy.identity == HashEmbedder().identity
    assert lazy.max_tokens == 512
    assert loads.count == 0


def test_it_loads_once_and_gives_the_same_vectors() -> None:
    loads = Loads(HashEmbedder())
    lazy = LazyEmbedder(HashEmbedder().identity, 512, loads)

    passages = lazy.embed_passages(["a word", "词"])
    lazy.embed_queries(["a word"])

    assert (passages == HashEmbedder().embed_passages(["a word", "词"])).all()
    assert lazy.count_tokens(["a word"]) == [2]
    assert loads.count == 1


def test_other_weights_than_promised_are_refused() -> None:
    lazy = LazyEmbedder(HashEmbedder(model="promised").identity, 512, Loads(HashEmbedder(model="other")))

    with pytest.raises(ModelUnloadable, match="promised"):
        lazy.embed_queries(["a word"])
