"""What a search needs to know beforehand of a collection, and of the versions that it may show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rag.documents import LANGUAGES, Language
from rag.retrieval.centres import Centres
from rag.store.document_store import DocumentStore
from rag.store.listings import LiveVersion
from rag.store.vector_sums import VectorSum


@dataclass(frozen=True, slots=True)
class Corpus:
    """A collection at one generation of the database: its passages per language and their means."""

    generation: int
    by_language: Mapping[Language, int]
    centres: Centres
    everything: int
    """Passages of all collections: the index counts its IDF over them."""

    @property
    def passages(self) -> int:
        return sum(self.by_language.values())


class Corpora:
    """Collections as searches know them, read again when anything was published or deleted."""

    def __init__(self, documents: DocumentStore, priors: Centres) -> None:
        self._documents = documents
        self._priors = priors
        self._known: dict[str | None, Corpus] = {}

    @property
    def dimension(self) -> int:
        """Of the vectors whose means are kept."""
        return len(self._priors.passages["en"])

    async def get(self, collection: str | None) -> Corpus:
        # Looked up before it is read: a publication in between then shows as a newer generation at the next look.
        generation = await self._documents.generation()
        known = self._known.get(collection)
        if known is not None and known.generation == generation:
            return known
        corpus = await self._read(collection, generation)
        if corpus.passages:  # names that people make up would fill the memory
            self._known[collection] = corpus
        return corpus

    async def _read(self, collection: str | None, generation: int) -> Corpus:
        sums = await self._documents.language_means(collection)
        everything = sums if collection is None else await self._documents.language_means()
        present = {language: sums[language].count for language in LANGUAGES if _counted(sums, language)}
        centres = self._priors.refined({language: sums[language] for language in present})
        return Corpus(generation, present, centres, sum(seen.count for seen in everything.values()))


def _counted(sums: Mapping[Language, VectorSum], language: Language) -> bool:
    return language in sums and sums[language].count > 0


class LiveVersions:
    """Which versions are live, remembered as long as nothing is published or deleted."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._generation = -1
        self._known: dict[str, LiveVersion | None] = {}

    async def among(self, version_ids: Collection[str], generation: int) -> dict[str, LiveVersion]:
        """Those of the versions that are live; `generation` is that of the database when the search began."""
        if generation != self._generation:
            self._generation, self._known = generation, {}
        known = self._known  # another search may replace it while this one waits
        unknown = [version_id for version_id in version_ids if version_id not in known]
        if unknown:
            found = await self._documents.live(unknown)
            known.update((version_id, found.get(version_id)) for version_id in unknown)
        return {version_id: live for version_id in version_ids if (live := known[version_id]) is not None}
