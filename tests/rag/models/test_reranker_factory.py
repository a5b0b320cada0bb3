from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelUnknown, SettingsInvalid
from rag.models.endpoint_reranker import EndpointReranker
from rag.models.qwen3_reranker import Qwen3Reranker
from rag.models.reranker_factory import make_reranker
from rag.models.sentence_transformers_reranker import SentenceTransformersReranker
from rag.models.weights import locate
from rag.settings import RerankSettings


def resolve(name: str) -> Path:
    return locate(name, Path("/nowhere"))


def test_none_is_none() -> None:
    assert make_reranker(RerankSettings(), resolve) is None


@pytest.mark.parametrize(
    ("backend", "kind"), [("cross-encoder", SentenceTransformersReranker), ("qwen3", Qwen3Reranker)]
)
def test_a_folder_is_loaded_when_it_is_needed_and_not_before(backend: str, kind: type, tmp_path: Path) -> None:
    made = make_reranker(RerankSettings(backend=backend, model=str(tmp_path)), resolve)  # type: ignore[arg-type]

    assert isinstance(made, kind)
    assert made.name == tmp_path.name


@pytest.mark.parametrize("backend", ["cross-encoder", "qwen3"])
def test_a_folder_that_is_not_there_is_named_at_the_start(backend: str) -> None:
    with pytest.raises(ModelUnknown, match="bge-reranker"):
        make_reranker(RerankSettings(backend=backend, model="bge-reranker"), resolve)  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", ["cohere", "tei"])
def test_an_endpoint_needs_its_url(backend: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"rerank\.url"):
        make_reranker(RerankSettings(backend=backend), resolve)  # type: ignore[arg-type]

    made = make_reranker(RerankSettings(backend=backend, url="http://127.0.0.1:9", model="m"), resolve)  # type: ignore[arg-type]
    assert isinstance(made, EndpointReranker)
    assert made.name == "m"
    made.close()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nowhere.Nothing", "cannot be made"),
        ("llama_index.core.schema.TextNode", "is not a LlamaIndex node postprocessor"),
        ("", "cannot be made"),
    ],
)
def test_a_class_that_is_no_postprocessor_is_named(path: str, reason: str) -> None:
    with pytest.raises(SettingsInvalid, match=reason):
        make_reranker(RerankSettings(backend="llama-index", class_path=path), resolve)
