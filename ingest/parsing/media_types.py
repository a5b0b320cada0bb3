"""What a file is, by its bytes. Its name decides only between kinds of text, and is held against what the bytes say."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path, PurePath

from rag.errors import EmptyFile, FileUnreadable, MediaTypeMismatch, MediaTypeUnsupported, PasswordRequired

HEAD_BYTES = 64 * 1024


class MediaType(StrEnum):
    """The formats that can be parsed."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOC = "application/msword"
    PPT = "application/vnd.ms-powerpoint"
    XLS = "application/vnd.ms-excel"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ODP = "application/vnd.oasis.opendocument.presentation"
    EPUB = "application/epub+zip"
    RTF = "application/rtf"
    MSG = "application/vnd.ms-outlook"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    WEBP = "image/webp"
    BMP = "image/bmp"
    EML = "message/rfc822"
    HTML = "text/html"
    MARKDOWN = "text/markdown"
    CSV = "text/csv"
    TSV = "text/tab-separated-values"
    JSON = "application/json"
    TEXT = "text/plain"


TEXTUAL = frozenset(
    {MediaType.EML, MediaType.HTML, MediaType.MARKDOWN, MediaType.CSV, MediaType.TSV, MediaType.JSON, MediaType.TEXT}
)
MAILS = frozenset({MediaType.EML, MediaType.MSG})
PICTURES = frozenset({MediaType.PNG, MediaType.JPEG, MediaType.TIFF, MediaType.WEBP, MediaType.BMP})
ZIPPED = frozenset(
    {
        MediaType.DOCX,
        MediaType.PPTX,
        MediaType.XLSX,
        MediaType.ODT,
        MediaType.ODS,
        MediaType.ODP,
        MediaType.EPUB,
    }
)
_GENERATIONS = ({MediaType.DOC, MediaType.DOCX}, {MediaType.PPT, MediaType.PPTX}, {MediaType.XLS, MediaType.XLSX})
"""Programs save the newer format under the older extension when asked to, and people rename files either way."""

_BY_EXTENSION: dict[str, str] = {
    ".pdf": MediaType.PDF,
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), MediaType.DOCX),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".potx"), MediaType.PPTX),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx"), MediaType.XLSX),
    ".odt": MediaType.ODT,
    ".epub": MediaType.EPUB,
    ".rtf": MediaType.RTF,
    ".msg": MediaType.MSG,
    ".eml": MediaType.EML,
    ".png": MediaType.PNG,
    **dict.fromkeys((".jpg", ".jpeg"), MediaType.JPEG),
    **dict.fromkeys((".tif", ".tiff"), MediaType.TIFF),
    ".webp": MediaType.WEBP,
    ".bmp": MediaType.BMP,
    **dict.fromkeys((".html", ".htm", ".xhtml"), MediaType.HTML),
    **dict.fromkeys((".md", ".markdown", ".mdx"), MediaType.MARKDOWN),
    ".csv": MediaType.CSV,
    **dict.fromkeys((".tsv", ".tab"), MediaType.TSV),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), MediaType.JSON),
    **dict.fromkeys((".txt", ".text", ".log", ".rst", ".org", ".adoc"), MediaType.TEXT),
    **dict.fromkeys((".py", ".js", ".ts", ".java", ".c", ".h", ".go", ".rs", ".sh", ".sql", ".toml"), MediaType.TEXT),
    **dict.fromkeys((".yaml", ".yml", ".ini", ".cfg", ".tex"), MediaType.TEXT),
    **dict.fromkeys((".doc", ".dot"), MediaType.DOC),
    **dict.fromkeys((".ppt", ".pps"), MediaType.PPT),
    **dict.fromkeys((".xls", ".xlt"), MediaType.XLS),
    ".ods": MediaType.ODS,
    ".odp": MediaType.ODP,
    # Known, so that a wrong name is noticed, but not parsed.
    ".zip": "application/zip",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".xml": "application/xml",
}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", MediaType.RTF),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"GIF8", "image/gif"),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"%!PS", "application/postscript"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
)
_ZIP_MAGIC = b"PK\x03\x04"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE_FOLDERS = (("word/", MediaType.DOCX), ("ppt/", MediaType.PPTX), ("xl/", MediaType.XLSX))
_HTML_START = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_XML_START = re.compile(rb"^\s*<(?:\?xml|!DOCTYPE)\b")
_SVG = re.compile(rb"<svg[\s>]")
_MAIL_HEADER = re.compile(
    rb"^(?:From|To|Date|Subject|Received|Return-Path|MIME-Version|Message-ID|Delivered-To):", re.I
)
_MAIL_HEADERS_NEEDED = 2
_CONTROL_SHARE = 0.1
"""Above this share of control bytes a file is binary; prose in any byte encoding has next to none."""


def sniff_file(path: Path, name: str) -> MediaType:
    """`sniff` for a file on disk, with the member names of an archive."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return sniff(head, name, members=_members(path) if head.startswith(_ZIP_MAGIC) else (), path=path)


def sniff(head: bytes, name: str, members: Sequence[str] = (), path: Path | None = None) -> MediaType:
    """The format of a file from its first HEAD_BYTES, its name and, for an archive, the names of its members.

    Raises EmptyFile, PasswordRequired for an encrypted Office file, MediaTypeMismatch when the name says another
    format than the bytes, MediaTypeUnsupported.
    """
    if not head:
        raise EmptyFile()
    extension = PurePath(name).suffix.lower()
    expected = _BY_EXTENSION.get(extension)
    found = _binary_type(head, members, path) or _text_type(head, expected)
    if expected is not None and _contradicts(expected, found):
        raise MediaTypeMismatch(expected=str(expected), found=str(found))
    if found not in set(MediaType):
        raise MediaTypeUnsupported(media_type=str(found))
    return MediaType(found)


def _contradicts(expected: str, found: str) -> bool:
    """Between kinds of text a name is a preference, so only a binary format on either side can be contradicted."""
    if expected == found or (expected in TEXTUAL and found in TEXTUAL):
        return False
    if any(expected in generation and found in generation for generation in _GENERATIONS):
        return False
    plain_markup = {"application/xml", "image/svg+xml"} | TEXTUAL
    return not (expected in plain_markup and found in plain_markup)


def _binary_type(head: bytes, members: Sequence[str], path: Path | None) -> str | None:
    if b"%PDF-" in head[:1024]:
        return MediaType.PDF
    if head.startswith(_ZIP_MAGIC):
        return _zip_type(head, members)
    if head.startswith(_OLE_MAGIC):
        return _ole_type(head if path is None else path.read_bytes())
    if head[:4] == b"RIFF":
        return MediaType.WEBP if head[8:12] == b"WEBP" else "application/octet-stream"
    if head[:2] == b"BM" and head[6:10] == bytes(4):  # its reserved words are zero, unlike letters
        return MediaType.BMP
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def _zip_type(head: bytes, members: Sequence[str]) -> str:
    # OpenDocument and EPUB put an uncompressed member `mimetype` first (ODF 1.3 part 2, 3.3; EPUB OCF 3.3, 4.2).
    if head[30:38] == b"mimetype":
        # Local file header: stored size at 18, length of the extra field at 28 (APPNOTE.TXT 4.3.7).
        size, extra = struct.unpack_from("<I", head, 18)[0], struct.unpack_from("<H", head, 28)[0]
        named = head[38 + extra : 38 + extra + min(size, 100)] if size else b""
        return named.decode("ascii", "replace").strip() or _zip_type_by_mark(head)
    for folder, kind in _OFFICE_FOLDERS:
        if any(member.startswith(folder) for member in members) or folder.encode() in head:
            return kind
    return "application/zip"


def _zip_type_by_mark(head: bytes) -> str:
    """Writers that stream leave the size out; then the name runs up to the data descriptor's or next header's PK."""
    named = re.match(rb"[a-z]+/[\w.+-]+?(?=PK)", head[38:138])
    return named.group().decode("ascii") if named else "application/zip"


def _ole_type(content: bytes) -> str:
    """OLE containers hold Outlook mails, old Office files, and new Office files that are encrypted."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise PasswordRequired()
    if "__substg1.0_".encode("utf-16-le") in content:
        return MediaType.MSG
    streams = (
        ("WordDocument", MediaType.DOC),
        ("PowerPoint Document", MediaType.PPT),
        ("Workbook", MediaType.XLS),
    )
    kinds = (kind for stream, kind in streams if stream.encode("utf-16-le") in content)
    return next(kinds, "application/x-ole-storage")


def _text_type(head: bytes, expected: str | None) -> str:
    if expected in TEXTUAL:
        return str(expected)
    if _looks_binary(head):
        return "application/octet-stream"
    if _HTML_START.match(head):
        return MediaType.HTML
    if _XML_START.match(head) or expected == "image/svg+xml":
        return "image/svg+xml" if _SVG.search(head) else "application/xml"
    if _mail_headers(head) >= _MAIL_HEADERS_NEEDED:
        return MediaType.EML
    return MediaType.TEXT


def _looks_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    control = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 27))
    return control > _CONTROL_SHARE * len(head)


def _mail_headers(head: bytes) -> int:
    """How many of the well-known header fields the lines before the first empty one begin with (RFC 5322)."""
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return sum(bool(_MAIL_HEADER.match(line)) for line in block.splitlines())


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise FileUnreadable(media_type="application/zip", reason=str(error)) from None
