"""The reranker that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.errors import SettingsInvalid
from rag.models.reranking import Reranker
from rag.settings import RerankSettings


def make_reranker(settings: RerankSettings, resolve: Callable[[str], Path]) -> Reranker | None:
    """None for backend `none`. Nothing is loaded yet.

    `resolve` turns a name or a folder into a path on this machine; it is only asked for models that run in the
    process. Raises what it raises, and SettingsInvalid.
    """
    match settings.backend:
        case "none":
            return None
        case "cross-encoder":
            from rag.models.sentence_transformers_reranker import SentenceTransformersReranker

            folder = resolve(settings.model)
            return SentenceTransformersReranker(folder, precision=settings.dtype, max_tokens=settings.max_tokens)
        case "qwen3":
            from rag.models.qwen3_reranker import Qwen3Reranker

            return Qwen3Reranker(
                resolve(settings.model),
                instruction=settings.instruction,
                precision=settings.dtype,
                max_tokens=settings.max_tokens,
            )
        case "cohere" | "tei":
            return _endpoint(settings)
        case "llama-index":
            from rag.models.llama_index_reranker import LlamaIndexReranker

            return LlamaIndexReranker(settings.class_path, settings.class_arguments, model=settings.model)


def _endpoint(settings: RerankSettings) -> Reranker:
    from rag.models.endpoint_reranker import EndpointReranker

    if not settings.url.startswith(("http://", "https://")):
        reason = f"backend {settings.backend} needs the URL below which its /rerank is"
        raise SettingsInvalid(source="rerank", path="rerank.url", reason=reason)
    return EndpointReranker(
        settings.url,
        shape="tei" if settings.backend == "tei" else "cohere",
        model=settings.model,
        api_key=settings.api_key.get_secret_value(),
        patience_s=settings.budget_s,
    )
