"""An encoder with 8-bit weights: near what torch computes, for several threads, exported once for its weights."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelUnloadable, SettingsInvalid
from rag.models.embedding import Embedder
from rag.models.encoder_folder import read_encoder
from rag.models.factory import make_embedder
from rag.models.onnx_embedder import OnnxEmbedder
from rag.models.onnx_export import exported
from rag.models.sentence_transformers_embedder import SentenceTransformersEmbedder
from rag.settings import EmbeddingSettings
from tests.contracts.test_embedder_contract import tiny_bert

__all__ = ["tiny_bert"]

TEXTS = [
    "保修期为 24 个月。",
    "The warranty is 24 months.",
    "x",
    "二〇二三年营业收入为 12.5 亿元，比上年增长 8%。",
    "Revenue rose by 8 percent. " * 9,
]


def made(folder: Path | str, dtype: str, models_dir: Path = Path(), pooling: str = "auto") -> Embedder:
    settings = EmbeddingSettings(model=str(folder), dtype=dtype, pooling=pooling)  # type: ignore[arg-type]
    return make_embedder(settings, models_dir)


@pytest.fixture
def folder(tiny_bert: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model for a test to change, with what was exported of it before."""
    return Path(shutil.copytree(tiny_bert, tmp_path / "model"))


def test_a_tiny_model_keeps_its_vectors_and_its_identity(tiny_bert: Path) -> None:
    small, whole = made(tiny_bert, "int8"), made(tiny_bert, "float32")

    assert isinstance(small, OnnxEmbedder)
    assert small.identity == whole.identity
    assert small.max_tokens == whole.max_tokens
    assert small.count_tokens(TEXTS) == whole.count_tokens(TEXTS)
    assert (small.embed_passages(TEXTS) * whole.embed_passages(TEXTS)).sum(1).min() > 0.99


def test_several_threads_may_embed_at_once(tiny_bert: Path) -> None:
    embedder = made(tiny_bert, "int8")
    alone = embedder.embed_passages(TEXTS)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: embedder.embed_passages(TEXTS), range(40)))

    assert all(np.array_equal(vectors, alone) for vectors in together)


def test_the_export_is_used_again_and_made_anew_for_other_weights(folder: Path, tmp_path: Path) -> None:
    first = exported(folder, "a", tmp_path)
    made_at = first.stat().st_mtime_ns

    assert exported(folder, "a", tmp_path) == first
    assert first.stat().st_mtime_ns == made_at
    assert exported(folder, "b", tmp_path) != first


def test_what_goes_wrong_leaves_no_file(folder: Path, tmp_path: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights")

    with pytest.raises(ModelUnloadable, match="8 bits"):
        exported(folder, "broken", tmp_path)

    assert not [path for path in folder.iterdir() if path.name.startswith(".int8")]


def test_other_poolings_are_refused_by_name(tiny_bert: Path) -> None:
    with pytest.raises(SettingsInvalid, match="int8"):
        made(tiny_bert, "int8", pooling="cls")


def test_other_kinds_of_models_are_not_taken_for_encoders(folder: Path) -> None:
    assert read_encoder(folder) is not None
    (folder / "modules.json").unlink()
    assert read_encoder(folder) is None


@pytest.mark.models
def test_a_real_model_keeps_its_vectors(models_dir: Path) -> None:
    small, whole = (
        made("multilingual-e5-small", "int8", models_dir),
        made("multilingual-e5-small", "float32", models_dir),
    )

    cosines = (small.embed_passages(TEXTS) * whole.embed_passages(TEXTS)).sum(1)
    assert small.count_tokens(TEXTS) == whole.count_tokens(TEXTS)
    assert cosines.min() > 0.99


def test_auto_stays_with_torch(tiny_bert: Path) -> None:
    assert isinstance(made(tiny_bert, "auto"), SentenceTransformersEmbedder)


@pytest.mark.parametrize("fast", [True, False])
def test_a_cpu_that_may_saturate_is_warned_of(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fast: bool
) -> None:
    monkeypatch.setattr("rag.models.factory.is_int8_fast", lambda: fast)

    assert isinstance(made(tiny_bert, "int8"), OnnxEmbedder)
    assert ("saturation" in caplog.text) is not fast


def test_what_cannot_be_exported_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(folder: Path, target: Path) -> None:
        raise ModelUnloadable(model=folder.name, path=str(target), reason="no room")

    monkeypatch.setattr("rag.models.onnx_export._export_elsewhere", fails)
    (folder / "config.json").write_text((folder / "config.json").read_text("utf-8") + "\n", "utf-8")

    with pytest.raises(ModelUnloadable, match="no room"):
        made(folder, "int8")
