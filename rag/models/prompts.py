"""The texts that a model's folder has put before queries and before passages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from rag.errors import SettingsInvalid

# Of E5 and Qwen3-Embedding, of Nomic, of Jina v3, of Stella and Arctic.
_USUAL = {
    "query": ("query", "search_query", "retrieval.query", "s2p_query"),
    "passage": ("passage", "document", "search_document", "retrieval.passage"),
}


def prompt_of(prompts: Mapping[str, str], kind: Literal["query", "passage"], name: str) -> str:
    """The prompt of that name, or else of a usual one, or nothing; raises SettingsInvalid for an unknown name."""
    if name and name not in prompts:
        reason = f"the model has no prompt of that name; it has {', '.join(prompts) or 'none'}"
        raise SettingsInvalid(source="embedding", path=f"embedding.{kind}_prompt", reason=reason)
    return next((prompt for usual in (name, *_USUAL[kind]) if (prompt := prompts.get(usual))), "")
