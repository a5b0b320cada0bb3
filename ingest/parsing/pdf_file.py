"""Opening PDF files, also those whose pages together would not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.parsing.records import UnreadableFormat, reason_of
from rag.errors import PasswordRequired

PAGES_AT_A_TIME = 50
"""Pages after which a file is opened anew. PDFium keeps fonts and pictures of pages that were closed until the document
is, and programs that put pages together give each page its own: 1,600 pages came to 2.5 GB."""


@contextmanager
def open_pdf(path: Path) -> Iterator[Any]:
    """Raises PasswordRequired, UnreadableFormat."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise PasswordRequired() from None
        raise UnreadableFormat(reason_of(error)) from None
    try:
        yield document
    finally:
        document.close()


def numbered_pages(path: Path, numbers: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Each number with an open document that has the page. Raises PasswordRequired, UnreadableFormat."""
    waiting = iter(numbers)
    while part := list(islice(waiting, PAGES_AT_A_TIME)):
        with open_pdf(path) as document:
            for number in part:
                yield number, document
