from __future__ import annotations

import asyncio
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from rag.errors import BlobsUnavailable
from rag.store.folder_blobs import FolderBlobStore

pytestmark = pytest.mark.anyio

_UPLOAD_FOREVER = """
import asyncio, sys
from pathlib import Path
from rag.store.folder_blobs import FolderBlobStore

async def endless():
    while True:
        yield b"x" * 1024 * 1024
        print("more", flush=True)

asyncio.run(FolderBlobStore(Path(sys.argv[1])).put_stream(endless(), 10**12))
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def stream(size_bytes: int) -> AsyncIterator[bytes]:
    for _ in range(0, size_bytes, 65536):
        yield os.urandom(65536)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_only_the_owner_may_look(tmp_path: Path) -> None:
    blobs = FolderBlobStore(tmp_path / "blobs")
    await blobs.put("texts/deep/1", b"x")
    await blobs.put_stream(stream(10), 65536)

    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "blobs").rglob("*")}

    assert stat.S_IMODE((tmp_path / "blobs").stat().st_mode) == 0o700
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_what_a_killed_upload_left_is_swept_on_opening(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _UPLOAD_FOREVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as upload:
        assert upload.stdout is not None
        assert [upload.stdout.readline() for _ in range(3)] == ["more\n"] * 3
        FolderBlobStore(tmp_path)
        under_way = files(tmp_path)
        upload.send_signal(signal.SIGKILL)
    left = files(tmp_path)

    FolderBlobStore(tmp_path)

    assert len(under_way) == len(left) == 1  # another process's upload is let be while it lives
    assert files(tmp_path) == []


async def test_a_cancelled_upload_leaves_nothing(tmp_path: Path) -> None:
    blobs = FolderBlobStore(tmp_path)
    upload = asyncio.create_task(blobs.put_stream(stream(200 * 1024**2), 10**9))
    async with asyncio.timeout(10):
        await first_bytes_in(tmp_path)

    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload

    assert files(tmp_path) == []


async def first_bytes_in(folder: Path) -> None:
    while not any(path.stat().st_size for path in files(folder)):  # noqa: ASYNC110 - the file system has no event
        await asyncio.sleep(0.001)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder that takes a megabyte: a filesystem of that size for root, else a limit on the size of files."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0:
        yield folder
        subprocess.run(["umount", str(folder)], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024**2, hard))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_named_and_loses_nothing_that_was_stored(full_disk: Path) -> None:
    blobs = FolderBlobStore(full_disk / "blobs")
    kept = await blobs.put_stream(stream(65536), 65536)

    with pytest.raises(BlobsUnavailable, match="disk's space"):
        await blobs.put_stream(stream(4 * 1024**2), 10**9)
    with pytest.raises(BlobsUnavailable):
        await blobs.put("texts/1", bytes(4 * 1024**2))

    assert await blobs.keys() == [kept.key]
    assert len(files(full_disk)) == 1
    await blobs.put("texts/2", b"there is room again")


async def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(BlobsUnavailable, match="File exists"):
        FolderBlobStore(tmp_path / "file" / "blobs")
