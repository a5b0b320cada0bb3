"""One file in, one document out: the format's parser is chosen and its failures are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ingest.parsing.archives import check_unpacked
from ingest.parsing.media_types import ZIPPED, MediaType, sniff_file
from ingest.parsing.records import Parsed, ParseLimits, UnreadableFormat, reason_of
from rag.documents import ParsedDocument
from rag.errors import ChuchuError, FileUnreadable

PARSER_VERSION = "2"
"""Goes into a version's id: raise it when the same bytes would become another text."""


def parse(path: Path, name: str, limits: ParseLimits) -> Parsed:
    """Parse a file whose user knows it as `name`.

    Raises the leaves of FileRejected: what `sniff` raises, ArchiveBomb, PasswordRequired, NoText for a PDF without a
    text layer, FileUnreadable. Hangs, crashes and memory are the sandbox's business. Office files and HTML leave a
    small spaCy model in the working directory.
    """
    media_type = sniff_file(path, name)
    try:
        if media_type in ZIPPED:
            check_unpacked(path, limits.max_unpacked_bytes)
        if media_type is MediaType.PDF:
            return _parse_pdf(path, limits)
        return Parsed(_parse_text(path, media_type), media_type)
    except UnreadableFormat as error:
        raise FileUnreadable(media_type=str(media_type), reason=error.reason) from None
    except (ChuchuError, MemoryError):
        raise
    except Exception as error:
        raise FileUnreadable(media_type=str(media_type), reason=reason_of(error)) from error


def _parse_pdf(path: Path, limits: ParseLimits) -> Parsed:
    from ingest.parsing.pdf import parse_pdf

    document, geometry = parse_pdf(path, limits.max_pages)
    return Parsed(document, MediaType.PDF, geometry)


def _parse_text(path: Path, media_type: MediaType) -> ParsedDocument:
    return _parser_of(media_type)(path)


def _parser_of(media_type: MediaType) -> Callable[[Path], ParsedDocument]:
    from ingest.parsing import delimited, epub, html, mail, markdown, office, opendocument, plain, rtf

    parsers: dict[MediaType, Callable[[Path], ParsedDocument]] = {
        MediaType.DOCX: office.parse_docx,
        MediaType.PPTX: office.parse_pptx,
        MediaType.XLSX: office.parse_xlsx,
        MediaType.ODT: opendocument.parse_odt,
        MediaType.EPUB: epub.parse_epub,
        MediaType.RTF: rtf.parse_rtf,
        MediaType.MSG: mail.parse_msg,
        MediaType.EML: mail.parse_eml,
        MediaType.HTML: html.parse_html,
        MediaType.MARKDOWN: markdown.parse_markdown,
        MediaType.CSV: delimited.parse_delimited,
        MediaType.TSV: lambda path: delimited.parse_delimited(path, "\t"),
        MediaType.JSON: plain.parse_verbatim,
        MediaType.TEXT: plain.parse_plain,
    }
    return parsers[media_type]
