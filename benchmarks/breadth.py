"""How real and hostile files end: in text or in a named reason, and in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.evaluation_data import entries, evaluation_folder
from benchmarks.figures import Figure, Run, at_least, at_most
from benchmarks.parsing import Outcome, outcomes
from rag.errors import ParserCrashed

_ABOUT = frozenset({"SOURCE.txt", "LICENSE", "LICENSE.md", "manifest.jsonl", "triage.jsonl"})
_SECONDS_A_FILE = 30


def measure(run: Run) -> Iterator[Figure]:
    """Also prints a line for each file that did not end in text, and for each hostile file what was expected of it."""
    if real := evaluation_folder(run, "realdocs"):
        ends = outcomes(_files(real)[:: run.size(1, 40)], run)
        _print_table(run, ends, real)
        yield from _figures("real files", ends)
    if hostile := evaluation_folder(run, "bad_inputs"):
        expected = {entry["file"]: entry["expect"] for entry in entries(hostile / "manifest.jsonl")}
        ends = outcomes(_files(hostile)[:: run.size(1, 9)], run)
        for end in ends:
            run.say(f"{_line(end, hostile)}; to be: {expected.get(end.path.name, '?')}")
        yield from _figures("hostile files", ends)


def _files(folder: Path) -> list[Path]:
    truths = folder / "docling_groundtruth"
    found = (path for path in folder.rglob("*") if path.is_file() and path.name not in _ABOUT)
    return sorted(path for path in found if truths not in path.parents)


def _print_table(run: Run, ends: Sequence[Outcome], folder: Path) -> None:
    for end in ends:
        if end.error or end.seconds > _SECONDS_A_FILE:
            run.say(_line(end, folder))
    by_kind = Counter((end.path.suffix.lower(), end.code) for end in ends)
    for (suffix, code), count in sorted(by_kind.items()):
        run.say(f"{suffix or '(none)':10} {code:24} {count}")


def _line(end: Outcome, folder: Path) -> str:
    said = str(end.error) if end.error else f"{len(end.text)} characters"
    return f"{end.path.relative_to(folder)}: {end.code}, {end.seconds:.1f} s, {said}"


def _figures(what: str, ends: Sequence[Outcome]) -> Iterator[Figure]:
    crashed = sum(end.code == ParserCrashed.code for end in ends)
    yield Figure(f"{what}, all", len(ends), "files")
    yield Figure(f"{what}, ended in text", sum(end.document is not None for end in ends), "files")
    yield Figure(f"{what}, ended their parser", crashed, "files", at_most(0))
    yield Figure(f"{what}, longest", max(end.seconds for end in ends), "s", at_most(_SECONDS_A_FILE))
    in_time = 100 * sum(end.seconds <= _SECONDS_A_FILE for end in ends) / len(ends)
    yield Figure(f"{what}, text or a named reason in time", in_time, "%", at_least(100))
