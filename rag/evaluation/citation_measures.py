"""What an answer cites, against the gold documents and the evidence sentences. Only what a mark `[n]` shows counts.

cite_dangling      the answer shows a mark that no citation defines: must be 0
sent_cited         share of the answer's sentences that carry a mark
cite_P_doc, R_doc  cited documents against the gold documents, precision and recall
cite_P_ev, R_ev    cited spans that hold an evidence sentence or lie in one; evidence sentences so cited
cite_num_support   share of the cited sentences whose every number stands in the text that they cite
attributed         the answer is right, some evidence is cited, and half or more of what is cited is evidence
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from rag.evaluation.answer_measures import MARK, numbers
from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.matching import letters, same_place

# The reference scorer's own sentences, not those of rag.text: its figures depend on them.
_SENTENCE = re.compile(r"[^。！？!?\n]+?(?:[。！？!?](?:\s*\[\d+\])*|\.(?=\s|$)(?:\s*\[\d+\])*|\n|$)")
_LEAST_LETTERS = 6


def citation_measures(
    question: EvaluationQuestion, answer: str, citations: Sequence[Mapping[str, Any]], *, right: bool
) -> dict[str, float]:
    defined = {int(citation["n"]): citation for citation in citations}
    marks = list(dict.fromkeys(_marks(answer)))
    sentences = _sentences(answer)
    found = {"cite_dangling": float(any(mark not in defined for mark in marks))}
    if sentences:
        found["sent_cited"] = fmean(bool(MARK.search(sentence)) for sentence in sentences)
    cited = [defined[mark] for mark in marks if mark in defined]
    if not cited:
        nothing = dict.fromkeys(("cite_P_doc", "cite_R_doc"), 0.0) if question.gold else {}
        return found | nothing | {"attributed": 0.0}
    found |= _against_gold(question, cited) | _against_evidence(question, cited) | _numbers(sentences, defined)
    return found | _attributed(found, right)


def _marks(text: str) -> list[int]:
    return [int(mark) for mark in MARK.findall(text)]


def _sentences(answer: str) -> list[str]:
    found = (match.group(0) for match in _SENTENCE.finditer(answer))
    return [sentence for sentence in found if len(letters(MARK.sub("", sentence))) >= _LEAST_LETTERS]


def _against_gold(question: EvaluationQuestion, cited: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    gold = set(question.gold)
    if not gold:
        return {}
    documents = [citation["doc"] for citation in cited]
    return {
        "cite_P_doc": fmean(document in gold for document in documents),
        "cite_R_doc": len(gold & set(documents)) / len(gold),
    }


def _against_evidence(question: EvaluationQuestion, cited: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    evidence, texts = question.evidence, [str(citation["text"]) for citation in cited]
    if not evidence:
        return {}
    return {
        "cite_P_ev": fmean(any(same_place(text, sentence) for sentence in evidence) for text in texts),
        "cite_R_ev": fmean(any(same_place(text, sentence) for text in texts) for sentence in evidence),
    }


def _numbers(sentences: Sequence[str], defined: Mapping[int, Mapping[str, Any]]) -> dict[str, float]:
    checks = []
    for sentence in sentences:
        texts = [str(defined[mark]["text"]) for mark in _marks(sentence) if mark in defined]
        wanted = numbers(MARK.sub("", sentence))
        if texts and wanted:
            checks.append(all(any(number in text for text in texts) for number in wanted))
    return {"cite_num_support": fmean(checks)} if checks else {}


def _attributed(found: Mapping[str, float], right: bool) -> dict[str, float]:
    """By evidence sentences where they are known, by gold documents otherwise."""
    precision = found.get("cite_P_ev", found.get("cite_P_doc"))
    recall = found.get("cite_R_ev", found.get("cite_R_doc"))
    if precision is None or recall is None:
        return {}
    return {"attributed": float(right and recall > 0 and precision >= 0.5)}
