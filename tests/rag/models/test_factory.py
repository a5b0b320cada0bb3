from __future__ import annotations

from pathlib import Path

import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.embeddings import MockEmbedding

from rag.errors import EmbedderUnavailable, ModelMissing, ModelUnknown, ModelUnloadable, SettingsInvalid
from rag.models.factory import folder_revision, make_embedder
from rag.models.llama_index_embedder import LlamaIndexEmbedder
from rag.models.openai_embedder import OpenAIEmbedder
from rag.settings import EmbeddingSettings


def make(models_dir: Path, **settings: object) -> object:
    return make_embedder(EmbeddingSettings.model_validate(settings), models_dir)


def test_the_default_is_missing_until_it_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="chuchu models fetch multilingual-e5-small"):
        make(tmp_path)


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnknown, match="no-such"):
        make(tmp_path, model="no-such")


def test_a_chat_model_does_not_embed(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="is a chat model"):
        make(tmp_path, model="qwen2.5-coder-0.5b-instruct-q4")


def test_a_folder_that_is_no_model_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelUnloadable):
        make(tmp_path, model=str(tmp_path))


def test_an_endpoint_needs_its_url(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"embedding\.url"):
        make(tmp_path, backend="openai", model="bge-m3")


def test_an_endpoint_with_a_given_dimension_is_not_asked(tmp_path: Path) -> None:
    embedder = make(tmp_path, backend="openai", model="bge-m3", url="http://127.0.0.1:9/v1", dimension=1024)

    assert isinstance(embedder, OpenAIEmbedder)
    assert embedder.identity.dimension == 1024
    embedder.close()


def test_a_llama_index_class_is_made_from_its_path(tmp_path: Path) -> None:
    path = f"{MockEmbedding.__module__}.{MockEmbedding.__name__}"

    embedder = make(tmp_path, backend="llama-index", model="mock", class_path=path, class_arguments={"embed_dim": 7})

    assert isinstance(embedder, LlamaIndexEmbedder)
    assert embedder.identity.dimension == 7


@pytest.mark.parametrize("path", ["", "no_dots", "no.such.Module", "pathlib.Path", "json.nothing"])
def test_what_is_no_llama_index_embedding_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(SettingsInvalid, match="class_path"):
        make(tmp_path, backend="llama-index", class_path=path)


def test_a_failing_llama_index_class_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = LlamaIndexEmbedder("llama_index.core.embeddings.MockEmbedding", {"embed_dim": 4}, model="mock")

    def fails(self: BaseEmbedding, query: str) -> list[float]:
        raise TimeoutError("no answer")

    monkeypatch.setattr(MockEmbedding, "_get_query_embedding", fails)

    with pytest.raises(EmbedderUnavailable, match="no answer"):
        embedder.embed_queries(["x"])


def test_the_revision_is_that_of_the_weights(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"GGUF")
    (tmp_path / "README.md").write_text("does not count")

    # printf GGUF | sha256sum
    assert folder_revision(tmp_path) == "b83633aa7853"


def test_the_revision_of_weights_in_several_files_is_that_of_all(tmp_path: Path) -> None:
    for name in ("model-1.safetensors", "model-2.safetensors"):
        (tmp_path / name).write_bytes(b"GGUF")
    before = folder_revision(tmp_path)

    (tmp_path / "model-2.safetensors").write_bytes(b"GGUX")

    assert folder_revision(tmp_path) != before
