"""From unstructured's elements to ours. Its types end here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingest.parsing.draft import Draft
from ingest.parsing.tables import rows_of
from rag.documents import ElementKind

LINE_BREAK = "\ue00a"
"""Stands for `<br>` while unstructured, which would turn it into a space, has the text. From the private use area."""

_KINDS = {
    "ListItem": ElementKind.LIST_ITEM,
    "FigureCaption": ElementKind.CAPTION,
    "Header": ElementKind.FURNITURE,
    "Footer": ElementKind.FURNITURE,
}
_SKIPPED = frozenset({"PageBreak", "Image", "PageNumber"})


def write_elements(draft: Draft, elements: Iterable[Any], *, paged: bool = False) -> None:
    """Adds each element in its order. `paged` keeps page numbers: slides have them, flowing formats only guesses."""
    seen_furniture: set[str] = set()
    for element in elements:
        if element.category in _SKIPPED or _is_repeated(element, seen_furniture):
            continue
        _write(draft, element, element.metadata.page_number if paged else None)


def _is_repeated(element: Any, seen: set[str]) -> bool:
    """Headers and footers come once for every section; the first says all that the others do."""
    if element.category not in ("Header", "Footer"):
        return False
    repeated = element.text in seen
    seen.add(element.text)
    return repeated


def _write(draft: Draft, element: Any, page: int | None) -> None:
    text = element.text.replace(LINE_BREAK, "\n")
    if element.category == "Title":
        draft.heading(text, (element.metadata.category_depth or 0) + 1, page)
    elif element.category == "Table" and element.metadata.text_as_html:
        rows, marked = rows_of(element.metadata.text_as_html.replace(LINE_BREAK, " "))
        draft.table(rows, has_header=marked or looks_like_header(rows), page=page)
    elif element.category == "CodeSnippet":
        draft.code(text, page)
    else:
        draft.add(_KINDS.get(element.category, ElementKind.PARAGRAPH), text, page)


def looks_like_header(rows: list[list[str]]) -> bool:
    """A full first row of short texts without figures, over further rows: Word and CSV files mark no header."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    return all(0 < len(cell) <= 60 and not any(c.isdigit() for c in cell) for cell in rows[0])
