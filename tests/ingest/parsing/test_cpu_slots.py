"""No more hold a slot than there are, and one whose holder is killed is free again."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ingest
from ingest.parsing.cpu_slots import CpuSlots

ROOT = Path(ingest.__file__).parents[1]


def test_as_many_as_there_are_hold_one_at_a_time(tmp_path: Path) -> None:
    slots, lock, holding, most = CpuSlots(tmp_path / "slots", 2), threading.Lock(), 0, 0

    def work(_: int) -> None:
        nonlocal holding, most
        with slots.one():
            with lock:
                holding += 1
                most = max(most, holding)
            time.sleep(0.02)
            with lock:
                holding -= 1

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(12)))

    assert most == 2


def test_the_slot_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    holding = (
        "import sys, time; from pathlib import Path; from ingest.parsing.cpu_slots import CpuSlots;"
        "slot = CpuSlots(Path(sys.argv[1]), 1).one(); slot.__enter__(); print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", holding, str(tmp_path)]
    taken = threading.Event()

    def take() -> None:
        with CpuSlots(tmp_path, 1).one():
            taken.set()

    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        waiting = threading.Thread(target=take)
        waiting.start()
        assert not taken.wait(0.2)
        holder.kill()
    waiting.join(20)

    assert taken.is_set()


def test_without_a_folder_nobody_waits() -> None:
    slots = CpuSlots(None, 1)

    with slots.one(), slots.one():
        pass
