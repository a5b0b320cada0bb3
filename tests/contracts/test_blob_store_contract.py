"""One suite for blob stores, on every backend."""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import BlobNotFound, FileTooLarge
from rag.store.blobs import BlobStore
from rag.store.folder_blobs import FolderBlobStore

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["folder"])
def blobs(tmp_path: Path) -> BlobStore:
    return FolderBlobStore(tmp_path / "blobs")


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def broken_stream(error: BaseException) -> AsyncIterator[bytes]:
    yield b"begun"
    raise error


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_was_put_is_there(blobs: BlobStore) -> None:
    await blobs.put("texts/1.json", "文本".encode())

    assert await blobs.get("texts/1.json") == "文本".encode()
    assert (await blobs.path("texts/1.json")).read_bytes() == "文本".encode()
    assert await blobs.exists("texts/1.json")


async def test_putting_again_replaces(blobs: BlobStore) -> None:
    await blobs.put("texts/1", b"longer than the next")
    await blobs.put("texts/1", b"next")

    assert await blobs.get("texts/1") == b"next"


async def test_what_is_missing_is_named(blobs: BlobStore) -> None:
    await blobs.put("texts/1", b"")

    for ask in (blobs.get, blobs.path):
        with pytest.raises(BlobNotFound, match="texts/2"):
            await ask("texts/2")
    assert not await blobs.exists("texts/2")


async def test_deleting_may_be_repeated(blobs: BlobStore) -> None:
    await blobs.put("texts/1", b"x")

    await blobs.delete("texts/1")
    await blobs.delete("texts/1")

    assert await blobs.keys() == []


async def test_keys_by_prefix_in_order(blobs: BlobStore) -> None:
    for key in ("texts/b", "texts/a.json", "originals/c", "texts2/d"):
        await blobs.put(key, b"x")

    assert await blobs.keys() == ["originals/c", "texts/a.json", "texts/b", "texts2/d"]
    assert await blobs.keys("texts/") == ["texts/a.json", "texts/b"]
    assert await blobs.keys("texts/a") == ["texts/a.json"]
    assert await blobs.keys("none") == []


@pytest.mark.parametrize(
    "key", ["", "/", "/etc/passwd", "..", "../x", "a/../b", "a//b", "a/", ".incoming/x", "a/.b", "a\0b", "a\nb", "a\\b"]
)
async def test_keys_that_would_lead_elsewhere_are_refused(blobs: BlobStore, key: str) -> None:
    for ask in (blobs.get, blobs.path, blobs.delete, blobs.exists):
        with pytest.raises(ValueError, match="not a blob key"):
            await ask(key)
    with pytest.raises(ValueError, match="not a blob key"):
        await blobs.put(key, b"x")


async def test_a_stream_is_stored_under_its_hash(blobs: BlobStore) -> None:
    stored = await blobs.put_stream(stream(b"ab", b"", b"c"), limit_bytes=3)

    # the SHA-256 of "abc", from FIPS 180-2, appendix B.1
    assert stored.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert stored.size_bytes == 3
    assert stored.key == f"originals/{stored.sha256}"
    assert await blobs.get(stored.key) == b"abc"


async def test_an_empty_stream_is_an_empty_blob(blobs: BlobStore) -> None:
    stored = await blobs.put_stream(stream(), limit_bytes=3)

    assert (stored.size_bytes, await blobs.get(stored.key)) == (0, b"")


async def test_the_same_bytes_are_stored_once(blobs: BlobStore) -> None:
    stored = await asyncio.gather(*(blobs.put_stream(stream(b"same" * 1000), 10_000) for _ in range(8)))

    assert await blobs.keys() == [stored[0].key]


async def test_too_large_a_stream_leaves_nothing_and_is_not_read_on(blobs: BlobStore, tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1000

    with pytest.raises(FileTooLarge) as caught:
        await blobs.put_stream(endless(), limit_bytes=2_500_000)

    assert caught.value.details["limit_bytes"] == 2_500_000
    assert files(tmp_path) == []


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), asyncio.CancelledError(), ValueError("odd")])
async def test_a_stream_that_breaks_off_leaves_nothing_and_keeps_its_error(
    blobs: BlobStore, tmp_path: Path, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        await blobs.put_stream(broken_stream(error), limit_bytes=100)

    assert files(tmp_path) == []


@given(chunks=st.lists(st.binary(max_size=700_000), max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_stream_comes_back_whole(tmp_path: Path, chunks: list[bytes]) -> None:
    blobs = FolderBlobStore(tmp_path)

    async def round_trip() -> tuple[str, bytes]:
        stored = await blobs.put_stream(stream(*chunks), limit_bytes=10_000_000)
        return stored.sha256, await blobs.get(stored.key)

    whole = b"".join(chunks)
    assert asyncio.run(round_trip()) == (hashlib.sha256(whole).hexdigest(), whole)


async def test_age_counts_from_the_last_time_it_was_stored(blobs: BlobStore) -> None:
    kept = await blobs.put_stream(stream(b"bytes"), limit_bytes=100)
    os.utime(await blobs.path(kept.key), (0, 0))
    before = await blobs.age_s(kept.key)

    await blobs.put_stream(stream(b"bytes"), limit_bytes=100)

    assert before > 1e9
    assert await blobs.age_s(kept.key) < 60
    assert await blobs.age_s("originals/none") == math.inf
