"""The corpus of an evaluation: its files, and its way through the same door as any upload."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.terminal import Terminal
from rag.errors import FileNotFound, FileRejected, Rejected
from rag.settings import Settings

if TYPE_CHECKING:
    from api.services import Services
    from ingest.intake import Upload

COLLECTION = "evaluation"
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Corpus:
    """`texts` are JSONL files of id, title and text; `files` are documents as a user would add them."""

    texts: tuple[Path, ...]
    files: tuple[Path, ...]

    @classmethod
    def of(cls, texts: Sequence[Path], documents: Sequence[Path]) -> Corpus:
        """Folders are searched for files. Raises FileNotFound for what is not there."""
        for path in (*texts, *documents):
            if not path.exists():
                raise FileNotFound(path=str(path))
        return cls(tuple(texts), tuple(_files(documents)))

    @property
    def paths(self) -> tuple[Path, ...]:
        return (*self.texts, *self.files)


def is_indexed(scratch: Settings) -> bool:
    """Whether an earlier run got to the end of it."""
    return _mark(scratch).exists()


async def index_corpus(services: Services, terminal: Terminal, corpus: Corpus) -> None:
    """Once: a corpus that is indexed is not looked at again. Raises Rejected for texts that fail, since a corpus is to
    be whole; files that fail are named, and the others are searched.
    """
    done = _mark(services.settings)
    if done.exists():
        failed = done.read_text(encoding="utf-8").splitlines()
    else:
        failed = await _index(services, terminal, [*_corpus_uploads(corpus.texts), *_file_uploads(corpus.files)])
    for line in failed:
        terminal.err.print(line, markup=False, style="red")
    if corpus.texts and failed:
        raise Rejected(
            reason=terminal.text(f"{len(failed)} documents of the corpus failed", f"语料中有 {len(failed)} 篇失败")
        )
    done.write_text("\n".join(failed), encoding="utf-8")


def _mark(scratch: Settings) -> Path:
    """A file that says so, and holds the lines on what failed."""
    return scratch.data_dir / "indexed"


async def _index(services: Services, terminal: Terminal, uploads: Sequence[tuple[Upload, bytes]]) -> list[str]:
    """Lines that say what failed."""
    from rich.progress import Progress

    failed: list[str] = []
    with Progress(console=terminal.err, transient=True) as progress:
        task = progress.add_task(terminal.text("Indexing", "建立索引"), total=len(uploads))
        for upload, content in uploads:
            try:
                await services.intake.submit(upload, _once(content))
            except FileRejected as error:
                failed.append(f"{upload.name}: {error.message(terminal.language)}")
        while waiting := await services.stores.jobs.unfinished_jobs():
            passages = await services.index.count()
            said = terminal.text(f"Indexing, {passages:,} passages", f"建立索引，{passages:,} 个段落")
            progress.update(task, completed=len(uploads) - len(waiting), description=said)
            await asyncio.sleep(_LOOK_EVERY_S)
    listed = await services.stores.documents.documents(COLLECTION, limit=100_000)
    return failed + [f"{found.job.name}: {found.job.failure}" for found in listed if found.job and found.job.failure]


def _corpus_uploads(paths: Sequence[Path]) -> Iterable[tuple[Upload, bytes]]:
    from ingest.intake import Upload
    from rag.evaluation.datasets import read_corpus

    for document in read_corpus(paths):
        upload = Upload(name=f"{document.id}.txt", uri=document.id, collection=COLLECTION, title=document.title)
        yield upload, document.text.encode("utf-8")


def _file_uploads(files: Sequence[Path]) -> Iterable[tuple[Upload, bytes]]:
    from ingest.intake import Upload

    for file in files:
        yield Upload(name=file.name, uri=file.name, collection=COLLECTION), file.read_bytes()


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not file.name.startswith("."):
                yield file


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
