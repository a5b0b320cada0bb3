"""The words that we take out of files, against plain unstructured on the same files in the same run."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.evaluation_data import evaluation_folder
from benchmarks.figures import Figure, Run, at_least
from benchmarks.likeness import token_f1
from benchmarks.parsing import outcomes
from benchmarks.plain_unstructured import READ_BY_UNSTRUCTURED, unstructured_texts

_COMMENTS = re.compile(r"<!--.*?-->|\(data:image/[^)]*\)", re.S)


@dataclass(frozen=True, slots=True)
class Sample:
    """A file and the text that it holds, as somebody else wrote it down."""

    path: Path
    truth: str
    kind: str


def measure(run: Run) -> Iterator[Figure]:
    """Token F1, the mean over files. Plain unstructured reads PDF only with weights from a hub: there ours is alone."""
    folder = evaluation_folder(run, "realdocs")
    if folder is None:
        return
    samples = [*_expected_markdown(folder), *_expected_pages(folder)][:: run.size(1, 12)]
    run.say(f"{len(samples)} files")
    ours = {end.path: end.text for end in outcomes([sample.path for sample in samples], run)}
    run.say("the same with plain unstructured")
    theirs = unstructured_texts([sample.path for sample in samples])
    by_kind: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_kind[sample.kind].append(sample)
    for kind, members in sorted(by_kind.items()):
        baseline = _mean_f1(members, theirs) if members[0].path.suffix in READ_BY_UNSTRUCTURED else None
        if baseline is not None:
            yield Figure(f"{kind}, plain unstructured", baseline, "% token F1")
        yield Figure(f"{kind}, ours", _mean_f1(members, ours), "% token F1", at_least(baseline) if baseline else None)


def _mean_f1(samples: list[Sample], texts: dict[Path, str]) -> float:
    return 100 * statistics.mean(token_f1(sample.truth, texts.get(sample.path, "")) for sample in samples)


def _expected_markdown(folder: Path) -> Iterator[Sample]:
    """Files with the Markdown that another reader made of them; names end in `.md` after the file's own name."""
    by_name = {path.name: path for path in (folder / "docling").rglob("*") if path.is_file()}
    for kind in ("docx", "html", "pdf", "pptx", "xlsx"):
        for truth in sorted((folder / "docling_groundtruth" / kind).rglob("*.md")):
            name = truth.name.removesuffix(".md")
            path = by_name.get(name) or by_name.get(f"{name}.{kind}")
            if path is not None:
                yield Sample(path, _COMMENTS.sub(" ", truth.read_text(encoding="utf-8")), f"other reader's {kind}")


def _expected_pages(folder: Path) -> Iterator[Sample]:
    """Web pages with the markup of their main content."""
    from lxml import html

    for expected in sorted((folder / "html_readability").rglob("expected.html")):
        markup = html.document_fromstring(expected.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))
        words = " ".join(markup.itertext())
        yield Sample(expected.with_name("source.html"), words, "main text of web pages")
