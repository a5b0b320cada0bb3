"""Whether text comes out as it is in the file, and on its page: files made from known text, and real filings."""

from __future__ import annotations

import resource
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.evaluation_data import entries, evaluation_folder
from benchmarks.figures import Figure, Run, at_least
from benchmarks.likeness import character_accuracy, recall, runs, tokens
from benchmarks.parsing import Outcome, outcomes
from ingest.chunking import chunk
from ingest.passages import Origin
from rag.documents import ParsedDocument, Passage
from rag.models.factory import make_embedder

_ORIGIN = Origin("document", "version", "default", "A filing")


def measure(run: Run) -> Iterator[Figure]:
    if made := evaluation_folder(run, "made_files"):
        yield from _made_files(made, run)
    if filings := evaluation_folder(run, "financebench"):
        yield from _filings(filings, run)


def _made_files(folder: Path, run: Run) -> Iterator[Figure]:
    listed = list(entries(folder / "manifest.jsonl"))[:: run.size(1, 9)]
    ends = outcomes([folder / entry["file"] for entry in listed], run)
    accuracies: dict[str, list[float]] = defaultdict(list)
    on_page: list[bool] = []
    for entry, end in zip(listed, ends, strict=True):
        truth = entry.get("truth_text") or (folder / entry["truth"]).read_text(encoding="utf-8")
        accuracies[end.path.suffix[1:]].append(character_accuracy(truth, end.text))
        on_page += _lines_on_their_page(entry.get("page_text", []), end)
    for suffix, values in sorted(accuracies.items()):
        yield Figure(f"characters right, {suffix}", 100 * statistics.mean(values), "%", at_least(99.5))
    if on_page:
        yield Figure("lines on their page", 100 * statistics.mean(on_page), "%", at_least(100))


def _lines_on_their_page(pages: Sequence[str], end: Outcome) -> list[bool]:
    """Of each line: does no page have more of it than its own?"""
    texts = {page.number: page.span.of(end.text) for page in end.document.pages} if end.document else {}
    there = {length: {page: runs(text, length) for page, text in texts.items()} for length in (1, 2, 3)}
    found = []
    for number, page in enumerate(pages, 1):
        for line in filter(str.strip, page.splitlines()):
            length = min(3, len("".join(line.split())))
            shares = {other: recall(runs(line, length), theirs) for other, theirs in there[length].items()}
            own = shares.get(number, 0.0)
            found.append(own > 0 and own >= max(shares.values()))
    return found


def _filings(folder: Path, run: Run) -> Iterator[Figure]:
    run.say("loading the tokenizer")
    count_tokens = make_embedder(run.settings.embedding, run.settings.models_dir).count_tokens
    questions = list(entries(folder / "queries.jsonl"))
    names = sorted({question["doc_name"] for question in questions})[:: run.size(1, 6)]
    run.say(f"{len(names)} filings")
    before_s = _cpu_seconds()
    ends = {end.path.stem: end for end in outcomes([folder / f"{name}.pdf" for name in names], run)}
    documents = {name: end.document for name, end in ends.items() if end.document}
    passages = {
        name: chunk(
            document, origin=_ORIGIN, count_tokens=count_tokens, passage_tokens=run.settings.ingest.passage_tokens
        )
        for name, document in documents.items()
    }
    cpu_s = _cpu_seconds() - before_s
    asked = [question for question in questions if question["doc_name"] in names]
    yield from _pages_found(asked, documents, passages)
    pages = sum(len(document.pages) for document in documents.values())
    yield Figure(
        "filings, parse and chunk, start of the parser included", pages / cpu_s, "pages/s and core", at_least(5)
    )


def _cpu_seconds() -> float:
    """Of this process and of its children that ended: what others do on the machine does not count."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def _pages_found(
    questions: Sequence[dict[str, Any]],
    documents: dict[str, ParsedDocument],
    passages: dict[str, list[Passage]],
) -> Iterator[Figure]:
    """Of each evidence text: is its page the one of all pages that holds most of its words?

    Looked for in the stored text of the pages, and in what reached passages.
    """
    stored, cut = {}, {}
    for name, document in documents.items():
        stored[name] = {page.number: tokens(page.span.of(document.text)) for page in document.pages}
        cut[name] = {page.number: tokens("") for page in document.pages}
        for passage in passages[name]:
            for number in passage.pages:
                cut[name][number] += tokens(passage.span.of(document.text))
    for where, pages in (("pages", stored), ("passages", cut)):
        found, shares = [], []
        for question in questions:
            best = [_best_page(piece, pages.get(question["doc_name"], {})) for piece in question["evidence"]]
            found.append(all(right for right, _ in best))
            shares += [share for _, share in best]
        yield Figure(
            f"filings, evidence found on its page, by {where}", 100 * statistics.mean(found), "%", at_least(95)
        )
        yield Figure(f"filings, words of the evidence on its page, by {where}", 100 * statistics.mean(shares), "%")


def _best_page(evidence: dict[str, Any], pages: dict[int, Any]) -> tuple[bool, float]:
    """Whether no page holds more of the evidence than its own, and how much of it that page holds."""
    wanted = tokens(evidence["evidence_text"])
    number = evidence["evidence_page_num"] + 1
    shares = {page: recall(wanted, words) for page, words in pages.items()}
    own = shares.get(number, 0.0)
    return own > 0 and own >= max(shares.values()), own
