"""What is searched and asked: files in the format of docs/evaluation.md, or the samples as plain text."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.startup import REPOSITORY
from rag.evaluation.datasets import CorpusDocument, EvaluationQuestion, read_corpus, read_questions


@dataclass(frozen=True, slots=True)
class Asked:
    documents: tuple[CorpusDocument, ...]
    questions: tuple[EvaluationQuestion, ...]


def from_files(corpora: Sequence[Path], queries: Path, per_language: int | None = None) -> Asked:
    """The answerable questions, or so many of each language, drawn with a seed. Raises DatasetInvalid, FileNotFound."""
    questions = [question for question in read_questions(queries) if question.answerable]
    if per_language is not None:
        drawn = random.Random(7)
        languages = sorted({question.language for question in questions})
        by_language = [[one for one in questions if one.language == language] for language in languages]
        questions = [one for some in by_language for one in drawn.sample(some, min(per_language, len(some)))]
    return Asked(tuple(read_corpus(corpora)), tuple(questions))


def samples(most: int) -> Asked:
    """The sample documents by their sources, so that parsing is no part of the comparison."""
    folder = REPOSITORY / "samples"
    sources = {path.stem: path for path in (folder / "source").iterdir() if path.suffix in {".md", ".eml"}}
    documents = [
        CorpusDocument(file.name, file.stem, sources[file.stem].read_text(encoding="utf-8"))
        for file in sorted((folder / "documents").iterdir())
    ]
    asked = replace(from_files((), folder / "questions.jsonl"), documents=tuple(documents))
    return replace(asked, questions=asked.questions[:most])
