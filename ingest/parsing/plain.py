"""Plain text, and formats that are read as they stand."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.parsing.characters import clean, lines_of
from ingest.parsing.draft import Draft
from ingest.parsing.encodings import decode
from ingest.parsing.text_headings import heading_of
from ingest.parsing.wrapping import LIST_START, unwrap
from rag.documents import ElementKind, ParsedDocument

PARSER = "plain"
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*\n\s*")


def parse_plain(path: Path) -> ParsedDocument:
    """Paragraphs are parted by empty lines; headings and list items stand alone."""
    decoded = decode(path.read_bytes())
    draft = Draft()
    draft.warnings += decoded.warnings
    write_prose(draft, decoded.text)
    return draft.finish(PARSER)


def parse_verbatim(path: Path) -> ParsedDocument:
    """Text whose layout is its meaning, such as JSON: one element, unchanged."""
    decoded = decode(path.read_bytes())
    draft = Draft()
    draft.warnings += decoded.warnings
    draft.code(decoded.text)
    return draft.finish(PARSER)


def write_prose(draft: Draft, text: str) -> None:
    for block in _BLANK_LINES.split(clean(text)):
        if lines := unwrap(lines_of(block)):
            _write_block(draft, lines)


def _write_block(draft: Draft, lines: list[str]) -> None:
    """One element for a run of ordinary lines, one for each heading and list item."""
    run: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        heading = heading_of(line, following)
        if heading is None and not LIST_START.match(line):
            run.append(line)
            continue
        draft.add(ElementKind.PARAGRAPH, "\n".join(run))
        run = []
        if heading is not None:
            draft.heading(heading.text, heading.level)
        else:
            draft.add(ElementKind.LIST_ITEM, line)
    draft.add(ElementKind.PARAGRAPH, "\n".join(run))
