"""How fast a chat model has been on this machine, kept over restarts, so that an answer can be foreseen."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger("chuchu.models")

_WEIGHT_OF_THE_NEWEST = 0.3
LEAST_TOKENS = 10
"""A shorter reply says nothing of how fast a model writes."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Tokens a second: of reading a prompt until the first token, and of writing. `answers` were measured."""

    reading: float
    writing: float
    answers: int = 1


class ChatPace:
    """The running rates of models by name, in one small file. What cannot be read or written is measured anew."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._rates = _read(file) if file else {}

    def rates(self, model: str) -> Rates | None:
        return self._rates.get(model)

    def observe(
        self, model: str, *, prompt_tokens: int, reading_s: float, written_tokens: int, writing_s: float
    ) -> None:
        """Note one reply. One that tells nothing - too short, or no time at all - is passed over."""
        if min(reading_s, writing_s) <= 0 or written_tokens < LEAST_TOKENS or prompt_tokens <= 0:
            return
        newest = Rates(prompt_tokens / reading_s, written_tokens / writing_s)
        self._rates[model] = _moved(self._rates.get(model), newest)
        if self._file:
            _write(self._file, self._rates)


def _moved(before: Rates | None, newest: Rates) -> Rates:
    if before is None:
        return newest
    share = _WEIGHT_OF_THE_NEWEST
    return Rates(
        before.reading + share * (newest.reading - before.reading),
        before.writing + share * (newest.writing - before.writing),
        before.answers + 1,
    )


def _read(file: Path) -> dict[str, Rates]:
    try:
        return {model: Rates(**rates) for model, rates in json.loads(file.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        log.warning("the measured rates in %s are not used: %s", file, error)
        return {}


def _write(file: Path, rates: dict[str, Rates]) -> None:
    """Whole or not at all. An answer does not fail for want of room on the disk."""
    beside = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        beside.write_text(json.dumps({model: asdict(one) for model, one in rates.items()}), encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        log.warning("the measured rates are not kept in %s: %s", file, error)
