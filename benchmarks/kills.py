"""The proof that nothing is lost: a service killed at random moments while documents come, change and go.

    python -m benchmarks kills --rounds 100

In each round a real `chuchu serve` on SQLite and the embedded index takes what three clients ask for, and is ended by
SIGKILL at a random moment; every third time it is started and killed once more while it recovers. Then the service is
opened again, comes to rest, and everything is looked at. The embedder is a cheap double, because it is not under test.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from api.client import Client
from api.services import open_services
from benchmarks.figures import Figure, Run, at_most
from benchmarks.invariants import Violations, at_rest, violations
from benchmarks.mortal import kill, started, url_of
from benchmarks.workload import Clients, Expectation, Expectations, uris
from rag.models.factory import make_embedder
from rag.settings import Settings

SEED = 20261124
_DOCUMENTS = 24
_LONGEST_WORK_S = 5.0
_LONGEST_RECOVERY_S = 6.0


def measure(run: Run) -> Iterator[Figure]:
    """Yields what was lost, doubled, dead or orphaned in all rounds together; the goal of each is none."""
    rounds = run.rounds or run.size(100, 2)
    with TemporaryDirectory(prefix="chuchu-kills-") as folder:
        settings = double_settings(run.settings, Path(folder))
        expectations: Expectations = {uri: Expectation() for uri in uris(_DOCUMENTS)}
        total, kills = Violations(), 0
        for number in range(rounds):
            kills += killed(settings, expectations, Random(f"{SEED} {number}"))
            found = asyncio.run(looked_at(settings, expectations))
            total.add(found)
            acknowledged = sum(expected.acknowledged for expected in expectations.values())
            run.say("; ".join([f"round {number + 1}: {kills} kills, {acknowledged} acknowledged", *found.lines()]))
    yield Figure("kills by SIGKILL", kills, "")
    yield Figure("acknowledged additions, replacements and deletions", acknowledged, "")
    yield Figure("lost", len(total.lost), "", at_most(0))
    yield Figure("doubled", len(total.doubled), "", at_most(0))
    yield Figure("passages of dead versions", len(total.dead), "", at_most(0))
    yield Figure("orphans in index and blob store", len(total.orphans), "", at_most(0))


def double_settings(settings: Settings, data_dir: Path) -> Settings:
    """Everything as a user has it by default, but for the models."""
    embedding = settings.embedding.model_copy(
        update={"backend": "llama-index", "class_path": "benchmarks.hash_embedding.HashEmbedding"}
    )
    chat = settings.chat.model_copy(update={"backend": "none"})
    return settings.model_copy(update={"data_dir": data_dir, "embedding": embedding, "chat": chat})


def killed(settings: Settings, expectations: Expectations, random: Random) -> int:
    """Serve, work, die; perhaps die again on the way back. How often it died."""
    _serve_and_kill(settings, expectations, random)
    if random.random() >= 1 / 3:
        return 1
    process = started(settings)
    time.sleep(random.uniform(0.5, _LONGEST_RECOVERY_S))
    kill(process)
    return 2


def _serve_and_kill(settings: Settings, expectations: Expectations, random: Random) -> None:
    process = started(settings)
    url = url_of(process, settings.data_dir)
    clients = Clients(lambda: Client(url), expectations, str(random.random()))
    clients.start()
    time.sleep(random.uniform(0.1, _LONGEST_WORK_S))
    kill(process)
    clients.stop()


async def looked_at(settings: Settings, expectations: Expectations) -> Violations:
    """Open the service anew, let it come to rest, and look. Nothing is coming in, so deleted files may go at once."""
    hurried = settings.ingest.model_copy(update={"keep_originals_s": 0})
    opened = settings.model_copy(update={"ingest": hurried})
    embedder = make_embedder(settings.embedding, settings.models_dir)
    async with open_services(opened, working=True, embedder=embedder) as services:
        await at_rest(services)
        return await violations(services, expectations)
