"""Text recognised in scans: first pages of PDFs whose text is known, drawn as pictures and read again."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.evaluation_data import entries, evaluation_folder
from benchmarks.figures import Figure, Run
from benchmarks.likeness import character_accuracy
from benchmarks.parsing import outcomes

_SCALE = 200 / 72


def measure(run: Run) -> Iterator[Figure]:
    """Chinese PDFs that embed no font are drawn with the system's: without fonts-noto-cjk they come out blank."""
    folder = evaluation_folder(run, "made_files")
    if folder is None:
        return
    listed = [entry for entry in entries(folder / "manifest.jsonl") if entry.get("page_text")][:: run.size(2, 6)]
    with TemporaryDirectory(prefix="chuchu-bench-") as scratch:
        scans = [_scan(folder / entry["file"], Path(scratch)) for entry in listed]
        run.say(f"{len(scans)} pages")
        ends = outcomes(scans, run)
    accuracies: dict[str, list[float]] = defaultdict(list)
    for entry, end in zip(listed, ends, strict=True):
        accuracies[entry["lang"]].append(character_accuracy(entry["page_text"][0], end.text))
    for language, values in sorted(accuracies.items()):
        yield Figure(f"characters right in scans, {language}", 100 * statistics.mean(values), "%")
    yield Figure("scans, a page with its share of the start", statistics.mean(end.seconds for end in ends), "s")


def _scan(path: Path, folder: Path) -> Path:
    """The first page as a PDF of one picture at 200 dots an inch."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    scan = folder / path.name
    document[0].render(scale=_SCALE).to_pil().save(scan, "PDF", resolution=200)
    document.close()
    return scan
