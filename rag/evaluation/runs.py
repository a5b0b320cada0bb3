"""What the system did with each question, as rows that any scorer can read again.

    {"id", "retrieved": [{"doc", "text"}, … best first], "answer", "citations": [{"n", "doc", "text"}], "refused",
     "latency_s", "ttft_s"}

`doc` is the corpus's own id. `retrieved[].text` is the passage as the answerer gets it, without its context header;
`citations[].text` is the cited span.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rag.citations import Answer
from rag.documents import ScoredPassage
from rag.retrieval.retriever import Retrieval

DocumentName = Callable[[str], str]
"""From a document's uri to the corpus's id."""

Row = dict[str, Any]


def retrieval_row(question_id: str, retrieval: Retrieval, name: DocumentName) -> Row:
    passages = [_passage(passage, name) for passage in retrieval.passages]
    return {"id": question_id, "retrieved": passages, "latency_s": round(retrieval.seconds, 4)}


def answer_row(question_id: str, answer: Answer, name: DocumentName) -> Row:
    return {
        "id": question_id,
        "retrieved": [_passage(passage, name) for passage in answer.retrieved],
        "answer": answer.text,
        "citations": [{"n": c.marker, "doc": name(c.uri), "text": c.quote} for c in answer.citations],
        "refused": answer.refusal is not None,
        "latency_s": answer.timings.get("finished_s"),
        "ttft_s": answer.timings.get("first_token_s"),
        "mode": answer.mode.value,
        "statuses": [sentence.status.value for sentence in answer.sentences],
        "dropped": [[sentence.status.value, sentence.text] for sentence in answer.dropped],
    }


def _passage(passage: ScoredPassage, name: DocumentName) -> Row:
    return {"doc": name(passage.uri), "text": passage.text}
