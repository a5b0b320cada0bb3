"""Questions in a table, as spreadsheets save it: CSV or TSV with a row of headings.

Only `query` is needed. A cell of several values has one a line, or `|` between them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.errors import DatasetInvalid, FileNotFound

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号",),
    "query": ("question", "问题"),
    "lang": ("language", "语言"),
    "type": ("类型",),
    "gold": ("documents", "文档"),
    "evidence": ("依据",),
    "answers": ("answer", "答案"),
    "answerable": ("可回答",),
    "evidence_lang": ("evidence_language", "依据语言"),
    "reviewed": ("已审核",),
}
"""A column's name, and what else it may be called."""
_LISTS = frozenset({"gold", "evidence", "answers"})
_TRUTHS = frozenset({"answerable", "reviewed"})
_SAID = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}
_NAMES = {other: name for name, others in COLUMNS.items() for other in (name, *others)}


def table_records(path: Path) -> Iterator[Mapping[str, Any]]:
    """A record for each row that asks something; one without an id is called by its line. Raises DatasetInvalid."""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    rows = csv.reader(io.StringIO(_text(path), newline=""), delimiter=delimiter)
    headings = [_NAMES.get(cell.strip().lower(), "") for cell in next(rows, [])]
    if "query" not in headings:
        raise DatasetInvalid(path=str(path), line=1, reason="lacks a column query")
    for cells in rows:
        named = {name: cell.strip() for name, cell in zip(headings, cells, strict=False) if name and cell.strip()}
        if "query" in named:
            yield {"id": str(rows.line_num)} | {name: _value(path, rows.line_num, name, named[name]) for name in named}


def _value(path: Path, line: int, name: str, cell: str) -> str | Sequence[str] | bool:
    if name in _LISTS:
        return [part.strip() for part in re.split(r"[\n|]", cell) if part.strip()]
    if name in _TRUTHS:
        said = _SAID.get(cell.lower())
        if said is None:
            raise DatasetInvalid(path=str(path), line=line, reason=f"{name} is {cell}, neither yes nor no")
        return said
    return cell


def _text(path: Path) -> str:
    """UTF-8, or GB 18030 as spreadsheets in a Chinese Windows save it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFound(path=str(path)) from None
    except OSError as error:
        raise DatasetInvalid(path=str(path), line=0, reason=str(error)) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DatasetInvalid(path=str(path), line=0, reason="neither UTF-8 nor GB 18030")
