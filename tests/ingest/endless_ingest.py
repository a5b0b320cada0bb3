"""A process to be killed: hands in thirty small documents and works on them until they are done or it is dead.

Three are mails with attachments.
"""

from __future__ import annotations

import sys
from email.message import EmailMessage
from pathlib import Path

from api.services import Services
from tests.running import submitted, until, with_services

DOCUMENTS = 30
ATTACHED = 6


def text_of(number: int, state: int) -> str:
    lines = (f"Machine {number} has part {part} in state {state}, of {part * number} grams." for part in range(20))
    return f"# Machine {number}\n\n" + "\n\n".join(lines) + "\n"


def file_of(number: int, state: int) -> tuple[str, bytes]:
    """The name and bytes of a document; every tenth is a mail, on which one file changes and one does not."""
    if number % 10 != 9:
        return f"{number}.md", text_of(number, state).encode()
    mail = EmailMessage()
    mail["Subject"] = f"Machine {number}"
    mail.set_content(text_of(number, state))
    for name, of_state in (("new.md", state), ("same.md", 0)):
        mail.add_attachment(text_of(number, of_state).encode(), "text", "markdown", filename=name)
    # The boundary between parts is random, and the same mail is to be the same bytes.
    mail.set_boundary(f"machine-{number}")
    return f"{number}.eml", mail.as_bytes()


async def idle(services: Services) -> bool:
    return not await services.stores.jobs.unfinished_jobs()


async def hand_in_and_work(services: Services, state: int) -> None:
    for number in range(DOCUMENTS):
        submission = await submitted(services, *file_of(number, state))
        print(submission.document.id, flush=True)
    await until(lambda: idle(services))
    print("done", flush=True)


if __name__ == "__main__":
    with_services(Path(sys.argv[1]), lambda services: hand_in_and_work(services, int(sys.argv[2])))
