"""Rows of an HTML table, which is the form that unstructured gives tables in."""

from __future__ import annotations

from ingest.parsing.characters import one_line

Rows = list[list[str]]


def rows_of(table_html: str) -> tuple[Rows, bool]:
    """The cells of each row, and whether the first row is marked as the header.

    A cell that spans columns is written once and followed by empty ones, so that what is below stays in its column.
    """
    from lxml import html

    table = html.fragment_fromstring(table_html, create_parent="div")
    rows: Rows = []
    marked = False
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if not rows:
            marked = bool(cells) and all(cell.tag == "th" for cell in cells)
        rows.append([text for cell in cells for text in _spread(cell.text_content(), cell.get("colspan"))])
    return rows, marked


def _spread(text: str, colspan: str | None) -> list[str]:
    columns = int(colspan) if colspan and colspan.isdigit() else 1
    return [one_line(text), *[""] * (min(columns, 50) - 1)]
