"""Each format, made by the real library and read back."""

from __future__ import annotations

import email.message
import io
from pathlib import Path

import pytest

from ingest.parsing.parser import parse
from ingest.parsing.records import ParseLimits
from rag.documents import Element, ParsedDocument
from rag.errors import ArchiveBomb, FileUnreadable


def read(tmp_path: Path, name: str, content: bytes | str) -> ParsedDocument:
    path = tmp_path / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    document = parse(path, name, ParseLimits()).document
    for before, after in zip(document.elements, document.elements[1:], strict=False):
        assert before.span.end < after.span.start
    return document


def outline(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(element.kind.value, element.span.of(document.text)) for element in document.elements]


def last(document: ParsedDocument) -> Element:
    return document.elements[-1]


def test_docx_keeps_headings_lists_tables_and_line_breaks(tmp_path: Path) -> None:
    import docx

    file = docx.Document()
    file.core_properties.title = "核心"
    file.add_heading("总则", 1)
    file.add_paragraph("第一段。").add_run().add_break()
    file.add_heading("Scope", 2)
    file.add_paragraph("apples", "List Bullet")
    table = file.add_table(2, 2)
    for at, text in enumerate(("Name", "Age", "Ada", "36")):
        table.cell(at // 2, at % 2).text = text
    out = io.BytesIO()
    file.save(out)

    document = read(tmp_path, "a.docx", out.getvalue())

    assert outline(document) == [
        ("title", "总则"),
        ("paragraph", "第一段。"),
        ("title", "Scope"),
        ("list_item", "apples"),
        ("table", "Name | Age\nAda | 36"),
    ]
    assert last(document).heading_path == ("总则", "Scope")
    assert last(document).header is not None
    assert document.title == "核心"


def test_docx_text_in_boxes_and_content_controls_is_found(tmp_path: Path) -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    file = docx.Document()
    file.add_paragraph("before")
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    file.element.body.insert(1, parse_xml(control))
    box = (
        f"<w:p {nsdecls('w')}><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></w:r></w:p>"
    )
    file.element.body.insert(2, parse_xml(box))
    out = io.BytesIO()
    file.save(out)

    assert read(tmp_path, "a.docx", out.getvalue()).text == "before\n\ncontrolled\n\nboxed"


def test_pptx_elements_carry_their_slide(tmp_path: Path) -> None:
    import pptx

    file = pptx.Presentation()
    for number in (1, 2):
        slide = file.slides.add_slide(file.slide_layouts[1])
        slide.shapes.title.text = f"Slide {number}"
        slide.placeholders[1].text = f"Point {number}"
    out = io.BytesIO()
    file.save(out)

    document = read(tmp_path, "a.pptx", out.getvalue())

    assert [(element.page, element.heading_path) for element in document.elements] == [
        (1, ()),
        (1, ("Slide 1",)),
        (2, ()),
        (2, ("Slide 2",)),
    ]


def test_xlsx_sheets_are_tables_under_their_names(tmp_path: Path) -> None:
    import openpyxl

    file = openpyxl.Workbook()
    file.active.title = "一季度"
    file.active.append(["项目", "金额"])
    file.active.append(["房租", 1200])
    file.create_sheet("Q2").append(["Rent", 1300])
    out = io.BytesIO()
    file.save(out)

    document = read(tmp_path, "a.xlsx", out.getvalue())

    assert outline(document) == [
        ("title", "一季度"),
        ("table", "项目 | 金额\n房租 | 1200"),
        ("title", "Q2"),
        ("table", "Rent | 1300"),
    ]
    assert document.title is None


HTML = """<html><head><title>页面</title><style>p{}</style><script>alert(1)</script></head><body>
<h1>Head</h1><p>one<br>two <b>bold</b></p><img src="http://127.0.0.1:9/x.png"><ul><li>item</li></ul>
<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table><noscript>hidden</noscript></body></html>"""


def test_html_gives_what_a_reader_sees(tmp_path: Path) -> None:
    document = read(tmp_path, "a.html", HTML)

    assert outline(document) == [
        ("title", "Head"),
        ("paragraph", "one\ntwo bold"),
        ("list_item", "item"),
        ("table", "A | B\n1 | 2"),
    ]
    assert document.title == "页面"


def test_html_in_gb18030_and_nested_beyond_reason(tmp_path: Path) -> None:
    page = "<meta charset=gb2312><p>中文网页</p>" + "<div>" * 3000 + "deep" + "</div>" * 3000

    document = read(tmp_path, "a.html", page.encode("gb18030"))

    assert document.text.startswith("中文网页")


MARKDOWN = """---
layout: page
---
# 标题

wrapped words that go on until the margin of the page
is reached and on.

- one
- two

| A | B |
|---|---|
| 1 | `x` |

```py
def f():
    return 1
```
"""


def test_markdown_keeps_its_structure_and_drops_its_marks(tmp_path: Path) -> None:
    document = read(tmp_path, "a.md", MARKDOWN)

    assert outline(document) == [
        ("title", "标题"),
        ("paragraph", "wrapped words that go on until the margin of the page is reached and on."),
        ("list_item", "one"),
        ("list_item", "two"),
        ("table", "A | B\n1 | x"),
        ("code", "def f():\n    return 1"),
    ]
    assert last(document).heading_path == ("标题",)


def test_plain_text_joins_wrapped_lines_and_keeps_broken_ones(tmp_path: Path) -> None:
    wrapped = "The quick brown fox jumps over the lazy dog and then it runs\nhome to its den.\n\n姓名：李雷\n年龄：九"

    document = read(tmp_path, "a.txt", wrapped)

    assert outline(document) == [
        ("paragraph", "The quick brown fox jumps over the lazy dog and then it runs home to its den."),
        ("paragraph", "姓名：李雷\n年龄：九"),
    ]


def test_csv_cells_stay_as_they_are(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", 'name,cmd\nx,"=1+1, really"\n')

    assert document.text == "name | cmd\nx | =1+1, really"


def test_mail_begins_with_its_header_lines(tmp_path: Path) -> None:
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"] = "会议纪要", "a@example.org", "b@example.org"
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0800"
    message.set_content("各位好：\n\n会议改期。", charset="gb18030", cte="base64")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="plan.pdf")

    document = read(tmp_path, "a.eml", message.as_bytes())

    assert document.text == (
        "会议纪要\n\nFrom: a@example.org\nTo: b@example.org\nDate: Mon, 02 Mar 2026 10:00:00 +0800"
        "\n\n各位好：\n\n会议改期。"
    )
    assert document.warnings == ()


@pytest.mark.parametrize("body", ["", "\n\n", "\n\n \n\nSee below.\n\n\n"])
def test_a_mail_may_say_little_or_nothing(tmp_path: Path, body: str) -> None:
    message = email.message.EmailMessage()
    message["Subject"] = "Plans"
    message.set_content(body)

    assert read(tmp_path, "a.eml", message.as_bytes()).text.split() == ["Plans", *body.split()]


def test_json_is_kept_as_it_stands(tmp_path: Path) -> None:
    document = read(tmp_path, "a.json", '{\n  "k": [1, 2]\n}\n')

    assert outline(document) == [("code", '{\n  "k": [1, 2]\n}')]


def test_an_archive_that_inflates_a_thousandfold_is_not_opened(tmp_path: Path) -> None:
    import zipfile

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(80 * 1024**2))

    with pytest.raises(ArchiveBomb):
        read(tmp_path, "a.docx", bomb.getvalue())


def test_an_archive_that_lies_about_its_size_is_not_opened(tmp_path: Path) -> None:
    import zipfile

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(80 * 1024**2))
    declared, small = (80 * 1024**2).to_bytes(4, "little"), (10).to_bytes(4, "little")

    with pytest.raises((ArchiveBomb, FileUnreadable)):
        read(tmp_path, "a.docx", bomb.getvalue().replace(declared, small))
