"""The role of a source of weights: a list of files in, those files in a folder out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model: its path inside the model's folder, and what pins it."""

    path: str
    size_bytes: int
    sha256: str


class Progress(Protocol):
    def __call__(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Called now and then while `what` arrives; a resumed file starts with what was there already."""
        ...


def silent(what: str, done_bytes: int, total_bytes: int) -> None:
    """Progress for those who do not want to see it."""


class SourceUnavailable(Exception):
    """A source could not deliver. It never leaves `fetch`, which gathers the reasons and asks the next source."""


class WeightSource(Protocol):
    @property
    def name(self) -> str:
        """What a message calls this source."""
        ...

    def deliver(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        """Put the files into the folder, each with the SHA-256 that pins it; raises SourceUnavailable.

        The folder is this model's own workspace and keeps what an interrupted attempt left, to be resumed.
        """
        ...
