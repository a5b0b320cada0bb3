"""One file in, one document out: the format's parser is chosen and its failures are named."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ingest.parsing.archives import check_unpacked
from ingest.parsing.attachments import DEEPEST, Attachments
from ingest.parsing.libreoffice import CONVERTED, parse_converted
from ingest.parsing.media_types import PICTURES, ZIPPED, MediaType, sniff_file
from ingest.parsing.records import (
    NO_RECOGNITION,
    OnPage,
    Parsed,
    ParseLimits,
    Recognition,
    UnreadableFormat,
    reason_of,
    unheard,
)
from rag.documents import ParsedDocument
from rag.errors import ChuchuError, FileUnreadable

PARSER_VERSION = "3"
"""Goes into a version's id: raise it when the same bytes would become another text."""


def parse(
    path: Path,
    name: str,
    limits: ParseLimits,
    recognition: Recognition = NO_RECOGNITION,
    on_page: OnPage = unheard,
    depth: int = 0,
) -> Parsed:
    """Parse a file whose user knows it as `name`. `on_page` hears of each page of a paged format; `depth`
    counts the mails that it is attached to.

    Raises the leaves of FileRejected: what `sniff` raises, ArchiveBomb, PasswordRequired, NoText for pages without any,
    FileUnreadable. Hangs, crashes and memory are the sandbox's business. Office files and HTML leave a small spaCy
    model in the working directory.
    """
    media_type = sniff_file(path, name)
    try:
        if media_type in ZIPPED:
            check_unpacked(path, limits.max_unpacked_bytes)
        if media_type is MediaType.PDF or media_type in PICTURES:
            return _parse_paged(path, media_type, limits, recognition, on_page)
        read = partial(_parse_attached, limits=limits, recognition=recognition, on_page=on_page, depth=depth + 1)
        attachments = Attachments(read if depth < DEEPEST else None, limits.max_unpacked_bytes)
        if media_type in CONVERTED:
            return Parsed(parse_converted(path, media_type, read), media_type)
        return Parsed(_parser_of(media_type, attachments)(path), media_type)
    except UnreadableFormat as error:
        raise FileUnreadable(media_type=str(media_type), reason=error.reason) from None
    except (ChuchuError, MemoryError):
        raise
    except Exception as error:
        raise FileUnreadable(media_type=str(media_type), reason=reason_of(error)) from error


def _parse_paged(
    path: Path, media_type: MediaType, limits: ParseLimits, recognition: Recognition, on_page: OnPage
) -> Parsed:
    from ingest.parsing.pdf import parse_pdf
    from ingest.parsing.pictures import parse_picture

    read = parse_pdf if media_type is MediaType.PDF else parse_picture
    document, geometry = read(path, limits.max_pages, recognition, on_page)
    return Parsed(document, media_type, geometry)


def _parse_attached(
    path: Path, name: str, limits: ParseLimits, recognition: Recognition, on_page: OnPage, depth: int
) -> ParsedDocument:
    return parse(path, name, limits, recognition, on_page, depth).document


def _parser_of(media_type: MediaType, attachments: Attachments) -> Callable[[Path], ParsedDocument]:
    from ingest.parsing import delimited, epub, html, mail, markdown, office, opendocument, plain, rtf

    parsers: dict[MediaType, Callable[[Path], ParsedDocument]] = {
        MediaType.DOCX: office.parse_docx,
        MediaType.PPTX: office.parse_pptx,
        MediaType.XLSX: office.parse_xlsx,
        MediaType.XLS: office.parse_xlsx,
        MediaType.ODT: opendocument.parse_odt,
        MediaType.EPUB: epub.parse_epub,
        MediaType.RTF: rtf.parse_rtf,
        MediaType.MSG: partial(mail.parse_msg, attachments=attachments),
        MediaType.EML: partial(mail.parse_eml, attachments=attachments),
        MediaType.HTML: html.parse_html,
        MediaType.MARKDOWN: markdown.parse_markdown,
        MediaType.CSV: delimited.parse_delimited,
        MediaType.TSV: partial(delimited.parse_delimited, delimiter="\t"),
        MediaType.JSON: plain.parse_verbatim,
        MediaType.TEXT: plain.parse_plain,
    }
    return parsers[media_type]
