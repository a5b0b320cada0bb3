"""Stop strings over a reply that arrives in pieces, for the backends that leave them to us."""

from __future__ import annotations

from collections.abc import Sequence


def begun_length(text: str, markers: Sequence[str]) -> int:
    """Length of the longest end of `text` that may be the beginning of a marker, so must not be shown yet."""
    longest = max((len(marker) for marker in markers), default=1) - 1
    for length in range(min(longest, len(text)), 0, -1):
        if any(marker.startswith(text[-length:]) for marker in markers):
            return length
    return 0


class StopFilter:
    """Passes text on until the first stop string, which is not shown even when it was cut between pieces."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.stopped = False

    def feed(self, text: str) -> str:
        """The text that may be shown after this piece."""
        if self.stopped:
            return ""
        self._held += text
        found = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if found:
            self.stopped = True
            return self._release(min(found))
        return self._release(len(self._held) - begun_length(self._held, self._stops))

    def finish(self) -> str:
        """What was held back, once the reply has ended."""
        return "" if self.stopped else self._release(len(self._held))

    def _release(self, length: int) -> str:
        shown, self._held = self._held[:length], self._held[length:]
        return shown
