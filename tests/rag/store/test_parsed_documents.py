from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import Element, ElementKind, Page, ParsedDocument, Span
from rag.errors import BlobNotFound
from rag.store.folder_blobs import FolderBlobStore
from rag.store.parsed_documents import ParsedDocuments, decode, decode_text, encode

pytestmark = pytest.mark.anyio

TABLE = ParsedDocument(
    text="年假\n工龄 | 天数\n一年 | 5",
    elements=(
        Element(ElementKind.TITLE, Span(0, 2), page=1),
        Element(ElementKind.TABLE, Span(3, 17), page=1, heading_path=("年假",), header=Span(3, 10)),
    ),
    pages=(Page(1, Span(0, 17), 595.3, 841.9),),
    title="年假",
    parser="test-1",
    warnings=("replaced 1 character",),
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class CountingBlobs(FolderBlobStore):
    """A folder of blobs that counts how often it is read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.reads: list[str] = []

    async def get(self, key: str) -> bytes:
        self.reads.append(key)
        return await super().get(key)


@pytest.fixture
def blobs(tmp_path: Path) -> CountingBlobs:
    return CountingBlobs(tmp_path)


def plain(text: str) -> ParsedDocument:
    return ParsedDocument(text, (Element(ElementKind.PARAGRAPH, Span(0, len(text))),))


async def test_a_version_comes_back_as_it_was(blobs: CountingBlobs) -> None:
    await ParsedDocuments(blobs).put("v1", TABLE, b"boxes")

    again = ParsedDocuments(blobs)

    assert await again.get("v1") == TABLE
    assert await again.geometry("v1") == b"boxes"
    assert await again.exists("v1")


async def test_a_format_without_pages_has_no_geometry(blobs: CountingBlobs) -> None:
    parsed = ParsedDocuments(blobs)
    await parsed.put("v1", plain("a"), None)

    assert await parsed.geometry("v1") is None


async def test_an_unknown_version_is_not_found(blobs: CountingBlobs) -> None:
    parsed = ParsedDocuments(blobs)

    assert not await parsed.exists("v1")
    with pytest.raises(BlobNotFound):
        await parsed.get("v1")


async def test_a_deleted_version_is_gone_from_disk_and_memory(blobs: CountingBlobs) -> None:
    parsed = ParsedDocuments(blobs)
    await parsed.put("v1", TABLE, b"boxes")
    await parsed.get("v1")

    await parsed.delete("v1")

    with pytest.raises(BlobNotFound):
        await parsed.get("v1")
    assert await parsed.geometry("v1") is None
    assert await blobs.keys() == []
    await parsed.delete("v1")


async def test_what_was_read_lately_is_not_read_again(blobs: CountingBlobs) -> None:
    parsed = ParsedDocuments(blobs, cached_characters=25)
    for version in "abc":
        await parsed.put(version, plain(version * 10), None)

    for version in "abaca":  # c's ten characters push out b, which was used before a
        await parsed.text(version)
    read_at_first = len(blobs.reads)
    await parsed.text("c")
    await parsed.text("b")

    assert read_at_first == 3
    assert len(blobs.reads) == 4


async def test_forgetting_a_version_makes_room_for_others(blobs: CountingBlobs) -> None:
    parsed = ParsedDocuments(blobs, cached_characters=20)
    for version in "abc":
        await parsed.put(version, plain(version * 10), None)

    await parsed.text("a")
    await parsed.text("b")
    await parsed.delete("a")
    await parsed.text("c")
    await parsed.text("b")

    assert len(blobs.reads) == 3


async def test_a_text_above_the_limit_is_kept_until_the_next_one(blobs: CountingBlobs) -> None:
    parsed = ParsedDocuments(blobs, cached_characters=5)
    await parsed.put("a", plain("a" * 10), None)

    await parsed.text("a")
    await parsed.text("a")

    assert len(blobs.reads) == 1


async def test_text_and_structure_are_remembered_each_by_itself(blobs: CountingBlobs) -> None:
    parsed = ParsedDocuments(blobs)
    await parsed.put("a", TABLE, None)

    for _ in range(2):
        assert await parsed.text("a") == TABLE.text
        assert await parsed.get("a") == TABLE

    assert len(blobs.reads) == 2


def test_the_same_version_gives_the_same_bytes_that_any_tool_reads() -> None:
    assert encode(TABLE) == encode(decode(encode(TABLE)))
    assert json.loads(gzip.decompress(encode(TABLE)))["elements"][1] == {
        "kind": "table", "span": [3, 17], "page": 1, "path": ["年假"], "header": [3, 10],
    }  # fmt: skip


spans = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda ends: Span(min(ends), max(ends)))
words = st.text(st.characters(exclude_categories=["Cs"]))
elements = st.builds(
    Element, st.sampled_from(ElementKind), spans, st.none() | st.integers(1, 9), st.lists(words).map(tuple),
    st.none() | spans,
)  # fmt: skip
points = st.floats(1, 5000)
pages = st.builds(Page, st.integers(1, 9), spans, points, points, st.none() | st.floats(0, 1))


@given(
    st.builds(
        ParsedDocument, words, st.lists(elements).map(tuple), st.lists(pages).map(tuple), st.none() | words, words,
        st.lists(words).map(tuple),
    )
)  # fmt: skip
def test_every_document_survives_the_store(parsed: ParsedDocument) -> None:
    assert decode(encode(parsed)) == parsed
    assert decode_text(encode(parsed)) == parsed.text


def test_the_text_of_a_record_in_another_order_is_read_too() -> None:
    record = json.loads(gzip.decompress(encode(TABLE)))
    reordered = json.dumps({name: record[name] for name in sorted(record)})
    assert decode_text(gzip.compress(reordered.encode())) == TABLE.text
