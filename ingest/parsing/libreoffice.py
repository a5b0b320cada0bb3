"""Formats that LibreOffice opens and we do not: converted by its program, where one is installed, and read then."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from ingest.parsing.media_types import MediaType
from ingest.parsing.records import UnreadableFormat
from rag.documents import ParsedDocument
from rag.errors import ConverterMissing

_TARGETS = {
    MediaType.DOC: "docx",
    MediaType.PPT: "pptx",
    MediaType.ODP: "pptx",
    MediaType.ODS: "xlsx",
}
CONVERTED = frozenset(_TARGETS)
_PROGRAMS = ("soffice", "libreoffice")


def parse_converted(path: Path, media_type: MediaType, read: Callable[[Path, str], ParsedDocument]) -> ParsedDocument:
    """`read` parses the converted file. Raises ConverterMissing, UnreadableFormat, and what `read` raises."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise ConverterMissing(media_type=str(media_type))
    target = _TARGETS[media_type]
    with tempfile.TemporaryDirectory(prefix="converted-", dir=Path.cwd()) as folder:
        _convert(program, path, target, Path(folder))
        converted = Path(folder) / f"{path.stem}.{target}"
        if not converted.is_file():
            raise UnreadableFormat("LibreOffice could not convert it; it may be protected by a password")
        return read(converted, converted.name)


def _convert(program: str, path: Path, target: str, folder: Path) -> None:
    """A profile of its own, so that runs side by side do not wait for each other, and macros are off by default."""
    subprocess.run(
        [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            target,
            "--outdir",
            str(folder),
            str(path),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
