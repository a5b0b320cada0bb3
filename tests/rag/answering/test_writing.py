from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from rag.answering.writing import Writing
from rag.errors import ChatUnavailable
from rag.models.chat import ChatDelta, GenerationOptions, Message
from rag.testing import ScriptedChat

pytestmark = pytest.mark.anyio

MESSAGES = [Message("user", "Go on.")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class BegunChat(ScriptedChat):
    """Notes when it was asked and whether its reply was ended."""

    def __init__(self, reply: str, **how: float) -> None:
        super().__init__([reply], **how)  # type: ignore[arg-type]
        self.is_asked = asyncio.Event()
        self.is_ended = False

    async def stream(self, messages: Sequence[Message], options: GenerationOptions) -> AsyncIterator[ChatDelta]:
        self.is_asked.set()
        try:
            async for delta in super().stream(messages, options):
                yield delta
        finally:
            self.is_ended = True


def writing(chat: ScriptedChat, timeout_s: float = 5) -> Writing:
    return Writing(chat, MESSAGES, GenerationOptions(), timeout_s)


async def test_it_is_begun_before_it_is_read_and_gives_every_piece() -> None:
    chat = BegunChat("One two three.")

    async with writing(chat) as begun:
        await asyncio.wait_for(chat.is_asked.wait(), 5)
        text = "".join([delta.text async for delta in begun.deltas()])

    assert text == "One two three."


async def test_one_that_nobody_reads_is_stopped() -> None:
    chat = BegunChat("One two three.", piece_delay_s=30)

    async with writing(chat):
        await asyncio.wait_for(chat.is_asked.wait(), 5)

    assert chat.is_ended


async def test_a_piece_that_takes_too_long_is_an_absent_model() -> None:
    async with writing(BegunChat("One.", piece_delay_s=30), timeout_s=0.05) as begun:
        with pytest.raises(ChatUnavailable, match=r"chat\.timeout_s"):
            await anext(begun.deltas())


async def test_what_goes_wrong_is_told_where_it_is_read() -> None:
    async with writing(ScriptedChat(["x"], fail_after_pieces=0)) as begun:
        with pytest.raises(ChatUnavailable):
            await anext(begun.deltas())


async def test_what_goes_wrong_unread_is_nobodys_concern() -> None:
    chat = BegunChat("x", fail_after_pieces=0)

    async with writing(chat):
        await asyncio.sleep(0.05)

    assert chat.is_ended
