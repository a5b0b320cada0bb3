"""What a mark `[n]` means from the first question of a conversation to the last."""

from __future__ import annotations

from rag.answering.conversation.turns import History
from rag.citations import Citation
from rag.documents import Span

_Place = tuple[str, Span]


class Numbering:
    """One place has one number and one number one place: what was cited before keeps its own, what is new gets the
    next that no turn has used.

    Where a caller's turns give one number to two places, as questions do that were asked apart, the later of the two
    gets a new one when it is cited again.
    """

    def __init__(self, history: History = ()) -> None:
        self._numbers: dict[_Place, int] = {}
        taken: set[int] = set()
        for turn in history:
            for cited in turn.citations:
                place = (cited.version_id, cited.span)
                if cited.marker not in taken and place not in self._numbers:
                    self._numbers[place] = cited.marker
                taken.add(cited.marker)
        self._next = max(taken, default=0) + 1

    def of(self, place: Citation) -> int:
        """The number of a place, whose own marker is not looked at."""
        key = (place.version_id, place.span)
        if key not in self._numbers:
            self._numbers[key] = self._next
            self._next += 1
        return self._numbers[key]
