from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.documents import LANGUAGES, Language
from rag.models.embedding import Embedder, Vectors
from rag.retrieval.centres import PRIOR_WEIGHT, Centres, calibration_bytes, estimate_centres, unit
from rag.retrieval.priors import language_priors
from rag.store.folder_blobs import FolderBlobStore
from rag.store.vector_sums import VectorSum
from rag.testing import HashEmbedder


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def centres(**means: list[float]) -> Centres:
    """The same means for passages and queries; those not named are zero."""
    known: dict[Language, np.ndarray] = {language: np.zeros(2) for language in LANGUAGES}
    known |= {language: np.array(means[language]) for language in LANGUAGES if language in means}
    return Centres(known, known)


def test_a_vector_loses_its_language_and_keeps_length_one() -> None:
    means = centres(en=[0.6, 0.0])

    assert means.query(np.array([0.6, 0.8]), "en") == pytest.approx([0, 1])
    assert means.passage(np.array([[0.6, 0.8], [1.0, 0.0]]), "en") == pytest.approx(np.array([[0, 1], [1, 0]]))
    assert means.query(np.array([0.6, 0.8]), "zh") == pytest.approx([0.6, 0.8])


def test_a_vector_at_its_mean_is_near_nothing() -> None:
    assert centres(en=[1.0, 0.0]).query(np.array([1.0, 0.0]), "en").tolist() == [0, 0]
    assert unit(np.zeros((2, 3))).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_a_corpus_moves_the_prior_by_its_weight() -> None:
    prior = centres(en=[1.0, 0.0], zh=[0.0, 1.0])

    refined = prior.refined({"en": VectorSum(PRIOR_WEIGHT, np.array([0.0, PRIOR_WEIGHT]))})

    assert refined.passages["en"] == pytest.approx([0.5, 0.5])  # as many passages as the prior counts for
    assert refined.passages["zh"] == pytest.approx([0.0, 1.0])
    assert refined.queries["en"] == pytest.approx([1.0, 0.0])
    assert prior.passages["en"] == pytest.approx([1.0, 0.0])


def test_one_passage_hardly_moves_the_prior() -> None:
    refined = centres(en=[1.0, 0.0]).refined({"en": VectorSum(1, np.array([0.0, 1.0]))})

    assert refined.passages["en"] == pytest.approx([100 / 101, 1 / 101])


def test_the_calibration_texts_are_pairs_of_both_languages() -> None:
    texts = json.loads(calibration_bytes())

    assert texts.keys() == {"en", "zh"}
    for kind in ("passages", "questions"):
        assert len(texts["en"][kind]) == len(texts["zh"][kind]) > 0
        assert len(set(texts["zh"][kind])) == len(texts["zh"][kind])


def test_priors_are_means_of_the_calibration_texts_and_other_languages_lie_between() -> None:
    embedder = HashEmbedder(64)
    texts = json.loads(calibration_bytes())

    found = estimate_centres(embedder)

    assert found.passages["zh"] == pytest.approx(embedder.embed_passages(texts["zh"]["passages"]).mean(0))
    assert found.queries["en"] == pytest.approx(embedder.embed_queries(texts["en"]["questions"]).mean(0))
    assert found.passages["other"] == pytest.approx((found.passages["en"] + found.passages["zh"]) / 2)


class CountingEmbedder(HashEmbedder):
    """Counts the batches that it was asked for."""

    batches = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.batches += 1
        return super().embed_passages(texts)


@pytest.mark.anyio
async def test_priors_are_estimated_once_for_each_embedder(tmp_path: Path) -> None:
    blobs, embedder = FolderBlobStore(tmp_path), CountingEmbedder(16)

    first = await language_priors(embedder, blobs)
    batches = embedder.batches
    again = await language_priors(embedder, FolderBlobStore(tmp_path))
    other = await language_priors(HashEmbedder(8), blobs)

    assert embedder.batches == batches > 0
    for language in LANGUAGES:
        assert np.array_equal(first.passages[language], again.passages[language])
        assert np.array_equal(first.queries[language], again.queries[language])
        assert other.passages[language].shape == (8,)


@pytest.mark.models
def test_without_their_languages_a_translation_is_closer_than_another_text(real_embedder: Embedder) -> None:
    zh = ["保修期为自交付之日起二十四个月。", "食堂每天中午十一点半开门。", "员工每年享有十五天带薪年假。"]
    en = [
        "The warranty lasts twenty-four months from the date of delivery.",
        "The canteen opens at half past eleven every day.",
        "Employees have fifteen days of paid leave a year.",
    ]
    means = estimate_centres(real_embedder)

    across = (
        means.passage(real_embedder.embed_passages(en), "en") @ means.passage(real_embedder.embed_passages(zh), "zh").T
    )

    assert across.argmax(axis=1).tolist() == [0, 1, 2]
    assert across.diagonal().min() > np.where(np.eye(3), -1, across).max() + 0.2
