"""How the native thread pools of torch and llama.cpp wait for each other."""

from __future__ import annotations

import os


def let_barriers_sleep() -> None:
    """Make OpenMP's threads sleep at a barrier instead of spinning; what the user has set stays.

    On two cores, one busy neighbour (an ingest, another container) makes every spinning barrier last a scheduler
    slice: llama.cpp then writes 0.8–6 tokens/s where it writes 13–25 with barriers that sleep (Qwen 0.5B).

    GNU's OpenMP reads this once, when it is loaded, and torch and xllamacpp share the one that came first. A process
    therefore has to call this before it imports either.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "0")
