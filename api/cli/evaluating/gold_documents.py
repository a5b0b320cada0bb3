"""The documents that questions name as gold, as they lie in the scratch index: language, text, passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.cli.evaluating.corpus import COLLECTION
from rag.documents import DocumentVersion
from rag.index.passage_index import Leg, Scope

if TYPE_CHECKING:
    import numpy as np

    from api.services import Services
    from rag.evaluation.datasets import EvaluationQuestion

_MOST_DOCUMENTS = 100_000


class GoldDocuments:
    """Live versions by the names that the data set gives them. What was read is kept: questions share documents."""

    def __init__(self, services: Services, versions: dict[str, DocumentVersion]) -> None:
        self._services = services
        self._versions = versions
        self._passages: dict[str, list[str]] = {}

    @classmethod
    async def of(cls, services: Services) -> GoldDocuments:
        listed = await services.stores.documents.documents(COLLECTION, limit=_MOST_DOCUMENTS)
        return cls(services, {found.document.uri: found.version for found in listed if found.version})

    def language(self, question: EvaluationQuestion) -> str:
        """The language that all of them are in, or empty: some are missing, or they are in several."""
        languages = {version.language for version in self._known(question)}
        return languages.pop() if len(languages) == 1 else ""

    async def texts(self, question: EvaluationQuestion) -> list[str]:
        return [(await self._services.parsed.get(version.id)).text for version in self._known(question)]

    async def passages(self, question: EvaluationQuestion, query: np.ndarray) -> list[str]:
        """Their passages, all of them: a search of nothing but these documents, as deep as they are long."""
        found: list[str] = []
        for version in self._known(question):
            if version.id not in self._passages:
                self._passages[version.id] = await self._read(version, query)
            found += self._passages[version.id]
        return found

    async def _read(self, version: DocumentVersion, query: np.ndarray) -> list[str]:
        leg = Leg(query, max(1, version.passages), Scope(document_ids=(version.document_id,)))
        [hits] = await self._services.index.search([leg])
        text = (await self._services.parsed.get(version.id)).text
        return [hit.passage.span.of(text) for hit in hits if hit.passage.version_id == version.id]

    def _known(self, question: EvaluationQuestion) -> Sequence[DocumentVersion]:
        return [self._versions[name] for name in question.gold if name in self._versions]
