from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.answering.citing import CACHED_GEOMETRIES, Citer
from rag.answering.evidence import EvidenceSentence
from rag.documents import Page, ParsedDocument, ScoredPassage, Span
from rag.errors import BlobNotFound
from rag.geometry import SCALE, PageGeometry
from rag.store.folder_blobs import FolderBlobStore
from rag.store.parsed_documents import ParsedDocuments
from tests.rag.answering.sources import source

pytestmark = pytest.mark.anyio

TEXT = "One two.\nThree four."
PAGES = (Page(1, Span(0, 8), 100, 100), Page(2, Span(9, 20), 100, 100))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobStore:
    return FolderBlobStore(tmp_path)


@pytest.fixture
def parsed(blobs: FolderBlobStore) -> ParsedDocuments:
    return ParsedDocuments(blobs)


def at(span: Span, found: ScoredPassage | None = None) -> EvidenceSentence:
    return EvidenceSentence(found or source(TEXT), span, "not what is quoted")


def geometry() -> bytes:
    """Each character one hundredth wide, on the page that it stands on; the line end between them on none."""
    pages = np.array([1] * 8 + [0] + [2] * 11, np.uint16)
    lefts = np.concatenate([np.arange(8), [0], np.arange(11)]) * SCALE // 100
    corners = np.stack([lefts, np.full(20, SCALE // 2), lefts + SCALE // 100, np.full(20, SCALE)], axis=1)
    return PageGeometry(pages, corners.astype(np.uint16)).to_bytes()


async def test_a_quote_is_cut_from_the_stored_text(parsed: ParsedDocuments) -> None:
    await parsed.put("v1", ParsedDocument(TEXT, ()), None)

    found = await Citer(parsed).cite(at(Span(9, 20)))

    assert (found.quote, found.span) == ("Three four.", Span(9, 20))
    assert (found.document_id, found.version_id, found.passage_id) == ("d1", "v1", "p1")
    assert (found.title, found.uri, found.pages, found.boxes) == ("Handbook", "a.txt", (), ())


async def test_a_quote_has_the_pages_and_boxes_that_it_covers(parsed: ParsedDocuments) -> None:
    await parsed.put("v1", ParsedDocument(TEXT, (), PAGES), geometry())
    citer = Citer(parsed)

    within = await citer.cite(at(Span(9, 14)))
    across = await citer.cite(at(Span(4, 14)))

    assert within.pages == (2,)
    (box,) = within.boxes
    assert (box.page, *box[1:]) == (2, *(pytest.approx(share, abs=1e-3) for share in (0, 0.5, 0.05, 1)))
    assert across.pages == (1, 2)
    assert [box.page for box in across.boxes] == [1, 2]


async def test_a_version_that_is_gone_cannot_be_cited(parsed: ParsedDocuments) -> None:
    with pytest.raises(BlobNotFound):
        await Citer(parsed).cite(at(Span(0, 8)))


async def test_the_geometry_in_use_stays_in_memory_while_others_come_and_go(
    blobs: FolderBlobStore, parsed: ParsedDocuments
) -> None:
    citer, others = Citer(parsed), [f"v{n}" for n in range(2, 2 * CACHED_GEOMETRIES)]
    for version in ("v1", *others):
        await parsed.put(version, ParsedDocument(TEXT, (), PAGES), geometry())
    await citer.cite(at(Span(0, 8)))
    for key in await blobs.keys("versions/v1/geometry"):
        await blobs.delete(key)

    for version in others:
        await citer.cite(at(Span(0, 8), source(TEXT, version=version)))
        assert (await citer.cite(at(Span(0, 8)))).boxes


async def test_a_geometry_long_out_of_use_is_forgotten(blobs: FolderBlobStore, parsed: ParsedDocuments) -> None:
    citer, versions = Citer(parsed), [f"v{n}" for n in range(CACHED_GEOMETRIES + 1)]
    for version in versions:
        await parsed.put(version, ParsedDocument(TEXT, (), PAGES), geometry())
        await citer.cite(at(Span(0, 8), source(TEXT, version=version)))
        await blobs.delete(f"versions/{version}/geometry.npz")

    assert (await citer.cite(at(Span(0, 8), source(TEXT, version=versions[1])))).boxes
    assert not (await citer.cite(at(Span(0, 8), source(TEXT, version=versions[0])))).boxes
