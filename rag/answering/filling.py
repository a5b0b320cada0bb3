"""The room that the found passages leave in a large budget, filled from their documents: whole ones where they fit.

What a question needs often stands beside what it finds. A model with a long context may as well read the document that
answers, when its budget allows; what of it is read beyond the passages found costs no further search.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from rag.answering.context import Context
from rag.answering.packing import CountTokens, Packed
from rag.answering.whole.reading import WholeDocuments
from rag.documents import ScoredPassage
from rag.errors import DocumentNotFound, DocumentNotLive, FileRejected
from rag.index.filters import Filter
from rag.retrieval.question_words import header

LEAST_ROOM: Final = 0.5
"""The share of the budget that must be left: what passages nearly fill is theirs."""


class ContextFiller:
    def __init__(self, documents: WholeDocuments, count_tokens: CountTokens) -> None:
        self._documents = documents
        self._count_tokens = count_tokens

    async def filled(self, context: Context, filter: Filter) -> Context:
        """The context with more of its documents, in the order in which these came in, as far as the budget goes.

        Of a document that does not fit, the passages nearest to those that were found. `filter` holds for what is
        added, too. A document that is being replaced or deleted is left as it was found.
        """
        budget, packed = context.report.budget_tokens, context.packed
        if not packed.sources or budget - packed.tokens < LEAST_ROOM * budget:
            return context
        added: list[ScoredPassage] = []
        room = budget - packed.tokens
        for version_id, document_id in _versions(packed.sources):
            found = [one for one in packed.sources if one.passage.version_id == version_id]
            rest = await self._rest(document_id, found, filter)
            taken, used = await asyncio.to_thread(self._fitting, rest, found, room)
            added += taken
            room -= used
            if len(taken) < len(rest):
                break
        return _with(context, added, budget - room)

    async def _rest(self, document_id: str, found: Sequence[ScoredPassage], filter: Filter) -> list[ScoredPassage]:
        """The passages of a document that were not found, in reading order."""
        try:
            whole = await self._documents.read(document_id, filter)
        except (DocumentNotFound, DocumentNotLive, FileRejected):
            return []
        known = {one.passage.id for one in found}
        is_other = whole.version.id != found[0].passage.version_id
        return [] if is_other else [one for one in whole.passages if one.passage.id not in known]

    def _fitting(
        self, rest: Sequence[ScoredPassage], found: Sequence[ScoredPassage], room: int
    ) -> tuple[list[ScoredPassage], int]:
        """All of them where they fit, else the nearest to those found that do, in reading order; and their tokens."""
        sizes = self._count_tokens([f"{header(one)}\n{one.text}" for one in rest]) if rest else []
        taken: list[int] = []
        used = 0
        for n in sorted(range(len(rest)), key=lambda n: (_distance(rest[n], found), n)):
            if used + sizes[n] > room:
                break
            taken.append(n)
            used += sizes[n]
        return [rest[n] for n in sorted(taken)], used


def _versions(sources: Sequence[ScoredPassage]) -> list[tuple[str, str]]:
    """Version and document of each, in the order of their first source."""
    return list(dict.fromkeys((one.passage.version_id, one.passage.document_id) for one in sources))


def _distance(passage: ScoredPassage, found: Sequence[ScoredPassage]) -> int:
    """Characters to the nearest passage that was found."""
    span = passage.passage.span
    return min(max(other.passage.span.start - span.end, span.start - other.passage.span.end, 0) for other in found)


def _with(context: Context, added: Sequence[ScoredPassage], tokens: int) -> Context:
    packed, report = context.packed, context.report
    ids = {one.passage.id for one in added}
    left_out = tuple(one for one in report.left_out if one.passage_id not in ids)
    sources = tuple(chain(packed.sources, added))
    return Context(
        Packed(sources, tokens, len(left_out)),
        replace(report, tokens=tokens, packed=tuple(one.passage.id for one in sources), left_out=left_out),
    )
