"""Hundreds of real and hostile files: each ends in text or in a named error, in time."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from ingest.parsing.records import ParseLimits
from ingest.parsing.sandbox import ParserPool
from ingest.quality import judge, measure
from rag.errors import FileRejected, ParserCrashed
from rag.settings import QualitySettings

DATA = Path(os.environ.get("CHUCHU_EVAL_DATA", "eval-data"))
HINT = "set CHUCHU_EVAL_DATA to the folder of the evaluation data, then: pytest -m slow tests/ingest/parsing"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=HINT)

EXACT = {
    "gb18030.txt": "中文编码测试：国标一八零三零，镕基、㐀㐁𠮷。",
    "html_ssrf.html": "real text",
    "zipslip.docx": "ok",
    "csv_formula.csv": 'name | cmd\nx | =HYPERLINK("http://127.0.0.1","a")',
}
REFUSED = {
    "zipbomb_300MB.docx": "archive-bomb",
    "billion_laughs.docx": "file-unreadable",
    "deep.json": "no-text",
    "empty.pdf": "empty-file",
    "empty.txt": "empty-file",
    "whitespace.txt": "no-text",
    "png_named.pdf": "media-type-mismatch",
    "exe_named.docx": "media-type-mismatch",
    "absurd_dimension.xlsx": "file-unreadable",
    "loop_pages.pdf": "file-unreadable",
    "streambomb.pdf": "parse-memory",
}


async def outcomes(files: list[Path]) -> dict[Path, tuple[str, str, float]]:
    """For each file: the error's code or "text", the text, and the seconds that it took."""
    ends = {}
    async with ParserPool(ParseLimits(timeout_s=30)) as pool:
        await pool.warm()
        for file in files:
            began = time.monotonic()
            try:
                document = (await pool.parse(file, file.name)).document
                judge(measure(document), QualitySettings())
                end = ("text", document.text)
            except FileRejected as error:
                end = (error.code, "")
            ends[file] = (*end, time.monotonic() - began)
    return ends


def files_of(folder: str) -> list[Path]:
    about = {"SOURCE.txt", "LICENSE", "LICENSE.md", "manifest.jsonl", "triage.jsonl"}
    return sorted(path for path in (DATA / folder).rglob("*") if path.is_file() and path.name not in about)


@needs_data
@pytest.mark.slow
def test_hostile_files_do_no_harm() -> None:
    ends = asyncio.run(outcomes(files_of("bad_inputs")))

    texts = {file.name: text for file, (_, text, _) in ends.items()}
    codes = {file.name: code for file, (code, _, _) in ends.items()}
    assert {name: texts[name] for name in EXACT} == EXACT
    assert {name: codes[name] for name in REFUSED} == REFUSED
    assert "root:" not in "".join(texts.values())
    assert not Path("/tmp/zipslip_proof").exists()
    assert all(seconds < 31 for _, _, seconds in ends.values())


@needs_data
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_real_files_end_in_text_or_a_named_error_in_time() -> None:
    ends = asyncio.run(outcomes(files_of("realdocs")))

    assert not [file for file, (code, _, _) in ends.items() if code == ParserCrashed.code]
    assert all(seconds < 32 for _, _, seconds in ends.values())
    assert sum(code == "text" for code, _, _ in ends.values()) > 0.8 * len(ends)
