"""CSV and TSV: every row a line, every cell kept as the text that it is."""

from __future__ import annotations

import csv
from pathlib import Path

from ingest.parsing.draft import Draft
from ingest.parsing.elements import looks_like_header
from ingest.parsing.encodings import decode
from ingest.parsing.records import UnreadableFormat
from rag.documents import ParsedDocument

PARSER = "csv"
_DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS = 16_384


def parse_delimited(path: Path, delimiter: str | None = None) -> ParsedDocument:
    """`delimiter` None finds it out by the first lines. Raises UnreadableFormat."""
    decoded = decode(path.read_bytes())
    text = decoded.text.replace("\0", "")
    draft = Draft()
    draft.warnings += decoded.warnings
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=delimiter or _delimiter(text)))
    except csv.Error as error:
        raise UnreadableFormat(str(error)) from None
    draft.table(rows, has_header=looks_like_header(rows))
    return draft.finish(PARSER)


def _delimiter(text: str) -> str:
    try:
        return csv.Sniffer().sniff(text[:_SAMPLE_CHARACTERS], _DELIMITERS).delimiter
    except csv.Error:
        return ","
