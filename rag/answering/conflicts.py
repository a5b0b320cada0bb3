"""Where the documents disagree with what an answer rests on: each side with its words and its document's date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rag.answering.citing import Citer
from rag.answering.disagreement import Disagreement, disagreement, needed_closeness
from rag.answering.evidence import EvidenceSentence, centred
from rag.answering.injection import is_instruction
from rag.answering.work import Work
from rag.citations import Citation, Conflict, ConflictSide
from rag.index.attributes import DATE, moment
from rag.models.batching import EmbeddingBatcher
from rag.store.document_store import DocumentStore
from rag.store.listings import DocumentListing

MOST_CONFLICTS = 3
_Pair = tuple[EvidenceSentence, EvidenceSentence, Disagreement]


class Conflicts:
    def __init__(self, documents: DocumentStore, embedder: EmbeddingBatcher, citer: Citer) -> None:
        self._documents = documents
        self._embedder = embedder
        self._citer = citer

    async def find(self, work: Work) -> list[Conflict]:
        """What the packed sentences of other documents say against those that the answer cites, at most three.

        The later document's side comes first.
        """
        if work.evidence is None or not work.draft.citations:
            return []
        pairs = await self._close(list(_pairs(work)), work)
        listings = await self._listings(pairs)
        conflicts: list[Conflict] = []
        for cited, other, found in pairs:
            marked = _marked(work.draft.citations, cited)
            beside = replace(await self._citer.cite(other), marker=_next_marker(work, conflicts, other))
            conflicts.append(_conflict((marked, found.one), (beside, found.other), found, listings))
        return conflicts

    async def _close(self, pairs: Sequence[_Pair], work: Work) -> list[_Pair]:
        """Those whose sentences are close enough to be about one thing: a few short texts are embedded, if any."""
        texts = list(dict.fromkeys(sentence.text for one, other, _ in pairs for sentence in (one, other)))
        if not texts:
            return []
        vectors = dict(zip(texts, await self._embedder.embed_passages(texts), strict=True))
        close = []
        for one, other, found in pairs:
            evidence = centred([one, other], [vectors[one.text], vectors[other.text]], work.centres)  # type: ignore[arg-type]
            if float(evidence.vectors[0] @ evidence.vectors[1]) >= needed_closeness(one, other):
                close.append((one, other, found))
        return close[:MOST_CONFLICTS]

    async def _listings(self, pairs: Sequence[_Pair]) -> Mapping[str, DocumentListing]:
        ids = {sentence.source.passage.document_id for one, other, _ in pairs for sentence in (one, other)}
        return {document_id: await self._documents.document(document_id) for document_id in ids}


def _pairs(work: Work) -> Iterator[_Pair]:
    """Sentences that the answer cites, each with those of other documents that say otherwise."""
    assert work.evidence is not None
    cited_places = {(citation.version_id, citation.span) for citation in work.draft.citations}
    cited = [one for one in work.evidence.sentences if (one.source.passage.version_id, one.span) in cited_places]
    seen: set[frozenset[tuple[str, str]]] = set()
    for one in cited:
        for other in work.evidence.sentences:
            key = frozenset(
                ((one.source.passage.document_id, one.text), (other.source.passage.document_id, other.text))
            )
            if one.source.passage.document_id == other.source.passage.document_id or key in seen:
                continue
            seen.add(key)
            found = None if is_instruction(other) else disagreement(one, other)
            if found:
                yield one, other, found


def _marked(citations: Sequence[Citation], sentence: EvidenceSentence) -> Citation:
    place = (sentence.source.passage.version_id, sentence.span)
    return next(one for one in citations if (one.version_id, one.span) == place)


def _next_marker(work: Work, conflicts: Sequence[Conflict], sentence: EvidenceSentence) -> int:
    """The number that the answer gave the place, or the conflicts before; else the next."""
    place = (sentence.source.passage.version_id, sentence.span)
    known = [*work.draft.citations, *(side.citation for conflict in conflicts for side in conflict.sides)]
    numbered = {(one.version_id, one.span): one.marker for one in known}
    return numbered.get(place, max(numbered.values(), default=0) + 1)


def _conflict(
    one: tuple[Citation, str], other: tuple[Citation, str], found: Disagreement, listings: Mapping[str, DocumentListing]
) -> Conflict:
    sides = [_side(citation, stated, listings[citation.document_id]) for citation, stated in (one, other)]
    sides.sort(key=lambda side: side.date, reverse=True)
    later, earlier = sides
    are_one = later.is_date_stated == earlier.is_date_stated and later.date > earlier.date
    newer_wins = are_one and _are_twins(listings[one[0].document_id], listings[other[0].document_id])
    return Conflict(found.kind.value, (later, earlier), newer_wins)


def _side(citation: Citation, stated: str, listing: DocumentListing) -> ConflictSide:
    """With the date that the document was given, or else that of the version that is live."""
    given = moment(listing.document.metadata.get(DATE, ""))
    added = listing.version.created_at if listing.version else listing.document.created_at
    return ConflictSide(citation, stated, given or added, given is not None)


def _are_twins(one: DocumentListing, other: DocumentListing) -> bool:
    """Whether one was found to say nearly the same as the other when it was published."""
    return any(
        twin.document_id == beside.document.id
        for listing, beside in ((one, other), (other, one))
        for twin in (listing.version.near_duplicates if listing.version else ())
    )
