from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from ingest.parsing.media_types import MediaType, sniff, sniff_file
from rag.errors import EmptyFile, FileUnreadable, MediaTypeMismatch, MediaTypeUnsupported, PasswordRequired

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"%PDF-1.4\n", "a.pdf", MediaType.PDF),
        (b"\n\n%PDF-1.4\n", "report", MediaType.PDF),
        (b"{\\rtf1 x}", "a.rtf", MediaType.RTF),
        (b"# Title", "a.md", MediaType.MARKDOWN),
        (b"a,b\n1,2", "a.csv", MediaType.CSV),
        (b"a\tb", "a.tsv", MediaType.TSV),
        (b"{}", "a.json", MediaType.JSON),
        (b"plain", "a.txt", MediaType.TEXT),
        (b"plain", "README", MediaType.TEXT),
        (b"<!DOCTYPE html><html>", "page", MediaType.HTML),
        (b"<html>", "page.txt", MediaType.TEXT),
        (b"From: a@b.c\r\nSubject: x\r\n\r\nbody", "mail", MediaType.EML),
        (OLE + "__substg1.0_".encode("utf-16-le"), "a.msg", MediaType.MSG),
        ("中文".encode("utf-16"), "a.txt", MediaType.TEXT),
    ],
)
def test_bytes_decide_and_names_part_kinds_of_text(head: bytes, name: str, expected: MediaType) -> None:
    assert sniff(head, name) is expected


@pytest.mark.parametrize(
    ("head", "name"),
    [(b"\x89PNG\r\n\x1a\n", "a.pdf"), (b"MZ\x90\x00", "a.docx"), (b"%PDF-1.7", "a.txt"), (b"just words", "a.pdf")],
)
def test_a_name_that_contradicts_the_bytes_is_refused(head: bytes, name: str) -> None:
    with pytest.raises(MediaTypeMismatch):
        sniff(head, name)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GIF89a", "a.gif"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", "a.svg"),
        (bytes(range(32)) * 9, "blob"),
    ],
)
def test_what_cannot_be_parsed_is_said_so(head: bytes, name: str) -> None:
    with pytest.raises(MediaTypeUnsupported):
        sniff(head, name)


def test_an_encrypted_office_file_asks_for_its_password_to_be_removed() -> None:
    with pytest.raises(PasswordRequired):
        sniff(OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx")


def test_nothing_is_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        sniff(b"", "a.pdf")


@pytest.mark.parametrize(
    ("members", "name", "expected"),
    [
        ({"[Content_Types].xml": "", "word/document.xml": ""}, "a.docx", MediaType.DOCX),
        ({"[Content_Types].xml": "", "ppt/presentation.xml": ""}, "a.pptx", MediaType.PPTX),
        ({"xl/workbook.xml": ""}, "a.xlsx", MediaType.XLSX),
        ({"mimetype": "application/epub+zip"}, "a.epub", MediaType.EPUB),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "a.odt", MediaType.ODT),
    ],
)
def test_archives_are_known_by_their_members(
    tmp_path: Path, members: dict[str, str], name: str, expected: MediaType
) -> None:
    path = tmp_path / "upload"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)

    assert sniff_file(path, name) is expected


def test_a_cut_archive_is_unreadable(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("word/document.xml", "x" * 500)
    path = tmp_path / "upload"
    path.write_bytes(whole.getvalue()[:300])

    with pytest.raises(FileUnreadable):
        sniff_file(path, "a.docx")
