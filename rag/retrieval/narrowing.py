"""How many passages of each language a filter leaves: what a search chooses from, and what chance is measured by."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from rag.documents import Language
from rag.index.filters import EVERYTHING, Filter
from rag.index.passage_index import PassageIndex, Scope

_NOTHING_PASSES = {
    "en": "No passage passes the filter, so there was nothing to search.",
    "zh": "没有段落符合筛选条件，因此没有可检索的内容。",
}


def nothing_passes(language: Language) -> str:
    """The notice for the one who asked, in the language of the question."""
    return _NOTHING_PASSES["zh" if language == "zh" else "en"]


async def narrowed(
    index: PassageIndex, passages: Mapping[Language, int], collection: str | None, filter: Filter
) -> dict[Language, int]:
    """The passages of each language that pass; languages of which none does are left out, and so get no legs."""
    if filter == EVERYTHING:
        return dict(passages)
    scopes = {language: Scope(collection=collection, language=language, filter=filter) for language in passages}
    counts = await asyncio.gather(*(index.count(scope) for scope in scopes.values()))
    return {language: count for language, count in zip(scopes, counts, strict=True) if count}
