from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelMissing, SettingsInvalid
from rag.models.chat_factory import make_chat_model
from rag.settings import ChatSettings


def test_backend_none_has_no_model() -> None:
    assert make_chat_model(ChatSettings(backend="none"), Path) is None


def test_a_folder_stands_for_the_first_gguf_in_it(tmp_path: Path) -> None:
    (tmp_path / "b.gguf").touch()
    (tmp_path / "a-00001-of-00002.gguf").touch()

    model = make_chat_model(ChatSettings(model="m"), lambda name: tmp_path)

    assert model is not None
    assert model.name == "m"
    assert model._model_file == tmp_path / "a-00001-of-00002.gguf"  # type: ignore[attr-defined]


def test_a_folder_without_weights_is_a_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        make_chat_model(ChatSettings(), lambda name: tmp_path)


def test_an_endpoint_needs_a_url() -> None:
    with pytest.raises(SettingsInvalid, match=r"chat\.url"):
        make_chat_model(ChatSettings(backend="openai"), Path)


@pytest.mark.parametrize("class_path", ["", "nowhere.LLM", "json.NoSuchClass"])
def test_a_class_that_cannot_be_imported_is_a_wrong_setting(class_path: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"chat\.class_path"):
        make_chat_model(ChatSettings(backend="llama-index", class_path=class_path), Path)


def test_no_more_context_than_a_model_of_the_catalogue_was_made_for(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").touch()
    model = "qwen2.5-coder-1.5b-instruct-q4"

    with pytest.raises(SettingsInvalid, match=r"context_tokens.*32768"):
        make_chat_model(ChatSettings(model=model, context_tokens=32769), lambda name: tmp_path)

    assert make_chat_model(ChatSettings(model=model, context_tokens=32768), lambda name: tmp_path)
    assert make_chat_model(ChatSettings(model="mine", context_tokens=131072), lambda name: tmp_path)
    assert make_chat_model(
        ChatSettings(backend="openai", model=model, url="http://127.0.0.1/v1", context_tokens=131072), Path
    )
