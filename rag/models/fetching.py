"""Bring a model here: ask its sources in turn, check what they gave, put it in place as a whole."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.errors import ModelCorrupt, ModelMissing, ModelNoSpace, ModelUnreachable
from rag.models.catalogue import ModelCard
from rag.models.sources.local_folder import LocalFolderSource
from rag.models.sources.weight_source import Progress, SourceUnavailable, WeightSource, silent
from rag.models.weights import is_installed, mark, unmark, verify

_WORKSPACES = ".fetching"


def fetch(card: ModelCard, models_dir: Path, *, progress: Progress = silent, folder: Path | None = None) -> Path:
    """The weights of a model, fetched if they are not here; `folder` is asked before the catalogue's sources.

    What an interrupted fetch left is gone on with. Another process that fetches the same model is waited for. Raises
    ModelUnreachable with the reason of every source, and ModelNoSpace.
    """
    target = models_dir / card.name
    if is_installed(card, models_dir):
        return card.path_in(target)
    with _alone(models_dir, card.name) as workspace:
        if not is_installed(card, models_dir) and not _adopted(card, models_dir):
            _require_space(card, workspace)
            _deliver(card, _sources(card, folder), workspace, progress)
            _publish(card, workspace, target)
        shutil.rmtree(workspace)
    return card.path_in(target)


@contextmanager
def _alone(models_dir: Path, name: str) -> Iterator[Path]:
    """This model's workspace, which no other process has at the same time."""
    workspace = models_dir / _WORKSPACES / name
    workspace.parent.mkdir(parents=True, exist_ok=True)
    with workspace.with_name(name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        workspace.mkdir(exist_ok=True)
        yield workspace


def _adopted(card: ModelCard, models_dir: Path) -> bool:
    """Whether the files were put in place by hand, and are the right ones."""
    try:
        verify(card, models_dir)
    except (ModelMissing, ModelCorrupt):
        return False
    return True


def _sources(card: ModelCard, folder: Path | None) -> tuple[WeightSource, ...]:
    return card.sources if folder is None else (LocalFolderSource(folder), *card.sources)


def _require_space(card: ModelCard, workspace: Path) -> None:
    """Refuse at once what would fail an hour later; a download that was begun has part of its room already."""
    begun_bytes = sum(part.stat().st_size for part in workspace.rglob("*.part"))
    if card.size_bytes - begun_bytes > shutil.disk_usage(workspace).free:
        raise _no_space(card, workspace)


def _no_space(card: ModelCard, workspace: Path) -> ModelNoSpace:
    return ModelNoSpace(
        model=card.name,
        folder=str(workspace.parent.parent),
        needed_bytes=card.size_bytes,
        free_bytes=shutil.disk_usage(workspace).free,
    )


def _deliver(card: ModelCard, sources: Sequence[WeightSource], workspace: Path, progress: Progress) -> None:
    reasons: list[str] = []
    for source in sources:
        try:
            source.deliver(card.files, workspace, progress)
        except SourceUnavailable as reason:
            reasons.append(f"{source.name}: {reason}")
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise _no_space(card, workspace) from error
            raise
        else:
            return
    folder = workspace.parent.parent / card.name
    raise ModelUnreachable(model=card.name, tried="; ".join(reasons), folder=str(folder))


def _publish(card: ModelCard, workspace: Path, target: Path) -> None:
    """Move the files in place. The marker goes first and comes last, so that a half-moved model never counts."""
    unmark(target)
    for file in card.files:
        (target / file.path).parent.mkdir(parents=True, exist_ok=True)
        os.replace(workspace / file.path, target / file.path)
    mark(card, target)
