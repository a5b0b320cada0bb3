"""Reasoning models think aloud before they answer. What they think is no part of the reply."""

from __future__ import annotations

from rag.models.stop_strings import begun_length

OPEN = "<think>"
CLOSE = "</think>"


class ThinkingFilter:
    """Drops `<think>…</think>` blocks from a reply in pieces; either mark may be cut between two of them.

    The blank line that Qwen3 puts after a block goes with it. A block that never closes swallows the rest.
    """

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._after_block = False

    def feed(self, text: str) -> str:
        """The text outside thinking that this piece completes."""
        self._held += text
        shown = ""
        while True:
            mark = CLOSE if self._thinking else OPEN
            before, found, after = self._held.partition(mark)
            if not found:
                return shown + self._take(len(self._held) - begun_length(self._held, [mark]))
            shown += self._take(len(before))
            self._held = after
            self._after_block = self._thinking
            self._thinking = not self._thinking

    def finish(self) -> str:
        """What was held back as a possible mark, once the reply has ended."""
        return self._take(len(self._held))

    def _take(self, length: int) -> str:
        taken, self._held = self._held[:length], self._held[length:]
        if self._thinking:
            return ""
        if self._after_block:
            taken = taken.lstrip()
            self._after_block = not taken
        return taken
