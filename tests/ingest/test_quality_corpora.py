"""Sound files are never held back, and files known to turn to soup are."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.parsing.records import ParseLimits
from ingest.parsing.sandbox import ParserPool
from ingest.quality import judge, measure
from rag.errors import FileRejected, Quarantined
from rag.settings import QualitySettings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("CHUCHU_EVAL_DATA", "eval-data"))
HINT = "set CHUCHU_EVAL_DATA to the folder of the evaluation data, then: pytest -m slow tests/ingest"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=HINT)

SOUP = {
    "arial_unicode_ab_cidfont.pdf": "text-unlikely",
    "cidfont_cmap_overflow.pdf": "text-unlikely",
}
OF_EMPTY_PAGES = {"poppler-90-0-fuzzed.pdf": "pages-empty"}
"""Unless the pages' text is recognised."""


def held_back(files: Sequence[Path]) -> dict[str, str]:
    """The reason for each file that was read and held back."""

    async def read() -> dict[str, str]:
        reasons = {}
        async with ParserPool(ParseLimits()) as pool:
            for file in files:
                try:
                    judge(measure((await pool.parse(file, file.name)).document), QualitySettings())
                except Quarantined as error:
                    reasons[file.name] = error.code
                except FileRejected:
                    continue
        return reasons

    return asyncio.run(read())


def files_in(*folders: Path) -> list[Path]:
    return [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]


def test_the_samples_are_sound() -> None:
    assert held_back(files_in(ROOT / "samples" / "documents")) == {}


@needs_data
def test_no_sound_file_is_held_back() -> None:
    files = files_in(DATA / "made_files")

    assert len(files) > 60
    assert held_back(files) == {}


@needs_data
def test_files_known_to_turn_to_soup_are_held_back() -> None:
    found = held_back(files_in(DATA / "realdocs" / "pdfjs_cjk_bad"))

    assert found in (SOUP, SOUP | OF_EMPTY_PAGES)
