"""The body of an OpenDocument text as HTML: headings, paragraphs, lists and tables (ODF 1.3 part 3)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as XmlElement

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"

_HEADING, _PARAGRAPH, _LIST, _NOTE = f"{_TEXT}h", f"{_TEXT}p", f"{_TEXT}list", f"{_TEXT}note"
_TABLE_ELEMENT, _ROW, _HEADER_ROWS = f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-header-rows"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")

_INDEXES = ("table-of-content", "illustration-index", "table-index", "object-index", "user-index", "alphabetical-index")
_SILENT = frozenset(
    {
        f"{_OFFICE}annotation",
        f"{_OFFICE}forms",
        f"{_TEXT}tracked-changes",  # holds what was deleted
        f"{_TEXT}ruby-text",  # the reading beside a Han character, which would stand in the middle of its word
        *(_TEXT + index for index in _INDEXES),  # repeat the document's own headings, with page numbers
    }
)
_SPACING = {f"{_TEXT}s": " ", f"{_TEXT}tab": " ", f"{_TEXT}line-break": "<br>"}

_LOWEST_HEADING = 6
_MOST_REPEATS = 50
"""Of a cell that says how often it stands there: beyond that it fills a sheet to its edge, or an attacker's purse."""


def html_of(body: XmlElement) -> str:
    """`body` is `office:text`. Footnotes and text boxes follow the paragraph that they are anchored in."""
    return f"<html><body>{_blocks(body)}</body></html>"


def _blocks(parent: XmlElement) -> str:
    return "".join(_block(child) for child in parent)


def _block(element: XmlElement) -> str:
    if element.tag in _SILENT:
        return ""
    if element.tag == _PARAGRAPH:
        return f"<p>{_inline(element)}</p>{_asides(element)}"
    if element.tag == _HEADING:
        rank = min(_count(element, f"{_TEXT}outline-level"), _LOWEST_HEADING)
        return f"<h{rank}>{_inline(element)}</h{rank}>{_asides(element)}"
    if element.tag == _LIST:
        return _list(element)
    if element.tag == _TABLE_ELEMENT:
        return f"<table>{''.join(_rows(element, 'td'))}</table>"
    return _blocks(element)


def _inline(element: XmlElement) -> str:
    parts = [escape(element.text or "")]
    for child in element:
        if child.tag in _SPACING:
            parts.append(_SPACING[child.tag])
        elif child.tag not in _SILENT and not _is_aside(child):
            parts.append(_inline(child))
        parts.append(escape(child.tail or ""))
    return "".join(parts)


def _is_aside(element: XmlElement) -> bool:
    """A note, or a drawing that may hold a text box: blocks in the middle of a paragraph."""
    return bool(element.tag == _NOTE or element.tag.startswith(_DRAW))


def _asides(element: XmlElement) -> str:
    heard = (child for child in element if child.tag not in _SILENT)
    return "".join(_blocks(child) if _is_aside(child) else _asides(child) for child in heard)


def _list(element: XmlElement) -> str:
    """Numbered headings are list items to some writers; a table in an item is still a table."""
    if next(element.iter(_HEADING, _TABLE_ELEMENT), None) is not None:
        return _blocks(element)
    return f"<ul>{''.join(_items(element))}</ul>{_asides(element)}"


def _items(element: XmlElement) -> Iterator[str]:
    """One level, whatever the depth: the HTML reader takes an item with a list of its own for a paragraph."""
    for item in element:
        own = "<br>".join(_inline(child) for child in item if child.tag == _PARAGRAPH)
        if own:
            yield f"<li>{own}</li>"
        for child in item:
            if child.tag == _LIST:
                yield from _items(child)


def _rows(parent: XmlElement, cell_tag: str) -> Iterator[str]:
    for child in parent:
        if child.tag == _ROW:
            yield f"<tr>{_cells(child, cell_tag)}</tr>"
        else:
            yield from _rows(child, "th" if child.tag == _HEADER_ROWS else cell_tag)


def _cells(row: XmlElement, cell_tag: str) -> str:
    """Cells that a neighbour's span covers are there, and empty, so that what is below stays in its column."""
    parts = []
    for cell in row:
        if cell.tag in _CELLS:
            markup = f"<{cell_tag}>{'<br>'.join(_lines(cell))}</{cell_tag}>"
            parts.append(markup * min(_count(cell, f"{_TABLE}number-columns-repeated"), _MOST_REPEATS))
    return "".join(parts)


def _lines(parent: XmlElement) -> Iterator[str]:
    """Every paragraph in a cell, also of lists, notes and tables within it."""
    for child in parent:
        if child.tag in _SILENT:
            continue
        if child.tag in (_PARAGRAPH, _HEADING):
            yield _inline(child)
        yield from _lines(child)


def _count(element: XmlElement, attribute: str) -> int:
    """A positive number, 1 unless stated."""
    stated = element.get(attribute, "")
    return max(1, int(stated)) if stated.isdecimal() and len(stated) < 10 else 1
