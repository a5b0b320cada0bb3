"""Older formats go through LibreOffice where there is one, and say so where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.parsing.media_types import MediaType, sniff
from ingest.parsing.parser import parse
from ingest.parsing.records import ParseLimits
from rag.errors import ConverterMissing, FileUnreadable

OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "WordDocument".encode("utf-16-le")


def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "old.doc"
    path.write_bytes(OLD_WORD)
    return path


def program(folder: Path, script: str) -> None:
    """A stand-in for LibreOffice that is called as it would be."""
    folder.mkdir()
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_without_libreoffice_the_reason_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    with pytest.raises(ConverterMissing, match="LibreOffice"):
        parse(old_file(tmp_path), "old.doc", ParseLimits())


def test_what_was_converted_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import docx

    file = docx.Document()
    file.add_paragraph("from the nineties")
    file.save(str(tmp_path / "ready.docx"))
    program(tmp_path / "bin", f'cp "{tmp_path}/ready.docx" "$7/old.$5"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    parsed = parse(old_file(tmp_path), "old.doc", ParseLimits())

    assert parsed.document.text == "from the nineties"
    assert parsed.media_type == MediaType.DOC


def test_a_conversion_that_yields_nothing_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    with pytest.raises(FileUnreadable, match="password"):
        parse(old_file(tmp_path), "old.doc", ParseLimits())


def test_the_newer_format_under_the_older_name_is_read_for_what_it_is() -> None:
    assert sniff(b"PK\x03\x04word/document.xml", "letter.doc", members=["word/document.xml"]) is MediaType.DOCX


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="apt-get install libreoffice-writer-nogui")
def test_libreoffice_itself_converts(tmp_path: Path) -> None:
    path = tmp_path / "letter.rtf"
    path.write_text(r"{\rtf1\ansi Dear Sir or Madam}")
    from ingest.parsing.libreoffice import _convert

    _convert("soffice", path, "doc", tmp_path)

    assert parse(tmp_path / "letter.doc", "letter.doc", ParseLimits()).document.text == "Dear Sir or Madam"
