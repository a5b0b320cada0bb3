"""Where evaluation data lies that cannot be in the repository: benchmarks that need it say so and measure nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Run

VARIABLE = "CHUCHU_EVAL_DATA"


def evaluation_folder(run: Run, name: str) -> Path | None:
    """The folder `name` of the evaluation data, or None after a hint."""
    root = os.environ.get(VARIABLE)
    folder = Path(root) / name if root else None
    if folder is not None and folder.is_dir():
        return folder
    run.say(f"skipped: set {VARIABLE} to a folder that holds {name}")
    return None


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
