"""`chuchu chat`: questions one after the other, of which each may refer to those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.asking import Collection, EffortOption, Extractive, follow, show_answer
from api.cli.connection import connected
from api.cli.filtering import After, Before, Documents, Languages, MediaTypes, Tags, Where, filter_from
from api.cli.terminal import Terminal
from rag.errors import Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEW = "/new"
_END = frozenset({"/quit", "/exit", "/q"})


def chat(
    collection: Collection = None,
    document: Documents = None,
    tag: Tags = None,
    language: Languages = None,
    media_type: MediaTypes = None,
    after: After = None,
    before: Before = None,
    where: Where = None,
    extractive: Extractive = False,
    effort: EffortOption = None,
) -> None:
    """Ask one question after the other; follow-ups are understood. 连续提问，可追问上文。"""
    from api.conversation import Conversation

    narrowed = filter_from(document, tag, language, media_type, after, before, where)
    conversation = Conversation()
    with connected() as (client, terminal):
        terminal.err.print(
            terminal.text(
                f"Ask. {_NEW} begins a new conversation; Ctrl+D ends.", f"请提问。{_NEW} 开始新对话，Ctrl+D 结束。"
            ),
            style="dim",
        )
        for line in _lines(terminal):
            if line == _NEW:
                conversation.start_over()
                continue
            events = client.answer_events(
                line,
                collection=collection,
                filter=narrowed,
                extractive=extractive,
                effort=effort,
                history=conversation.history,
            )
            try:
                answer = follow(terminal, events)
            except (Rejected, Unavailable) as error:
                # One question that cannot be answered ends no conversation.
                terminal.error(error)
                continue
            show_answer(terminal, answer)
            terminal.out.print()
            conversation.add(answer)


def _lines(terminal: Terminal) -> Iterator[str]:
    """What is typed, or piped, line by line, until its end or a word that asks for it."""
    while True:
        try:
            line = terminal.err.input("› ").strip()
        except EOFError:
            return
        if line in _END:
            return
        if line:
            yield line
