"""`chuchu compare`: where two documents differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.asking import AsJson, show_citations, show_event, show_remarks
from api.cli.connection import connected
from api.cli.naming import document_id_of
from api.cli.summarizing import LANGUAGES
from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.schemas import ComparisonOut

Document = Annotated[str, typer.Argument(help="Id, title or file name of a document. 文档的编号、标题或文件名。")]


def compare(
    one: Document,
    other: Document,
    question: Annotated[str, typer.Option(help="In which respect. 比较的方面。")] = "",
    language: Annotated[
        str | None,
        typer.Option(help="en or zh; by default the first document's own. en 或 zh，默认为第一个文档的语言。"),
    ] = None,
    extractive: Annotated[
        bool,
        typer.Option(help="Only the documents' own sentences, without the chat model. 只用文档原句，不用对话模型。"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Where two documents differ and what both say, with the words of both. 比较两个文档，逐句给出处。"""
    from api.schemas import ComparisonOut

    if language not in (None, *LANGUAGES):
        raise typer.BadParameter("en, zh", param_hint="--language")
    with connected() as (client, terminal):
        waiting = terminal.err.status(terminal.text("Comparing the documents …", "正在比较文档……"))
        waiting.start()
        made: ComparisonOut | None = None
        try:
            chosen = [document_id_of(client, name) for name in (one, other)]
            for name, payload in client.comparison_events(
                chosen, question=question, language=language, extractive=extractive
            ):
                if name == "comparison":
                    made = ComparisonOut.model_validate(payload["comparison"])
        finally:
            waiting.stop()
    assert made is not None
    if as_json:
        print(made.model_dump_json(indent=2))
        return
    _show(terminal, made)


def _show(terminal: Terminal, made: ComparisonOut) -> None:
    for sentence in made.sentences:
        show_event(terminal, "sentence", {"held_back": False, "sentence": sentence.model_dump(mode="json")})
    show_remarks(terminal, made.notices, len(made.dropped))
    if made.differences:
        terminal.out.print(terminal.text("They differ in:", "两者的不同："), style="bold")
    for difference in made.differences:
        sides = zip(difference.stated, difference.citations, strict=True)
        told = " | ".join(f"{stated} [{citation.marker}]" for stated, citation in sides)
        terminal.out.print(f"  {told}", markup=False)
    shown = {citation.marker: citation for citation in made.citations}
    shown |= {citation.marker: citation for each in made.differences for citation in each.citations}
    show_citations(terminal, [shown[marker] for marker in sorted(shown)])
