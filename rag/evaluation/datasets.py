"""Corpora and questions on disk: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import DatasetInvalid, FileNotFound


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """`{"id", "title", "text"}`; the title may be missing."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """`{"id", "query", …}`: a question with what is known of its answer.

    `gold` names the documents that answer it, `evidence` the sentences, verbatim. `answerable` is False where the
    corpus does not tell.
    """

    id: str
    query: str
    language: str = ""
    type: str = ""
    gold: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    answerable: bool = True
    demo: bool = field(default=False, compare=False)


def read_corpus(paths: Sequence[Path]) -> Iterator[CorpusDocument]:
    """The documents of several files; raises DatasetInvalid with file and line, also for an id that comes twice."""
    seen: set[str] = set()
    for path in paths:
        for line, record in _records(path, ("id", "text")):
            document = CorpusDocument(str(record["id"]), str(record.get("title") or ""), str(record["text"]))
            if document.id in seen:
                raise DatasetInvalid(path=str(path), line=line, reason=f"the id {document.id} comes twice")
            seen.add(document.id)
            yield document


def read_questions(path: Path) -> list[EvaluationQuestion]:
    """Raises DatasetInvalid with file and line."""
    return [_question(record) for _, record in _records(path, ("id", "query"))]


def _question(record: Mapping[str, Any]) -> EvaluationQuestion:
    return EvaluationQuestion(
        id=str(record["id"]),
        query=str(record["query"]),
        language=str(record.get("lang") or ""),
        type=str(record.get("type") or ""),
        gold=tuple(map(str, record.get("gold") or ())),
        evidence=tuple(map(str, record.get("evidence") or ())),
        answers=tuple(_flat(record.get("answers") or ())),
        answerable=bool(record.get("answerable", True)),
        demo=bool(record.get("demo", False)),
    )


def _flat(answers: Any) -> Iterator[str]:
    """Answers may be nested: alternatives of several parts."""
    for answer in answers:
        if isinstance(answer, list):
            yield from _flat(answer)
        else:
            yield str(answer)


def _records(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        # Not splitlines: JSON may hold U+2028 and its like as they are. Windows' editors begin with a BOM.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise FileNotFound(path=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(path=str(path), line=0, reason=str(error)) from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _record(path, number, line, needed)


def _record(path: Path, number: int, line: str, needed: Sequence[str]) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise DatasetInvalid(path=str(path), line=number, reason=f"not JSON: {error}") from None
    missing = [name for name in needed if not isinstance(record, dict) or name not in record]
    if missing:
        raise DatasetInvalid(path=str(path), line=number, reason=f"lacks {', '.join(missing)}")
    found: Mapping[str, Any] = record
    return found
