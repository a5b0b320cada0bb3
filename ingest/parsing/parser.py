"""One file in, one document out: the format's parser is chosen and its failures are named."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ingest.parsing.archives import check_unpacked
from ingest.parsing.libreoffice import CONVERTED, parse_converted
from ingest.parsing.media_types import MAILS, PICTURES, ZIPPED, MediaType, sniff_file
from ingest.parsing.page_ranges import PageRanges
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

PARSER_VERSION = "5"
"""Goes into a version's id: raise it when the same bytes would become another text."""


def parse(
    path: Path,
    name: str,
    limits: ParseLimits,
    recognition: Recognition = NO_RECOGNITION,
    on_page: OnPage = unheard,
    kept_pages: Path | None = None,
) -> Parsed:
    """Parse a file whose user knows it as `name`. `on_page` hears of each page of a paged format; `kept_pages` is a
    folder of this file, where a reading that was cut short left the pages that it had read.

    Raises the leaves of FileRejected: what `sniff` raises, ArchiveBomb, PasswordRequired, NoText for pages without any,
    FileUnreadable. Hangs, crashes and memory are the sandbox's business. Office files and HTML leave a small spaCy
    model in the working directory.
    """
    media_type = sniff_file(path, name)
    try:
        if media_type in ZIPPED:
            check_unpacked(path, limits.max_unpacked_bytes)
        if media_type is MediaType.PDF or media_type in PICTURES:
            return _parse_paged(path, media_type, limits, recognition, on_page, PageRanges(kept_pages))
        if media_type in MAILS:
            return _parse_mail(path, media_type)
        if media_type in CONVERTED:
            read = partial(_parse_converted, limits=limits)
            return Parsed(parse_converted(path, media_type, read), media_type)
        return Parsed(_parser_of(media_type)(path), media_type)
    except UnreadableFormat as error:
        raise FileUnreadable(media_type=str(media_type), reason=error.reason) from None
    except (ChuchuError, MemoryError):
        raise
    except Exception as error:
        raise FileUnreadable(media_type=str(media_type), reason=reason_of(error)) from error


def _parse_paged(
    path: Path,
    media_type: MediaType,
    limits: ParseLimits,
    recognition: Recognition,
    on_page: OnPage,
    kept: PageRanges,
) -> Parsed:
    from ingest.parsing.pdf import parse_pdf
    from ingest.parsing.pictures import parse_picture

    if media_type is MediaType.PDF:
        document, geometry = parse_pdf(path, limits.max_pages, recognition, on_page, kept)
    else:
        document, geometry = parse_picture(path, limits.max_pages, recognition, on_page)
    return Parsed(document, media_type, geometry)


def _parse_mail(path: Path, media_type: MediaType) -> Parsed:
    from ingest.parsing.mail import parse_eml, parse_msg

    document, attachments = parse_eml(path) if media_type is MediaType.EML else parse_msg(path)
    return Parsed(document, media_type, attachments=attachments)


def _parse_converted(path: Path, name: str, limits: ParseLimits) -> ParsedDocument:
    return parse(path, name, limits).document


def _parser_of(media_type: MediaType) -> Callable[[Path], ParsedDocument]:
    from ingest.parsing import delimited, epub, html, markdown, office, opendocument, plain, rtf

    parsers: dict[MediaType, Callable[[Path], ParsedDocument]] = {
        MediaType.DOCX: office.parse_docx,
        MediaType.PPTX: office.parse_pptx,
        MediaType.XLSX: office.parse_xlsx,
        MediaType.XLS: office.parse_xlsx,
        MediaType.ODT: opendocument.parse_odt,
        MediaType.EPUB: epub.parse_epub,
        MediaType.RTF: rtf.parse_rtf,
        MediaType.HTML: html.parse_html,
        MediaType.MARKDOWN: markdown.parse_markdown,
        MediaType.CSV: delimited.parse_delimited,
        MediaType.TSV: partial(delimited.parse_delimited, delimiter="\t"),
        MediaType.JSON: plain.parse_verbatim,
        MediaType.TEXT: plain.parse_plain,
    }
    return parsers[media_type]
