"""Archives that unpack to far more than they are: noticed before any reader opens them."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from ingest.parsing.records import UnreadableFormat
from rag.errors import ArchiveBomb, PasswordRequired

_RATIO = 100
_FLOOR_BYTES = 64 * 1024**2
"""Office XML deflates 10 to 30 times, DEFLATE can do 1,032: beyond a hundredfold and 64 MiB a file is made to hurt."""

_MEMBERS = 20_000
_BLOCK_BYTES = 1 << 20
_ENCRYPTED = 0x1


def check_unpacked(path: Path, limit_bytes: int) -> None:
    """Inflate every member once, keeping nothing, and stop where the sum passes the limit.

    The sizes that the archive declares are summed first, which is quick, and then not believed.
    Raises ArchiveBomb, PasswordRequired, UnreadableFormat.
    """
    allowed = min(limit_bytes, max(_FLOOR_BYTES, _RATIO * path.stat().st_size))
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > _MEMBERS or sum(member.file_size for member in members) > allowed:
                raise ArchiveBomb(limit_bytes=allowed)
            if any(member.flag_bits & _ENCRYPTED for member in members):
                raise PasswordRequired()
            _inflate(archive, members, allowed)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise UnreadableFormat(f"damaged archive: {error}") from None


def _inflate(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], allowed: int) -> None:
    unpacked = 0
    for member in members:
        # zipfile stops at the declared size, other readers at the end of the stream, so we must look there too.
        member.file_size = allowed + 1
        with archive.open(member) as stream:
            while block := stream.read(_BLOCK_BYTES):
                unpacked += len(block)
                if unpacked > allowed:
                    raise ArchiveBomb(limit_bytes=allowed)
