"""Nothing that was accepted is lost, doubled or left over when the process dies at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from api.services import Services
from rag.documents import VersionStatus
from rag.store.jobs import JobStatus
from rag.store.submissions import SubmissionOutcome
from tests.ingest.endless_ingest import ATTACHED, DOCUMENTS, file_of, idle
from tests.running import nothing_left_to_remove, submitted, until, with_services

ROOT = Path(__file__).parents[2]
ROUNDS = 4


def killed_after(seconds: float, data_dir: Path, state: int) -> tuple[set[str], bool]:
    """Run the ingest and kill it `seconds` after its first submission: the documents accepted, and whether it ended."""
    command = [sys.executable, "-m", "tests.ingest.endless_ingest", str(data_dir), str(state)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first, "the process did not start"
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    lines = [first, *process.stdout.readlines()]
    process.wait()
    process.stdout.close()
    # A line cut short by the kill names nothing.
    accepted = {line.strip() for line in lines if line.endswith("\n")}
    return accepted - {"done"}, "done\n" in lines


async def consistent(services: Services, accepted: set[str]) -> None:
    """Every accepted document ended, the index holds the passages of live versions, once, and nothing else."""
    await until(lambda: idle(services), patience_s=120)
    await nothing_left_to_remove(services)
    listings = await services.stores.documents.documents(limit=1000)
    passages = 0
    assert accepted <= {listing.document.id for listing in listings}
    for listing in listings:
        assert listing.job is not None
        assert listing.job.status is JobStatus.SUCCEEDED or listing.job.failure is not None
        for version in await services.stores.documents.versions(listing.document.id):
            ids = await services.index.version_passage_ids(version.id)
            assert len(ids) == (version.passages if version.status is VersionStatus.LIVE else 0)
            passages += len(ids)
    assert await services.index.count() == passages


@pytest.mark.slow
def test_killed_at_any_moment_and_started_again(tmp_path: Path) -> None:
    random_moment = random.Random(7)
    accepted: set[str] = set()

    for state in range(ROUNDS):
        seconds = random_moment.uniform(0.05, 4.0)
        of_this_round, _ = killed_after(seconds, tmp_path, state)
        accepted |= of_this_round
        with_services(tmp_path, partial(consistent, accepted=accepted))

    with_services(tmp_path, completes_and_then_does_nothing)


async def completes_and_then_does_nothing(services: Services) -> None:
    last = ROUNDS - 1
    for number in range(DOCUMENTS):
        await submitted(services, *file_of(number, last))
    await until(lambda: idle(services), patience_s=120)
    generation = await services.stores.documents.generation()

    outcomes = {(await submitted(services, *file_of(n, last))).outcome for n in range(DOCUMENTS)}

    listings = await services.stores.documents.documents(limit=1000)
    assert outcomes == {SubmissionOutcome.UNCHANGED}
    assert len(listings) == DOCUMENTS + ATTACHED
    assert all(listing.version is not None for listing in listings)
    assert await services.stores.documents.generation() == generation
    await consistent(services, {listing.document.id for listing in listings})
