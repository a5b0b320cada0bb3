"""Retrieval of the effort `deep`: a search for each part of the question, or for what the first evidence leads to."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from rag.answering.deep.bridging import bridges, following
from rag.answering.deep.merging import merged
from rag.answering.deep.planning import planned
from rag.citations import Step, StepKind
from rag.index.filters import Filter
from rag.retrieval.retriever import Retrieval, Retriever


@dataclass
class Gathered:
    """What the question itself found, and what each further search did."""

    whole: Retrieval
    parts: list[Retrieval] = field(default_factory=list)
    is_planned: bool = False
    """Whether the parts are those of the question, and not what its evidence led to."""

    @property
    def retrieval(self) -> Retrieval:
        return merged(self.whole, self.parts)

    def add(self, part: Retrieval) -> int:
        """How many of its passages were not there before."""
        known = {found.passage.id for one in (self.whole, *self.parts) for found in one.passages}
        self.parts.append(part)
        return sum(found.passage.id not in known for found in part.passages)


class Deepener:
    def __init__(self, retriever: Retriever, most_searches: int) -> None:
        self._retriever = retriever
        self._most_searches = most_searches

    async def deepen(
        self, gathered: Gathered, collection: str | None, filter: Filter, has_time: Callable[[], bool]
    ) -> AsyncGenerator[Step]:
        """The steps, each told when it is done and what it found is in `gathered`."""
        question = gathered.whole.question
        started = time.perf_counter()
        plan = planned(question)
        searches = [(StepKind.SEARCH, part) for part in plan]
        gathered.is_planned = bool(plan)
        if plan:
            yield Step(StepKind.PLAN, "\n".join(plan), _since(started))
        else:
            names = bridges(question, gathered.whole.passages)
            searches = [(StepKind.FOLLOW, following(question, name)) for name in names]
        for kind, query in searches[: self._most_searches]:
            if not has_time():
                return
            part = await self._retriever.retrieve(query, collection=collection, filter=filter)
            yield Step(kind, query, round(part.seconds, 3), gathered.add(part))


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)
