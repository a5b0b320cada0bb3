"""A long file whose reading was cut short goes on where it was."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ingest
from ingest.parsing.page_ranges import PageRange, PageRanges
from ingest.parsing.parser import parse
from ingest.parsing.pdf_file import PAGES_AT_A_TIME, open_pdf
from ingest.parsing.pdf_lines import read_page
from ingest.parsing.records import NO_RECOGNITION, PageRead, ParseLimits
from ingest.parsing.sandbox import ParserPool
from ingest.parsing.unfinished_files import UnfinishedFiles

ROOT = Path(ingest.__file__).parents[1]


def long_file(tmp_path: Path, pdf: Any, pages: int, lines: int = 2) -> Path:
    def page(number: int) -> str:
        rows = (pdf.text_at(50, 700 - 15 * row, f"Page {number} tells {number * row}.") for row in range(lines))
        return "".join(rows) + pdf.text_at(50, 60, "name") + pdf.text_at(300, 60, "value")

    path = tmp_path / "long.pdf"
    path.write_bytes(pdf.pdf_of(*map(page, range(1, pages + 1))))
    return path


def test_pages_come_back_as_they_were(tmp_path: Path, pdf: Any) -> None:
    path = long_file(tmp_path, pdf, 3)
    with open_pdf(path) as document:
        pages = tuple(read_page(document, number) for number in (1, 2, 3))

    PageRanges(tmp_path / "kept").put(1, PageRange(pages, (4, 5)))
    back = PageRanges(tmp_path / "kept").get(1)

    assert back is not None
    assert back.damaged == (4, 5)
    for page, again in zip(pages, back.pages, strict=True):
        assert (page.number, page.width, page.height, page.layer) == (
            again.number,
            again.width,
            again.height,
            again.layer,
        )
        for line, other in zip(page.lines, again.lines, strict=True):
            assert (line.text, line.left, line.top, line.size, line.bold) == (
                other.text,
                other.left,
                other.top,
                other.size,
                other.bold,
            )
            assert [cell.text for cell in line.cells] == [cell.text for cell in other.cells]
            assert np.array_equal(line.placed.corners, other.placed.corners)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"\x80\x04\x95 a pickle"])
def test_what_cannot_be_understood_counts_as_not_there(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "1.npz").write_bytes(content)

    assert PageRanges(tmp_path).get(1) is None


def test_a_record_that_lies_about_its_corners_counts_as_not_there(tmp_path: Path) -> None:
    record = b'{"pages": [[1, 600, 800, "sound", [[["abc"], 0, 0, 1, 1, 10, false]]]], "damaged": []}'
    for rows in (2, 4):
        np.savez(tmp_path / "1.npz", record=np.frombuffer(record, np.uint8), corners=np.zeros((rows, 4), np.uint16))

        assert PageRanges(tmp_path).get(1) is None


def test_pages_that_are_kept_are_not_read_again(tmp_path: Path, pdf: Any) -> None:
    path = long_file(tmp_path, pdf, 2 * PAGES_AT_A_TIME + 1)
    fresh = parse(path, "long.pdf", ParseLimits(), kept_pages=tmp_path / "kept")
    heard: list[PageRead] = []
    (tmp_path / "kept" / f"{PAGES_AT_A_TIME + 1}.npz").unlink()

    again = parse(path, "long.pdf", ParseLimits(), NO_RECOGNITION, heard.append, tmp_path / "kept")

    assert [page.number for page in heard] == [PAGES_AT_A_TIME, *range(51, 101), 101]
    assert again == fresh


def test_killed_in_the_middle_it_resumes_where_it_was(tmp_path: Path, pdf: Any) -> None:
    path = long_file(tmp_path, pdf, 1000, lines=30)
    reading = f"""
        import asyncio
        from pathlib import Path
        from ingest.parsing.records import ParseLimits
        from ingest.parsing.sandbox import ParserPool

        async def main():
            async with ParserPool(ParseLimits()) as pool:
                told = lambda page: print(page.number, flush=True)
                await pool.parse(Path({str(path)!r}), "long.pdf", told, Path({str(tmp_path / "kept")!r}))

        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(reading)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        while int(process.stdout.readline()) < 2 * PAGES_AT_A_TIME + 1:
            pass
        os.killpg(process.pid, signal.SIGKILL)
    heard: list[PageRead] = []

    async def resumed() -> str:
        async with ParserPool(ParseLimits()) as pool:
            parsed = await pool.parse(path, "long.pdf", heard.append, tmp_path / "kept")
            return parsed.document.text

    text = asyncio.run(resumed())

    # Of what was read before, one call for a whole range; of the rest, one for each page.
    assert [page.number for page in heard[:2]] == [PAGES_AT_A_TIME, 2 * PAGES_AT_A_TIME]
    assert len(heard) < 1000 - PAGES_AT_A_TIME
    assert heard[-1] == PageRead(1000, 1000)
    assert text == parse(path, "long.pdf", ParseLimits()).document.text


def test_files_given_up_are_forgotten(tmp_path: Path) -> None:
    files = UnfinishedFiles(tmp_path)
    for name in ("old", "new", "done"):
        files.of(name).mkdir()
    os.utime(files.of("old"), (1000, 1000))
    os.utime(files.of("new"), (5000, 5000))

    files.forget("done")
    files.forget("never there")
    files.forget_older(than_s=100, now=5050)

    assert [path.name for path in tmp_path.iterdir()] == ["new"]
