from __future__ import annotations

import numpy as np
import pytest

from rag.errors import SettingsInvalid
from rag.models.factory import make_embedder
from rag.models.matryoshka_embedder import MatryoshkaEmbedder
from rag.settings import EmbeddingSettings
from rag.testing import HashEmbedder

TEXTS = ["北京是首都", "Beijing is the capital", "x"]


def test_the_first_numbers_are_kept_and_scaled() -> None:
    whole = HashEmbedder(24)
    cut = MatryoshkaEmbedder(whole, 8)

    expected = whole.embed_passages(TEXTS)[:, :8]
    lengths = np.linalg.norm(expected, axis=1, keepdims=True)

    assert cut.embed_passages(TEXTS) == pytest.approx(expected / np.where(lengths == 0, 1, lengths), abs=1e-6)
    assert cut.embed_queries(TEXTS).shape == (3, 8)
    assert (cut.max_tokens, cut.count_tokens(TEXTS)) == (whole.max_tokens, whole.count_tokens(TEXTS))


def test_an_index_tells_it_from_the_whole() -> None:
    assert MatryoshkaEmbedder(HashEmbedder(24), 8).identity != HashEmbedder(24).identity
    assert MatryoshkaEmbedder(HashEmbedder(24), 24).identity == HashEmbedder(24).identity


def test_more_numbers_than_there_are_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match=r"truncate_dimension.*length 24"):
        _ = MatryoshkaEmbedder(HashEmbedder(24), 25).identity


def test_the_settings_ask_for_it() -> None:
    settings = EmbeddingSettings(backend="openai", url="http://127.0.0.1:9/v1", dimension=1024, truncate_dimension=256)

    assert make_embedder(settings, None).identity.dimension == 256  # type: ignore[arg-type]
