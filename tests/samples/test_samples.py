"""The sample documents say what their source says, and the questions' evidence stands in them.

The files are read here with the plainest reader of each format, not with our own parsers, so that a fault of a parser
cannot hide one of the samples.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from samples.make_documents import DOCUMENTS, SOURCE, TARGETS, blocks, make

QUESTIONS = [json.loads(line) for line in (DOCUMENTS.parent / "questions.jsonl").read_text("utf-8").splitlines()]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]
PDFS = [source for source, target in TARGETS.items() if target.endswith(".pdf")]
NOT_PDFS = [source for source in TARGETS if source not in PDFS]


def read_pdf(path: Path) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def read_docx(path: Path) -> str:
    import docx
    from docx.table import Table

    lines = []
    for block in docx.Document(str(path)).iter_inner_content():
        rows = [[cell.text for cell in row.cells] for row in block.rows] if isinstance(block, Table) else [[block.text]]
        lines += [" | ".join(row) for row in rows]
    return "\n".join(lines)


def read_pptx(path: Path) -> str:
    import pptx

    lines = []
    for shape in (shape for slide in pptx.Presentation(str(path)).slides for shape in slide.shapes):
        if shape.has_text_frame:
            lines.append(shape.text_frame.text)
        elif shape.has_table:
            lines += [" | ".join(cell.text for cell in row.cells) for row in shape.table.rows]
    return "\n".join(lines)


def read_xlsx(path: Path) -> str:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    rows = [row for sheet in book for row in [(sheet.title,), *sheet.iter_rows(values_only=True)]]
    book.close()
    return "\n".join(" | ".join("" if cell is None else str(cell) for cell in row) for row in rows)


def read_html(path: Path) -> str:
    from bs4 import BeautifulSoup

    return BeautifulSoup(path.read_text("utf-8"), "html.parser").get_text()


def read_eml(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    return f"{message['subject']}\n{message.get_content()}"


READERS = {".pdf": read_pdf, ".docx": read_docx, ".pptx": read_pptx, ".xlsx": read_xlsx, ".html": read_html}
READERS |= {".eml": read_eml, ".md": lambda path: path.read_text("utf-8")}


def read(path: Path) -> str:
    return READERS[path.suffix](path)


def bare(text: str) -> str:
    """Without white space and cell marks, which every reader sets differently."""
    return re.sub(r"[\s|]+", "", text)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {name: bare(read(DOCUMENTS / name)) for name in TARGETS.values()}


def test_folder_holds_the_generators_files_and_is_small() -> None:
    files = {path.name: path.stat().st_size for path in DOCUMENTS.iterdir()}

    assert set(files) == set(TARGETS.values())
    assert sum(files.values()) < 1_000_000
    assert max(files.values()) < 300_000


@pytest.mark.parametrize("source", NOT_PDFS)
def test_file_says_what_the_generator_makes(source: str, tmp_path: Path) -> None:
    target = tmp_path / TARGETS[source]

    make(SOURCE / source, target)

    assert read(target) == read(DOCUMENTS / TARGETS[source])


def assert_holds_its_source(text: str, source: str) -> None:
    """Block by block, in order. No block is broken over two pages, so each stands in one piece."""
    leaves = [leaf for block in blocks(SOURCE / source) for leaf in block.find_all(["tr", "li"]) or [block]]

    position = 0
    for leaf in leaves:
        position = text.find(bare(leaf.get_text()), position)
        assert position >= 0, leaf.get_text()
        position += len(bare(leaf.get_text()))


@pytest.mark.parametrize("source", PDFS)
def test_pdf_holds_its_source(source: str, texts: dict[str, str]) -> None:
    """Runs without Chromium."""
    assert_holds_its_source(texts[TARGETS[source]], source)


@pytest.mark.slow
@pytest.mark.parametrize("source", PDFS)
def test_the_generator_makes_a_pdf_that_holds_its_source(source: str, tmp_path: Path) -> None:
    """Not letter for letter the one in the repository: where pages break depends on the fonts of the machine."""
    if not shutil.which("chromium"):
        pytest.skip("to run: apt-get install -y chromium fonts-lato fonts-wqy-microhei")
    target = tmp_path / TARGETS[source]

    make(SOURCE / source, target)

    assert_holds_its_source(bare(read(target)), source)


@pytest.mark.parametrize("source", PDFS)
def test_pdf_fonts_are_embedded_truetype_subsets(source: str) -> None:
    """A font that is not embedded renders Chinese as blanks; Type 3 comes of a CFF font and trebles the file."""
    data = (DOCUMENTS / TARGETS[source]).read_bytes()
    names = re.findall(rb"/BaseFont /(\S+)", data)

    assert names
    assert all(re.match(rb"[A-Z]{6}\+", name) for name in names)
    assert b"/FontFile2" in data
    assert b"/Type3" not in data


def test_ids_are_unique_and_rows_have_every_field() -> None:
    required = {"id", "lang", "query", "answers", "gold", "evidence", "type", "answerable"}

    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert len({question["query"] for question in QUESTIONS}) == len(QUESTIONS)
    assert all(required <= set(question) <= required | {"demo"} for question in QUESTIONS)


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_evidence_stands_in_the_gold_documents(question: dict[str, Any], texts: dict[str, str]) -> None:
    homes = [{name for name in question["gold"] if bare(line) in texts[name]} for line in question["evidence"]]

    assert question["answers"]
    assert homes
    assert all(homes), question["evidence"]
    assert set().union(*homes) == set(question["gold"])


def test_every_document_is_asked_about_and_answers_cross_both_ways(texts: dict[str, str]) -> None:
    gold = {name for question in ANSWERABLE for name in question["gold"]}
    crossing = [question for question in QUESTIONS if question["type"] == "cross_lingual"]

    assert gold == set(TARGETS.values())
    for question in crossing:
        assert {language(texts[name]) for name in question["gold"]} == {"en" if question["lang"] == "zh" else "zh"}
    assert min(Counter(question["lang"] for question in crossing).values()) >= 5


def test_each_type_is_well_represented() -> None:
    counts = Counter(question["type"] for question in QUESTIONS)

    assert set(counts) == {"fact", "table", "multi_hop", "comparison", "cross_lingual", "unanswerable"}
    assert counts["unanswerable"] >= 6
    assert min(counts.values()) >= 5
    assert {question["lang"] for question in QUESTIONS if not question["answerable"]} == {"en", "zh"}


def test_unanswerable_questions_have_neither_answer_nor_evidence() -> None:
    for question in QUESTIONS:
        assert question["answerable"] == (question["type"] != "unanswerable")
        assert question["answerable"] or not (question["answers"] or question["gold"] or question["evidence"])


def test_demo_goes_every_way_once_at_least(texts: dict[str, str]) -> None:
    demo = [question for question in QUESTIONS if question.get("demo")]
    ways = {(question["lang"], *{language(texts[name]) for name in question["gold"]}) for question in demo}

    assert len(demo) in (5, 6)
    assert {("en", "en"), ("zh", "zh"), ("zh", "en"), ("en", "zh")} <= ways
    assert sum(not question["answerable"] for question in demo) == 1


def language(text: str) -> str:
    """Of one document: every sample is in one language."""
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
    return "zh" if chinese > len(text) / 4 else "en"
