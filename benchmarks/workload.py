"""What clients ask of a service that is about to die, and what it must therefore be found to hold afterwards."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from api.client import Client
from rag.errors import FileRejected, NotFound, ServerUnavailable, Unavailable

COLLECTION = "kills"
_PAUSE_S = 0.1
_LEAST_PARTS, _MOST_PARTS = 2, 120  # up to some 130 passages, more than one batch


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes. `word` stands in it and in no other; `readable` says whether it can go live."""

    word: str
    text: str
    readable: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(slots=True)
class Expectation:
    """Of one document: `last` is what was acknowledged last, None for its deletion; `asked` what may have got through.

    `sound` is the last readable content: it stays live when an unreadable one comes after it.
    """

    last: Content | None = None
    sound: Content | None = None
    asked: list[Content | None] = field(default_factory=list)
    acknowledged: int = 0

    def acknowledge(self, content: Content | None) -> None:
        self.asked.clear()
        self.last = content
        self.sound = content if content is None or content.readable else self.sound
        self.acknowledged += 1

    def candidates(self) -> list[tuple[Content | None, Content | None]]:
        """Last content and live content that would both be right."""
        through = [(one, one if one is None or one.readable else self.sound) for one in self.asked]
        return [(self.last, self.sound), *through]

    def settle(self, content: Content | None, live: Content | None) -> None:
        """What was asked without an answer is now known to have happened or not."""
        self.last, self.sound = content, live
        self.asked.clear()


Expectations = dict[str, Expectation]
"""By uri."""


def uris(number: int) -> list[str]:
    return [f"kills:{place}.md" for place in range(number)]


class Clients:
    """Threads that add, replace and delete documents, each its own, until they are stopped or the server is gone."""

    def __init__(self, connect: Callable[[], Client], expectations: Expectations, seed: str, threads: int = 3) -> None:
        self._connect = connect
        self._expectations = expectations
        self._stopped = threading.Event()
        names = sorted(expectations)
        self._threads = [
            threading.Thread(target=self._work, args=(names[place::threads], Random(f"{seed} {place}")))
            for place in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _work(self, mine: Sequence[str], random: Random) -> None:
        client = self._connect()
        try:
            while not self._stopped.is_set():
                uri = random.choice(mine)
                if not _acted(client, uri, self._expectations[uri], random):
                    return
                time.sleep(random.uniform(0, 2 * _PAUSE_S))
        finally:
            client.close()


def _acted(client: Client, uri: str, expected: Expectation, random: Random) -> bool:
    """Do one thing; False when no answer came, because the server is gone."""
    dice = random.random()
    deleting = expected.last is not None and dice < 0.2
    content = None if deleting else expected.last if expected.last and dice < 0.3 else _content(random)
    expected.asked.append(content)
    try:
        _send(client, uri, content)
    except ServerUnavailable:
        return False
    except Unavailable:
        return True  # refused: it may all the same have got through, and was not acknowledged
    expected.acknowledge(content)
    return True


def _send(client: Client, uri: str, content: Content | None) -> None:
    if content is None:
        # A submission that was refused at once leaves a document as well; either way it is then gone.
        listed = [document.id for document in client.documents(COLLECTION) if document.uri == uri]
        for document_id in listed:
            try:
                client.delete(document_id)
            except NotFound:
                continue
        return
    try:
        client.submit(io.BytesIO(content.text.encode()), name=uri.partition(":")[2], uri=uri, collection=COLLECTION)
    except FileRejected:
        if content.readable:
            raise


def _content(random: Random) -> Content:
    word = f"w{random.getrandbits(48):012x}"
    if random.random() < 0.1:
        return Content(word, f"<!-- {word} -->\n\n---\n", readable=False)
    parts = random.randint(_LEAST_PARTS, _MOST_PARTS) if random.random() < 0.3 else random.randint(_LEAST_PARTS, 12)
    lines = (
        f"Part {part} of {word} weighs {part * 7} grams and was made in week {part % 52}." for part in range(parts)
    )
    return Content(word, f"# Record {word}\n\n" + "\n\n".join(f"{line} " * 6 for line in lines) + "\n", readable=True)
