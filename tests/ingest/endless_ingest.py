"""A process to be killed: hands in thirty small documents and works on them until they are done or it is dead."""

from __future__ import annotations

import sys
from pathlib import Path

from api.services import Services
from tests.running import submitted, until, with_services

DOCUMENTS = 30


def text_of(number: int, state: int) -> str:
    lines = (f"Machine {number} has part {part} in state {state}, of {part * number} grams." for part in range(20))
    return f"# Machine {number}\n\n" + "\n\n".join(lines) + "\n"


async def idle(services: Services) -> bool:
    return not await services.stores.jobs.unfinished_jobs()


async def hand_in_and_work(services: Services, state: int) -> None:
    for number in range(DOCUMENTS):
        submission = await submitted(services, f"{number}.md", text_of(number, state))
        print(submission.document.id, flush=True)
    await until(lambda: idle(services))
    print("done", flush=True)


if __name__ == "__main__":
    with_services(Path(sys.argv[1]), lambda services: hand_in_and_work(services, int(sys.argv[2])))
