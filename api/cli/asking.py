"""`chuchu search` and `chuchu ask`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.connection import connected
from api.cli.estimating import show_estimate
from api.cli.filtering import After, Before, Documents, Languages, MediaTypes, Tags, Where, filter_from
from api.cli.terminal import Terminal
from rag.citations import Effort

if TYPE_CHECKING:
    from api.schemas import AnswerOut, CitationOut, ConflictOut, PassageOut

Collection = Annotated[str | None, typer.Option(help="Only this collection. 仅限此文档集。")]
EffortOption = Annotated[
    Effort | None,
    typer.Option(help="fast: least wait; deep: a search for each part of the question. 快速、标准或深入。"),
]
Extractive = Annotated[bool, typer.Option(help="Answer with the documents' own sentences. 直接以文档原句回答。")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON as the API gives it. 输出与 API 相同的 JSON。")]

_MARKS = {"supported": "✓", "partial": "~", "unsupported": "✗", "contradicted": "✗"}
_SNIPPET = 300
_STEPS = {
    "condense": ("Understood as: ", "理解为："),
    "plan": ("Looking for: ", "分别查找："),
    "search": ("Searched: ", "已检索："),
    "follow": ("Followed: ", "继续检索："),
    "recheck": ("Looked again for: ", "再次核对："),
}


def search(
    query: Annotated[str, typer.Argument(help="What to look for. 要查找的内容。")],
    collection: Collection = None,
    document: Documents = None,
    tag: Tags = None,
    language: Languages = None,
    media_type: MediaTypes = None,
    after: After = None,
    before: Before = None,
    where: Where = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Passages to show. 显示的段落数。")] = 5,
    as_json: AsJson = False,
) -> None:
    """Find passages, in either language. 查找段落（中英文互通）。"""
    narrowed = filter_from(document, tag, language, media_type, after, before, where)
    with connected() as (client, terminal):
        found = client.search(query, collection=collection, filter=narrowed, limit=limit)
    if as_json:
        print(found.model_dump_json(indent=2))
        return
    for notice in found.notices if found.passages else ():
        terminal.err.print(notice, markup=False, style="yellow")
    for passage in found.passages:
        _show_passage(terminal, passage)
    if not found.passages:
        nothing = ("Nothing is indexed there yet.", "此处尚无已索引的内容。")
        excluded = ("Nothing there passes the filter.", "没有符合筛选条件的内容。")
        terminal.err.print(terminal.text(*(excluded if narrowed else nothing)))


def ask(
    question: Annotated[str, typer.Argument(help="The question. 问题。")],
    collection: Collection = None,
    document: Documents = None,
    tag: Tags = None,
    language: Languages = None,
    media_type: MediaTypes = None,
    after: After = None,
    before: Before = None,
    where: Where = None,
    as_json: AsJson = False,
    extractive: Extractive = False,
    effort: EffortOption = None,
    estimate: Annotated[
        bool, typer.Option(help="Only say what the answer would take. 只估算所需的词元、时间与费用。")
    ] = False,
) -> None:
    """Answer from the documents, with the words behind every sentence. 依据文档回答，逐句给出处。"""
    narrowed = filter_from(document, tag, language, media_type, after, before, where)
    if estimate:
        show_estimate(question, collection, narrowed, extractive, as_json=as_json)
        return
    with connected() as (client, terminal):
        events = client.answer_events(
            question, collection=collection, filter=narrowed, extractive=extractive, effort=effort
        )
        answer = follow(terminal, events, silently=as_json)
    if as_json:
        print(answer.model_dump_json(indent=2))
        return
    show_answer(terminal, answer)


def follow(terminal: Terminal, events: Iterator[tuple[str, dict[str, Any]]], *, silently: bool = False) -> AnswerOut:
    """Show an answer's events as they come; the whole answer, whose end is still to be shown."""
    from api.schemas import AnswerOut

    waiting = terminal.err.status(terminal.text("Searching …", "正在检索……"))
    waiting.start()
    try:
        for name, payload in events:
            if name == "answer":
                return AnswerOut.model_validate(payload["answer"])
            waiting.update(terminal.text("Reading the sources …", "正在阅读资料……"))
            if not silently:
                waiting.stop()
                show_event(terminal, name, payload)
                waiting.start()
    finally:
        waiting.stop()
    raise AssertionError("a stream of events ends with the answer")


def show_event(terminal: Terminal, name: str, payload: dict[str, Any]) -> None:
    """A finished sentence at once; what is still unverified is not printed, because a terminal cannot take it back."""
    if name == "sentence" and not payload["held_back"]:
        sentence = payload["sentence"]
        marks = "".join(f"[{marker}]" for marker in sentence["markers"])
        terminal.out.print(f"{sentence['text']} {marks} {_MARKS[sentence['status']]}", markup=False)
    elif name == "step":
        _show_step(terminal, payload["step"])


def _show_step(terminal: Terminal, step: dict[str, Any]) -> None:
    english, chinese = _STEPS[step["kind"]]
    text = step["text"].replace("\n", " | ")
    terminal.err.print(f"{terminal.text(english, chinese)}{text}", markup=False, style="dim", soft_wrap=True)


def show_answer(terminal: Terminal, answer: AnswerOut) -> None:
    if answer.refusal:
        terminal.out.print(answer.refusal.message, markup=False)
        for passage in answer.retrieved[:3]:
            _show_passage(terminal, passage)
    show_remarks(terminal, answer.notices, len(answer.dropped))
    for conflict in answer.conflicts:
        _show_conflict(terminal, conflict)
    show_citations(terminal, answer.citations)


def _show_conflict(terminal: Terminal, conflict: ConflictOut) -> None:
    """Each side with what it says, where, and as of when; the later document first."""
    terminal.out.print(terminal.text("The documents disagree:", "文档之间不一致："), style="bold red")
    for side in conflict.sides:
        citation, day = side.citation, side.date.date()
        dated = terminal.text(f"of {day}", f"日期 {day}")
        if not side.is_date_stated:
            dated = terminal.text(f"added {day}", f"{day} 添加")
        pages = _pages(terminal, citation.pages)
        terminal.out.print(f"  [{citation.marker}] {side.stated}  ({citation.title}{pages}, {dated})", markup=False)
        terminal.out.print(f"      “{' '.join(citation.quote.splitlines())}”", markup=False)
    if conflict.newer_wins:
        newer = ("  They are nearly the same document: the later one holds.", "  两者几乎是同一文档，以较新者为准。")
        terminal.out.print(terminal.text(*newer), markup=False)


def show_remarks(terminal: Terminal, notices: Sequence[str], dropped: int) -> None:
    """What a reader has to know besides the text: its notices, and how many sentences were held back."""
    for notice in notices:
        terminal.out.print(notice, markup=False, style="yellow")
    if dropped:
        terminal.out.print(
            terminal.text(
                f"{dropped} sentence(s) were held back: the documents do not support them.",
                f"有 {dropped} 句因文档不支持而未显示。",
            ),
            style="yellow",
        )


def show_citations(terminal: Terminal, citations: Sequence[CitationOut]) -> None:
    if citations:
        terminal.out.print()
    for citation in citations:
        _show_citation(terminal, citation)


def _show_citation(terminal: Terminal, citation: CitationOut) -> None:
    head = f"[{citation.marker}] {citation.title}{_pages(terminal, citation.pages)}"
    terminal.out.print(head, markup=False, style="bold")
    for line in citation.quote.splitlines():
        terminal.out.print(f"    “{line}”", markup=False)


def _show_passage(terminal: Terminal, passage: PassageOut) -> None:
    head = f"{passage.rank}. {passage.title}{_pages(terminal, passage.pages)}  ({passage.score:.2f})"
    terminal.out.print(head, markup=False, style="bold")
    text = json.dumps(passage.text[:_SNIPPET], ensure_ascii=False)[1:-1].replace("\\n", " ⏎ ").replace('\\"', '"')
    terminal.out.print(f"    {text}{'…' if len(passage.text) > _SNIPPET else ''}", markup=False)


def _pages(terminal: Terminal, pages: list[int]) -> str:
    if not pages:
        return ""
    numbers = ", ".join(map(str, pages))
    return terminal.text(f", page {numbers}", f"，第 {numbers} 页")
