"""Writes samples/documents/ from samples/source/: `python samples/make_documents.py [FOLDER]`.

The content is Markdown (and one e-mail); what becomes of each source is in `TARGETS`. The same source always gives the
same text; the bytes of PDF and Office files differ from run to run, for they carry times.

PDFs are printed by Chromium with two fonts of Debian: `apt-get install chromium fonts-lato fonts-wqy-microhei`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "source"
DOCUMENTS = Path(__file__).parent / "documents"
TARGETS = {
    "QW-300使用手册.md": "QW-300使用手册.pdf",
    "travel-and-expense-policy.md": "travel-and-expense-policy.pdf",
    "员工手册.md": "员工手册.docx",
    "maintenance-services-agreement.md": "maintenance-services-agreement.docx",
    "实验室安全培训.md": "实验室安全培训.pptx",
    "suppliers-and-budget-2026.md": "suppliers-and-budget-2026.xlsx",
    "it-security-faq.md": "it-security-faq.html",
    "产品例会纪要-2026-03-18.md": "产品例会纪要-2026-03-18.md",
    "field-notice-pump-heads.eml": "field-notice-pump-heads.eml",
}
_MADE_AT = datetime(2026, 4, 20, 9, 0)  # noqa: DTZ001 - Office properties are written without a zone
_CJK = re.compile(r"[\u4e00-\u9fff]")
_HYPHENATED = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+")


def main(folder: Path = DOCUMENTS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for source, target in TARGETS.items():
        make(SOURCE / source, folder / target)
        print(f"{(folder / target).stat().st_size / 1000:7.1f} kB  {target}")


def make(source: Path, target: Path) -> None:
    """Write one document in the format that the target's suffix names; `.md` and `.eml` are the source itself."""
    writers = {".pdf": write_pdf, ".docx": write_docx, ".pptx": write_pptx, ".xlsx": write_xlsx, ".html": write_html}
    writer = writers.get(target.suffix, shutil.copyfile)
    writer(source, target)


def blocks(source: Path) -> list[Any]:
    """The source's top-level elements as BeautifulSoup tags, in reading order."""
    from bs4 import BeautifulSoup, Tag

    return [tag for tag in BeautifulSoup(html_of(source), "html.parser") if isinstance(tag, Tag)]


def html_of(source: Path) -> str:
    import markdown

    return markdown.markdown(source.read_text(encoding="utf-8"), extensions=["tables"])


def rows_of(table: Any) -> list[list[str]]:
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]


def is_chinese(text: str) -> bool:
    return _CJK.search(text) is not None


def write_html(source: Path, target: Path) -> None:
    page = (SOURCE / "page.html").read_text(encoding="utf-8")
    target.write_text(page.replace("{{content}}", html_of(source)), encoding="utf-8")


def write_pdf(source: Path, target: Path) -> None:
    content = _HYPHENATED.sub(r'<span class="whole">\g<0></span>', html_of(source))
    language = "zh-CN" if is_chinese(content) else "en"
    css = (SOURCE / "print.css").read_text(encoding="utf-8")
    head = f'<meta charset="utf-8"><title>{blocks(source)[0].get_text()}</title><style>{css}</style>'
    page = f'<!doctype html><html lang="{language}"><head>{head}</head><body>{content}</body></html>'
    with tempfile.TemporaryDirectory() as scratch:
        print_page(page, Path(scratch), target)


def print_page(page: str, scratch: Path, target: Path) -> None:
    html = scratch / "page.html"
    html.write_text(page, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    options += ["--disable-background-networking", "--disable-component-update", f"--user-data-dir={scratch}/profile"]
    options += ["--no-pdf-header-footer", f"--print-to-pdf={target.resolve()}"]
    subprocess.run(["chromium", *options, html.as_uri()], check=True, capture_output=True, timeout=60)


def write_docx(source: Path, target: Path) -> None:
    import docx

    document = docx.Document()
    chinese = is_chinese(source.read_text(encoding="utf-8"))
    style_docx(document, "Microsoft YaHei" if chinese else "Calibri")
    for block in blocks(source):
        add_to_docx(document, block)
    stamp(document.core_properties, blocks(source)[0].get_text())
    document.save(str(target))


def style_docx(document: Any, font: str) -> None:
    """Body and heading fonts; East Asian text has a font of its own in Word."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name = font
        fonts = style.element.rPr.rFonts
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(attribute), None)
        fonts.set(qn("w:eastAsia"), font)
    document.styles["Normal"].font.size = Pt(10.5)


def add_to_docx(document: Any, block: Any) -> None:
    if block.name == "table":
        add_docx_table(document, rows_of(block))
    elif block.name == "ul":
        for item in block.find_all("li"):
            document.add_paragraph(item.get_text(), style="List Bullet")
    elif block.name in ("h1", "h2", "h3"):
        document.add_heading(block.get_text(), level=int(block.name[1]) - 1)
    else:
        document.add_paragraph(block.get_text())


def add_docx_table(document: Any, rows: list[list[str]]) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]), style="Light Grid Accent 1")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def write_pptx(source: Path, target: Path) -> None:
    """A title slide from the first heading and the line below it, then one slide for each second-level heading."""
    import pptx

    title, subtitle, *rest = blocks(source)
    presentation = pptx.Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[0])
    first.shapes.title.text = title.get_text()
    first.placeholders[1].text = subtitle.get_text()
    for heading, body in zip(rest[::2], rest[1::2], strict=True):
        add_slide(presentation, heading.get_text(), body)
    stamp(presentation.core_properties, title.get_text())
    presentation.save(str(target))


def add_slide(presentation: Any, heading: str, body: Any) -> None:
    title_and_content, title_only = 1, 5  # positions in python-pptx's default template
    is_table = body.name == "table"
    slide = presentation.slides.add_slide(presentation.slide_layouts[title_only if is_table else title_and_content])
    slide.shapes.title.text = heading
    if is_table:
        add_slide_table(slide, rows_of(body))
    else:
        slide.placeholders[1].text = "\n".join(item.get_text() for item in body.find_all("li"))


def add_slide_table(slide: Any, rows: list[list[str]]) -> None:
    from pptx.util import Cm

    frame = slide.shapes.add_table(len(rows), len(rows[0]), Cm(1.5), Cm(4.6), Cm(22.4), Cm(1.4 * len(rows)))
    for line, row in zip(frame.table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.text = text


def write_xlsx(source: Path, target: Path) -> None:
    """One sheet for each second-level heading: its table, or its list as a column."""
    import openpyxl

    title, *rest = blocks(source)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for heading, body in zip(rest[::2], rest[1::2], strict=True):
        fill_sheet(book.create_sheet(heading.get_text()), body)
    stamp(book.properties, title.get_text())
    book.save(target)


def fill_sheet(sheet: Any, body: Any) -> None:
    from openpyxl.styles import Font

    rows = rows_of(body) if body.name == "table" else [[item.get_text()] for item in body.find_all("li")]
    for row in rows:
        sheet.append([int(cell) if cell.isdecimal() else cell for cell in row])
    for column, width in column_widths(rows):
        sheet.column_dimensions[column].width = width
    if body.name == "table":
        sheet.freeze_panes = "A2"
        for cell in sheet[1]:
            cell.font = Font(bold=True)


def column_widths(rows: list[list[str]]) -> Iterator[tuple[str, int]]:
    for letter, cells in zip("ABCDEFGHIJ", zip(*rows, strict=True), strict=False):
        yield letter, max(map(len, cells)) + 3


def stamp(properties: Any, title: str) -> None:
    """Title, author and fixed dates, for Office records the day of making otherwise."""
    properties.title = title
    properties.created = properties.modified = _MADE_AT
    setattr(properties, "creator" if hasattr(properties, "creator") else "author", "Qichuan Instruments")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
