"""The demonstration behind `make demo`: ingest the sample documents, ask the sample questions, show the evidence.

Everything runs through the doors that a user has: the HTTP API of a private server over a data folder of its own. It
ends with a non-zero status when an answer lacks its evidence, when a quote does not stand where it is said to stand,
or when the question that the documents do not answer is answered.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from api.cli.ingesting import Shelf, ingest_files
from api.cli.terminal import Terminal
from api.client import Client
from api.schemas import AnswerOut, CitationOut
from api.server import private_server
from rag.errors import ChuchuError
from rag.evaluation.datasets import EvaluationQuestion, read_questions
from rag.evaluation.matching import holds
from rag.settings import load_settings
from rag.text.normalisation import find

SAMPLES = Path(__file__).parent


def main() -> int:
    terminal = Terminal.plain()
    try:
        with _client(terminal) as client:
            failed = _ingest(client, terminal)
            questions = [question for question in read_questions(SAMPLES / "questions.jsonl") if question.demo]
            for question in questions:
                failed += _ask(client, terminal, question)
    except ChuchuError as error:
        terminal.error(error)
        return 1
    _say(
        terminal,
        f"\n{failed} answers lack their evidence." if failed else "\nEvery answer has its evidence.",
        f"\n有 {failed} 个回答缺少依据。" if failed else "\n每个回答都有依据。",
    )
    return 1 if failed else 0


@contextmanager
def _client(terminal: Terminal) -> Iterator[Client]:
    with TemporaryDirectory(prefix="chuchu-demo-") as folder:
        settings = load_settings().model_copy(update={"data_dir": Path(folder)})
        with terminal.err.status(terminal.text("Loading the models …", "正在加载模型……")):
            server = private_server(settings)
            address = server.__enter__()
        try:
            yield Client(address.url, socket=address.socket, language=terminal.language)
        finally:
            server.__exit__(None, None, None)


def _ingest(client: Client, terminal: Terminal) -> int:
    files = sorted((SAMPLES / "documents").iterdir())
    results = ingest_files(client, terminal, files, Shelf("default"))
    return sum(result.outcome == "failed" for result in results)


def _ask(client: Client, terminal: Terminal, question: EvaluationQuestion) -> int:
    """Ask, show, judge; 1 when something is missing."""
    terminal.out.print(f"\n▌ {question.query}", style="bold cyan", markup=False)
    started = time.perf_counter()
    answer = AnswerOut.model_validate(_final(client, terminal, question.query))
    terminal.out.print(f"  {answer.text}", markup=False)
    for citation in answer.citations:
        _show(terminal, answer, citation)
    faults = _faults(client, question, answer)
    for fault in faults:
        terminal.out.print(f"  ✗ {fault}", style="red", markup=False)
    terminal.out.print(f"  {time.perf_counter() - started:.1f} s", style="dim", markup=False)
    return 1 if faults else 0


def _final(client: Client, terminal: Terminal, question: str) -> object:
    with terminal.err.status(terminal.text("Answering …", "正在回答……")):
        return [payload for name, payload in client.answer_events(question) if name == "answer"][-1]["answer"]


def _show(terminal: Terminal, answer: AnswerOut, citation: CitationOut) -> None:
    status = next(s.status.value for s in answer.sentences if citation.marker in s.markers)
    pages = terminal.text(f", page {citation.pages[0]}", f"，第 {citation.pages[0]} 页") if citation.pages else ""
    terminal.out.print(f"  [{citation.marker}] {citation.title}{pages} - {status}", style="green", markup=False)
    for line in citation.quote.splitlines():
        terminal.out.print(f"      “{line}”", markup=False)


def _faults(client: Client, question: EvaluationQuestion, answer: AnswerOut) -> list[str]:
    """What is wrong with an answer, judged by the question's own evidence."""
    if not question.answerable:
        refused = answer.refusal is not None and not answer.citations
        return [] if refused else ["the documents do not tell, yet it was answered"]
    if answer.refusal is not None:
        return ["it was refused, though the documents tell"]
    quotes = [citation.quote for citation in answer.citations]
    faults = [
        f"no quote holds the evidence: {sentence}"
        for sentence in question.evidence
        if not any(holds(quote, sentence) or holds(sentence, quote) for quote in quotes)
    ]
    faults += [
        f"the quote [{citation.marker}] does not stand at its span"
        for citation in answer.citations
        if client.quote(citation.document_id, citation.version_id, citation.span.start, citation.span.end).quote
        != citation.quote
    ]
    if not any(find(said, answer.text) for said in question.answers):
        faults.append(f"the answer does not say {' / '.join(question.answers)}")
    return faults


def _say(terminal: Terminal, english: str, chinese: str) -> None:
    terminal.out.print(terminal.text(english, chinese), markup=False)


if __name__ == "__main__":
    sys.exit(main())
