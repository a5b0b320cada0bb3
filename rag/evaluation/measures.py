"""Measures over rows and questions. A measure that does not apply to a question is absent from it, never 0.

R@k       share of the gold documents among the first k passages
ev_R@Nw   share of the evidence sentences that stand in the first N words retrieved; a Chinese character is a word
cited_ev  share of the citations that hold, or lie in, an evidence sentence
ev_cited  share of the evidence sentences that some citation holds or lies in
refusal   an unanswerable question was refused        over_refusal  an answerable one was
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.runs import Row

_WORD = re.compile(r"[A-Za-z0-9'_-]+|[\u3400-\u9fff]")
GRAM = 8
SHARE = 0.6
"""A passage holds a sentence when it has this share of the sentence's character n-grams of length GRAM: parsing may
change a space or a dash, never the words."""
_LEAST_LETTERS = 10


def measure(question: EvaluationQuestion, row: Row) -> dict[str, float]:
    """Every measure that applies to the question and the row."""
    if not question.answerable:
        return {"refusal": float(row["refused"])} if "refused" in row else {}
    found = _retrieval(question, row.get("retrieved") or [])
    if "refused" in row:
        found["over_refusal"] = float(row["refused"])
        if not row["refused"]:
            found |= _citations(question, [citation["text"] for citation in row.get("citations") or []])
    return found


def means(rows: Iterable[tuple[EvaluationQuestion, Row]]) -> dict[str, dict[str, tuple[float, int]]]:
    """The mean and the count of each measure, for all questions together and for each language."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for question, row in rows:
        for name, value in measure(question, row).items():
            for group in ("all", question.language or "-"):
                values[group][name].append(value)
    return {
        group: {name: (fmean(found), len(found)) for name, found in measures.items()}
        for group, measures in values.items()
    }


def holds(text: str, sentence: str) -> bool:
    """Whether the sentence stands in the text; one without letters stands nowhere."""
    letters, sought = _letters(text), _letters(sentence)
    if not sought:
        return False
    grams = {sought[i : i + GRAM] for i in range(max(1, len(sought) - GRAM + 1))}
    return sum(gram in letters for gram in grams) >= SHARE * len(grams)


def _retrieval(question: EvaluationQuestion, retrieved: Sequence[Mapping[str, str]]) -> dict[str, float]:
    found: dict[str, float] = {}
    if question.gold:
        gold = set(question.gold)
        for k in (1, 5):
            found[f"R@{k}"] = len(gold & {passage["doc"] for passage in retrieved[:k]}) / len(gold)
    if question.evidence:
        for words in (500, 1000):
            text = _first_words([passage["text"] for passage in retrieved], words)
            found[f"ev_R@{words}w"] = fmean(holds(text, sentence) for sentence in question.evidence)
    return found


def _citations(question: EvaluationQuestion, cited: Sequence[str]) -> dict[str, float]:
    if not question.evidence:
        return {}
    ev_cited = fmean(any(_same_place(text, sentence) for text in cited) for sentence in question.evidence)
    if not cited:
        return {"ev_cited": ev_cited}
    cited_ev = fmean(any(_same_place(text, sentence) for sentence in question.evidence) for text in cited)
    return {"cited_ev": cited_ev, "ev_cited": ev_cited}


def _same_place(cited: str, sentence: str) -> bool:
    """One holds the other; a span of a few letters lies in too much to prove anything."""
    return holds(cited, sentence) or (len(_letters(cited)) >= _LEAST_LETTERS and holds(sentence, cited))


def _first_words(texts: Sequence[str], words: int) -> str:
    kept = []
    for text in texts:
        ends = [match.end() for match in _WORD.finditer(text)]
        kept.append(text if len(ends) <= words else text[: ends[words - 1]] if words else "")
        words = max(0, words - len(ends))
    return "\n".join(kept)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())
