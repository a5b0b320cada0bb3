"""The chat model that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.errors import ModelMissing, SettingsInvalid
from rag.models.catalogue import catalogue
from rag.models.chat import ChatModel
from rag.settings import ChatSettings

_IN_THE_PROCESS = ("llama-cpp", "transformers")


def make_chat_model(settings: ChatSettings, resolve: Callable[[str], Path]) -> ChatModel | None:
    """None for backend `none`. Nothing is loaded yet.

    `resolve` turns a name of the catalogue, a file or a folder into a path on this machine; it is only asked for
    models that run in the process. Raises what it raises, ModelMissing for a folder without weights, and
    SettingsInvalid, also for more context than a model of the catalogue was made for: it would write nonsense.
    """
    _check_window(settings)
    match settings.backend:
        case "none":
            return None
        case "llama-cpp":
            from rag.models.llama_cpp_chat import LlamaCppChat

            return LlamaCppChat(settings, _gguf_file(settings.model, resolve(settings.model)))
        case "transformers":
            from rag.models.transformers_chat import TransformersChat

            return TransformersChat(settings, resolve(settings.model))
        case "openai":
            return _openai_chat(settings)
        case "llama-index":
            from rag.models.llama_index_chat import LlamaIndexChat

            return LlamaIndexChat(settings)


def _check_window(settings: ChatSettings) -> None:
    card = catalogue().get(settings.model)
    if card is not None and settings.backend in _IN_THE_PROCESS and settings.context_tokens > card.context_tokens:
        reason = f"{settings.model} reads at most {card.context_tokens} tokens"
        raise SettingsInvalid(source="chat", path="chat.context_tokens", reason=reason)


def _openai_chat(settings: ChatSettings) -> ChatModel:
    from rag.models.openai_chat import OpenAIChat

    if not settings.url.startswith(("http://", "https://")):
        raise SettingsInvalid(source="chat", path="chat.url", reason="backend openai needs a URL such as http://…/v1")
    return OpenAIChat(settings)


def _gguf_file(model: str, path: Path) -> Path:
    """The file itself, or the first of a folder: split models are opened by their first part."""
    if path.is_file():
        return path
    files = sorted(path.glob("*.gguf"))
    if not files:
        raise ModelMissing(model=model)
    return files[0]
