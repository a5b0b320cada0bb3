"""RTF through striprtf: paragraphs, headings with an outline level, list items, tables."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.parsing.draft import Draft
from ingest.parsing.elements import looks_like_header
from ingest.parsing.records import UnreadableFormat, reason_of
from ingest.parsing.rtf_source import CELL, HEADER_ROW, HEADING, ITEM, LINE, ROW_END, ROW_START, rewritten
from ingest.parsing.wrapping import LIST_START
from rag.documents import ElementKind, ParsedDocument

PARSER = "striprtf"
_CODE_PAGE = re.compile(r"\\ansicpg(\d{1,5})")
_TITLE = re.compile(r"\{\\title[ ]([^{}]*)\}")
_UNREAD = re.compile(r"\\(?:footnote|shptxt)(?![a-z])")
_HEADING = re.compile(f"{HEADING}([1-9])")
_MARKS = re.compile(f"{HEADING}[1-9]|[{ROW_START}{ROW_END}{CELL}{HEADER_ROW}{HEADING}{ITEM}]")
_MARKS_BEFORE_ROWS = re.compile(f"[{ROW_START}{HEADER_ROW}]")
_COUNTED = (".", ")", "、", "）")
"""How the label of a numbered item ends. Any other is a bullet, often of a symbol font and no character at all."""


def parse_rtf(path: Path) -> ParsedDocument:
    """Headers, footers and comments are left out. Raises UnreadableFormat."""
    source = rewritten(path.read_bytes())
    text = _text(source)
    draft = Draft()
    if lost := text.count("\ufffd"):
        draft.warnings.append(f"{lost} characters were not valid in their code page and show as \ufffd")
    if _UNREAD.search(source):
        draft.warnings.append("footnotes and text boxes are not read")
    _write(draft, text)
    title = _TITLE.search(source)
    return draft.finish(PARSER, _text(_fragment(source, title[1])) if title else None)


def _text(source: str) -> str:
    from striprtf.striprtf import rtf_to_text

    try:
        text = rtf_to_text(source, encoding=_encoding(source), errors="replace")
    except (ValueError, TypeError, LookupError) as error:
        raise UnreadableFormat(reason_of(error)) from None
    # \u holds 16 bits: what lies beyond comes as two halves.
    return str(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _encoding(source: str) -> str:
    """Of text in fonts that name no character set: the document's code page, of which 936 is GBK."""
    declared = _CODE_PAGE.search(source)
    encoding = f"cp{declared[1]}" if declared else "cp1252"
    try:
        b"".decode(encoding)
    except LookupError:
        return "cp1252"
    return encoding


def _fragment(source: str, text: str) -> str:
    declared = _CODE_PAGE.search(source)
    return f"{{\\rtf1{declared[0] if declared else ''} {text}}}"


def _write(draft: Draft, text: str) -> None:
    table: list[str] = []
    *ended, rest = text.split(ROW_END)
    for segment in ended:
        prose, row = _row_at_end(segment)
        if prose.strip() or not row:
            _write_table(draft, table)
            _write_prose(draft, prose)
            table = []
        table += [row] if row else []
    _write_table(draft, table)
    _write_prose(draft, rest)


def _row_at_end(segment: str) -> tuple[str, str]:
    """What stands before a table's row, and the row, which may lack the mark of its start when it follows another."""
    first_cell = segment.find(CELL)
    if first_cell < 0:
        return segment, ""
    start = segment.rfind(ROW_START, 0, first_cell)
    if start < 0:
        start = segment.rfind("\n", 0, first_cell) + 1
    return _MARKS_BEFORE_ROWS.sub("", segment[:start]), segment[start:]


def _write_table(draft: Draft, table: list[str]) -> None:
    if not table:
        return
    rows = [[_unmarked(cell) for cell in row.split(CELL)] for row in table]
    # Each cell ends with its mark, so what follows the last one is no cell, unless it says something.
    rows = [row if row[-1].strip() else row[:-1] for row in rows]
    draft.table(rows, has_header=HEADER_ROW in table[0] or looks_like_header(rows))


def _write_prose(draft: Draft, prose: str) -> None:
    for paragraph in prose.split("\n"):
        _write_paragraph(draft, paragraph)


def _write_paragraph(draft: Draft, paragraph: str) -> None:
    heading = _HEADING.search(paragraph)
    if heading:
        draft.heading(_unmarked(paragraph), int(heading[1]))
    elif ITEM in paragraph:
        draft.add(ElementKind.LIST_ITEM, _item(paragraph))
    else:
        text = _unmarked(paragraph)
        draft.add(ElementKind.LIST_ITEM if LIST_START.match(text) else ElementKind.PARAGRAPH, text)


def _item(paragraph: str) -> str:
    label, tab, words = _unmarked(paragraph).strip(" ").partition("\t")
    return f"{label} {words}" if not tab or label.rstrip().endswith(_COUNTED) else words


def _unmarked(text: str) -> str:
    return _MARKS.sub("", text).replace(LINE, "\n")
