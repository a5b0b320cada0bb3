"""`chuchu eval draft`: questions from the documents of a collection, for people to review."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO
from urllib.parse import unquote

import typer

from api.cli.connection import connected
from api.cli.terminal import Terminal
from rag.errors import DocumentNotFound, SettingsInvalid
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from api.client import Client
    from api.schemas import VersionOut
    from rag.evaluation.drafts.candidates import Candidate, Source
    from rag.evaluation.drafts.drafting import DraftLanguage
    from rag.models.chat import ChatModel

_TRIES = 4
"""Sentences tried for each question wanted: a small model's reply is of use about every second time."""

AskIn = Literal["same", "en", "zh"]


def draft(
    out: Annotated[Path, typer.Option(help="Questions to write, JSONL. 输出问题（JSONL）。")],
    collection: Annotated[str, typer.Option(help="Whose documents. 文档集合。")] = "default",
    n: Annotated[int, typer.Option("--n", min=1, help="Questions wanted. 问题数。")] = 50,
    ask_in: Annotated[AskIn, typer.Option(help="Language; same as the sentence's. 提问语言。")] = "same",
    seed: Annotated[int, typer.Option(help="Which sentences are drawn. 随机种子。")] = 0,
) -> None:
    """Draft questions from your documents with the chat model; review them. 用对话模型依据文档草拟问题，供人工审核。"""
    settings = load_settings()
    terminal = Terminal.of(settings)
    chat = _chat(settings)
    sources = _sources(collection, n, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        written = asyncio.run(_draft_all(terminal, chat, sources, n, ask_in, seed, file))
    terminal.out.print(f"{written} → {out}", markup=False)
    advice = terminal.text(
        "Read each of them: correct or delete it, then set `reviewed` to true. Add questions that your documents do "
        "not answer, with `answerable` false: the model drafts none.",
        "请逐一审核：改正或删除，然后将 `reviewed` 设为 true。"
        "另请补充文档无法回答的问题（`answerable` 设为 false），模型不会草拟这类问题。",
    )
    terminal.err.print(advice, markup=False)


def _chat(settings: Settings) -> ChatModel:
    from rag.models.chat_factory import make_chat_model
    from rag.models.weights import locate

    chat = make_chat_model(settings.chat, lambda name: locate(name, settings.models_dir))
    if chat is None:
        raise SettingsInvalid(source="chat", path="chat.backend", reason="drafting questions needs a chat model")
    return chat


def _sources(collection: str, n: int, seed: int) -> list[Source]:
    """The texts of at most as many documents as questions are wanted, drawn at random."""
    from rag.evaluation.drafts.candidates import Source

    with connected() as (client, terminal):
        live = [document for document in client.documents(collection) if document.live_version]
        if not live:
            said = terminal.text(f"in collection {collection}", f"（集合 {collection}）")
            raise DocumentNotFound(document_id=said)
        drawn = random.Random(seed).sample(live, min(n, len(live)))
        return [
            Source(_file_name(document.uri), document.title, _text(client, document.id, version))
            for document in drawn
            if (version := document.live_version)
        ]


def _text(client: Client, document_id: str, version: VersionOut) -> str:
    return client.quote(document_id, version.id, 0, version.characters).quote


def _file_name(uri: str) -> str:
    """What `eval run --documents` calls the document."""
    return unquote(uri.rstrip("/").rpartition("/")[2]) if "://" in uri else uri.rpartition("/")[2]


async def _draft_all(
    terminal: Terminal, chat: ChatModel, sources: Sequence[Source], n: int, ask_in: AskIn, seed: int, file: TextIO
) -> int:
    """The number of questions, which are written as they come."""
    from itertools import islice

    from rich.progress import Progress

    from rag.evaluation.drafts.candidates import candidates

    written = 0
    try:
        with Progress(console=terminal.err, transient=True) as progress:
            task = progress.add_task(terminal.text("Drafting", "草拟问题"), total=n)
            for candidate in islice(candidates(sources, seed), n * _TRIES):
                record = await _drafted(candidate, chat, ask_in)
                if record is not None:
                    written += 1
                    line = {"id": f"draft-{seed}-{written:03}"} | dict(record)
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    file.flush()
                    progress.advance(task)
                if written == n:
                    break
    finally:
        await chat.close()
    return written


async def _drafted(candidate: Candidate, chat: ChatModel, ask_in: AskIn) -> Mapping[str, Any] | None:
    from rag.evaluation.drafts.drafting import draft as drafted

    own: DraftLanguage = "zh" if candidate.language == "zh" else "en"
    return await drafted(candidate, chat, own if ask_in == "same" else ask_in)
