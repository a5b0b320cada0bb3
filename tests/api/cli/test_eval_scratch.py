"""The scratch folder of an evaluation is told by what shapes its index, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from api.cli.evaluating.corpus import Corpus
from api.cli.evaluating.running import corpus_of
from api.cli.evaluating.scratch import scratch_settings
from api.cli.terminal import Terminal
from rag.errors import FileNotFound
from rag.settings import Settings

ENGLISH = Terminal("en")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "C.jsonl"
    path.write_text('{"id": "1", "text": "one"}\n')
    return path


def folder(settings: Settings, *files: Path) -> str:
    return scratch_settings(settings, files).data_dir.name


def changed(section: str, **entries: object) -> Callable[[Settings], Settings]:
    def change(settings: Settings) -> Settings:
        return settings.model_copy(update={section: getattr(settings, section).model_copy(update=entries)})

    return change


@pytest.mark.parametrize(
    "change",
    [changed("ingest", passage_tokens=64), changed("embedding", model="another"), changed("ingest", max_pages=3)],
)
def test_what_shapes_the_index_makes_another(corpus: Path, change: Callable[[Settings], Settings]) -> None:
    assert folder(change(Settings()), corpus) != folder(Settings(), corpus)


@pytest.mark.parametrize(
    "change",
    [
        changed("retrieval", passages=5),
        changed("answering", policy="off"),
        changed("ingest", concurrency=1),
        changed("embedding", threads=1),
        changed("chat", backend="none"),
    ],
)
def test_what_does_not_shape_it_finds_it_again(corpus: Path, change: Callable[[Settings], Settings]) -> None:
    assert folder(change(Settings()), corpus) == folder(Settings(), corpus)


def test_a_corpus_is_told_by_what_it_says_and_not_by_where_it_lies(corpus: Path, tmp_path: Path) -> None:
    before = folder(Settings(), corpus)
    moved = tmp_path / "elsewhere" / corpus.name
    moved.parent.mkdir()
    moved.write_bytes(corpus.read_bytes())

    assert folder(Settings(), moved) == before
    corpus.write_text('{"id": "1", "text": "two"}\n')
    assert folder(Settings(), corpus) != before


def test_the_scratch_index_is_embedded_and_its_worker_inside(corpus: Path) -> None:
    shared = Settings(index={"backend": "server"}, ingest={"worker": "separate"}, database={"url": "postgresql://x/y"})

    scratch = scratch_settings(shared, [corpus])

    assert (scratch.index.backend, scratch.ingest.worker) == ("edge", "inside")
    assert scratch.database.url.get_secret_value() == ""
    assert scratch.data_dir.parent == shared.data_dir / "scratch"


def test_further_paths_belong_to_the_option_that_was_given(corpus: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    (notes / "deep").mkdir(parents=True)
    for name in ("b.md", "deep/a.md", ".hidden"):
        (notes / name).write_text("x")
    other = tmp_path / "D.jsonl"
    other.write_text("")

    assert corpus_of(ENGLISH, [corpus], None, [other]) == Corpus((corpus, other), ())
    assert corpus_of(ENGLISH, None, [corpus], [notes]) == Corpus((), (corpus, notes / "b.md", notes / "deep" / "a.md"))
    with pytest.raises(typer.BadParameter):
        corpus_of(ENGLISH, [corpus], [notes], [other])
    with pytest.raises(typer.BadParameter):
        corpus_of(ENGLISH, None, None, [other])
    with pytest.raises(FileNotFound):
        corpus_of(ENGLISH, [tmp_path / "none.jsonl"], None, None)
