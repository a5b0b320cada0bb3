"""Corpora and questions on disk: one JSON object a line, or for questions a table as spreadsheets save it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import DatasetInvalid, FileNotFound
from rag.evaluation.matching import letters
from rag.evaluation.question_tables import table_records

_ALIASES = {"_id": "id", "question": "query", "evidence_language": "evidence_lang", "source_lang": "evidence_lang"}
"""Names of other formats: BEIR's `_id`, XQuAD's `source_lang`."""


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
    corpus does not tell. `evidence_language` is that of the documents, where the question says it. `judgements` are
    qrels: grades by document. A question that is not `reviewed` was drafted by a model and read by nobody.
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
    evidence_language: str = ""
    judgements: Mapping[str, int] = field(default_factory=dict, hash=False)
    reviewed: bool = True


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
    """From JSONL, or from CSV or TSV by the file's extension. Raises DatasetInvalid with file and line."""
    if path.suffix.lower() in {".csv", ".tsv"}:
        return [_question(record) for record in table_records(path)]
    return [_question(record) for _, record in _records(path, ("id", "query"))]


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines of a UTF-8 file that hold anything. Raises FileNotFound, DatasetInvalid."""
    try:
        # Not splitlines: JSON may hold U+2028 and its like as they are. Windows' editors begin with a BOM.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise FileNotFound(path=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(path=str(path), line=0, reason=str(error)) from None
    yield from ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _question(record: Mapping[str, Any]) -> EvaluationQuestion:
    return EvaluationQuestion(
        id=str(record["id"]),
        query=str(record["query"]),
        language=str(record.get("lang") or ""),
        type=str(record.get("type") or ""),
        gold=tuple(_flat(record.get("gold"))),
        # A dash or a bullet is no evidence: it would stand in every passage, or in none.
        evidence=tuple(sentence for sentence in _flat(record.get("evidence")) if letters(sentence)),
        answers=tuple(_flat(record.get("answers"))),
        answerable=bool(record.get("answerable", True)),
        demo=bool(record.get("demo", False)),
        evidence_language=str(record.get("evidence_lang") or ""),
        reviewed=bool(record.get("reviewed", True)),
    )


def _flat(values: Any) -> Iterator[str]:
    """Nothing, one value, or lists of them: answers may be alternatives of several parts."""
    if isinstance(values, list | tuple):
        for value in values:
            yield from _flat(value)
    elif values not in (None, ""):
        yield str(values)


def _records(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in text_lines(path):
        yield number, _record(path, number, line, needed)


def _record(path: Path, number: int, line: str, needed: Sequence[str]) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise DatasetInvalid(path=str(path), line=number, reason=f"not JSON: {error}") from None
    named = _named(record, needed) if isinstance(record, dict) else {}
    missing = [name for name in needed if name not in named]
    if missing:
        raise DatasetInvalid(path=str(path), line=number, reason=f"lacks {', '.join(missing)}")
    return named


def _named(record: Mapping[str, Any], needed: Sequence[str]) -> Mapping[str, Any]:
    """The record under our own names; what BEIR calls the text of a query is the query."""
    named = {ours: record[theirs] for theirs, ours in _ALIASES.items() if theirs in record} | dict(record)
    if "query" in needed and "query" not in named and "text" in named:
        named["query"] = named["text"]
    return named
