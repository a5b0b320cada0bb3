"""Filters and metadata as they are written on the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

Documents = Annotated[
    list[str] | None, typer.Option("--document", help="Only this document; may be repeated. 仅限此文档，可重复。")
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", help="Only documents with this tag, or another that is given. 仅限有此标签的文档，可重复。"),
]
Languages = Annotated[
    list[str] | None,
    typer.Option("--language", help="Only passages in this language: zh, en, other. 仅限此语言的段落。"),
]
MediaTypes = Annotated[
    list[str] | None, typer.Option("--media-type", help="Only files of this type. 仅限此类型的文件。")
]
After = Annotated[
    str | None, typer.Option(help="Only documents of this date or later: 2024-05-31. 仅限该日期及以后的文档。")
]
Before = Annotated[str | None, typer.Option(help="Only documents from before this date. 仅限该日期以前的文档。")]
Where = Annotated[
    list[str] | None,
    typer.Option(
        help="Only documents with such metadata: key, !key, key=a,b, key!=a, key>=2, key<2024-05-31; all that are "
        "given must hold. 仅限元数据符合条件的文档；多个条件须同时成立。"
    ),
]

_TEST = re.compile(r"(?P<key>[^=<>!]+)(?P<sign>!=|>=|<=|=|>|<)(?P<value>.*)")
_RANGES = {">=": "gte", ">": "gt", "<=": "lte", "<": "lt"}


def filter_from(
    documents: Documents,
    tags: Tags,
    languages: Languages,
    media_types: MediaTypes,
    after: After,
    before: Before,
    where: Where,
) -> dict[str, Any] | None:
    """The API's filter; None when nothing narrows the search."""
    parts = {
        "documents": documents,
        "tags": tags,
        "languages": languages,
        "media_types": media_types,
        "since": after,
        "until": before,
        "metadata": [condition(text) for text in where or []],
    }
    return {name: part for name, part in parts.items() if part} or None


def condition(text: str) -> dict[str, Any]:
    """`key>=2` as the API's condition. Commas separate the values after `=` and `!=`."""
    if text.startswith("!"):
        return {"op": "not", "of": {"op": "exists", "key": text[1:].strip()}}
    found = _TEST.fullmatch(text)
    if found is None:
        return {"op": "exists", "key": text.strip()}
    key, value = found["key"].strip(), found["value"].strip()
    if found["sign"] in _RANGES:
        return {"op": "range", "key": key, _RANGES[found["sign"]]: _bound(value)}
    one_of = {"op": "in", "key": key, "values": [part.strip() for part in value.split(",")]}
    return {"op": "not", "of": one_of} if found["sign"] == "!=" else one_of


def metadata_from(tags: Sequence[str] | None, date: str | None, entries: Sequence[str] | None) -> dict[str, str] | None:
    """Metadata from `--tag`, `--date` and `--meta key=value`; None when none of them is given."""
    metadata = dict(_entry(entry) for entry in entries or [])
    if tags:
        metadata["tags"] = ", ".join(tags)
    if date:
        metadata["date"] = date
    return metadata or None


def _entry(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"{text}: key=value", param_hint="--meta")
    return key.strip(), value.strip()


def _bound(value: str) -> float | str:
    """A number where it is one; anything else is for the server to read as a date, or to refuse."""
    try:
        return float(value)
    except ValueError:
        return value
