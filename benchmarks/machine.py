"""On what the figures were measured: the commit, the machine, the libraries."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.startup import REPOSITORY

_LIBRARIES = (
    "torch",
    "sentence-transformers",
    "transformers",
    "llama-index-core",
    "xllamacpp",
    "qdrant-edge-py",
    "numpy",
    "fastapi",
    "sqlalchemy",
    "dbos",
    "pypdfium2",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """`load` is the average of the last minute before the run: above 0, others were at work too."""

    commit: str
    cpu: str
    cores: int
    memory_gib: float
    load: float
    versions: dict[str, str]

    def lines(self) -> list[str]:
        libraries = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return [
            f"commit {self.commit}",
            f"{self.cpu}, {self.cores} cores, {self.memory_gib:.0f} GiB, load {self.load:.1f} at the start",
            libraries,
        ]


def this_machine() -> Machine:
    return Machine(
        commit=_commit(),
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3,
        load=os.getloadavg()[0],
        versions={"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
    )


def _commit() -> str:
    """The commit's hash, with `-dirty` when files differ from it; `unknown` outside a clone."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
