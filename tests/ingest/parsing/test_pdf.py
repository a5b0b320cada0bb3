from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from ingest.parsing.parser import parse
from ingest.parsing.records import Parsed, ParseLimits
from ingest.parsing.render import render_page
from rag.documents import Box, Element, ElementKind
from rag.errors import FileUnreadable, NoText, PageNotFound, PasswordRequired
from rag.geometry import PageGeometry


def parsed(tmp_path: Path, content: bytes, **limits: Any) -> Parsed:
    path = tmp_path / "file"
    path.write_bytes(content)
    return parse(path, "file.pdf", ParseLimits(**limits))


def texts(result: Parsed, kind: ElementKind) -> list[str]:
    document = result.document
    return [element.span.of(document.text) for element in document.elements if element.kind is kind]


def paragraph(pdf: Any, *lines: str, top: float = 700, x: float = 50) -> str:
    return "".join(pdf.text_at(x, top - 14 * at, line) for at, line in enumerate(lines))


def test_wrapped_lines_join_and_gaps_part_paragraphs(tmp_path: Path, pdf: Any) -> None:
    first = paragraph(
        pdf, "The committee met in the large hall on Monday and it", "decided to defer the inter-", "national vote."
    )
    second = paragraph(pdf, "Nothing else happened.", top=600)

    result = parsed(tmp_path, pdf.pdf_of(first + second))

    assert texts(result, ElementKind.PARAGRAPH) == [
        "The committee met in the large hall on Monday and it decided to defer the international vote.",
        "Nothing else happened.",
    ]


def test_short_lines_below_each_other_stay_lines(tmp_path: Path, pdf: Any) -> None:
    result = parsed(tmp_path, pdf.pdf_of(paragraph(pdf, "Name: Ada", "Age: 36", "City: London")))

    assert result.document.text == "Name: Ada\nAge: 36\nCity: London"


def test_larger_lines_are_headings_of_what_follows(tmp_path: Path, pdf: Any) -> None:
    page = (
        pdf.text_at(50, 760, "Annual Report", size=24)
        + pdf.text_at(50, 720, "Results", size=16)
        + paragraph(pdf, "Revenue grew in every quarter of the year.", "Costs fell.")
    )

    elements = parsed(tmp_path, pdf.pdf_of(page)).document.elements

    assert [element.kind for element in elements[:2]] == [ElementKind.TITLE] * 2
    assert elements[2].heading_path == ("Annual Report", "Results")


def test_aligned_columns_are_rows_with_their_header(tmp_path: Path, pdf: Any) -> None:
    rows = [("Item", "Price", "Stock"), ("Bolt", "12", "400"), ("Nut", "7", "90")]
    page = "".join(
        pdf.text_at(50 + 150 * column, 700 - 16 * at, cell)
        for at, row in enumerate(rows)
        for column, cell in enumerate(row)
    )

    result = parsed(tmp_path, pdf.pdf_of(page))

    assert texts(result, ElementKind.TABLE) == ["Item | Price | Stock\nBolt | 12 | 400\nNut | 7 | 90"]
    header = result.document.elements[0].header
    assert header is not None
    assert header.of(result.document.text) == "Item | Price | Stock"


def test_list_items_stand_alone(tmp_path: Path, pdf: Any) -> None:
    result = parsed(tmp_path, pdf.pdf_of(paragraph(pdf, "We need:", "1. a hammer", "2. nails")))

    assert texts(result, ElementKind.LIST_ITEM) == ["1. a hammer", "2. nails"]


def test_pages_have_numbers_spans_and_sizes(tmp_path: Path, pdf: Any) -> None:
    document = parsed(tmp_path, pdf.pdf_of(pdf.text_at(50, 700, "first"), "", pdf.text_at(50, 700, "third"))).document

    assert document.text == "first\n\nthird"
    assert [(page.number, page.span.of(document.text)) for page in document.pages] == [
        (1, "first"),
        (2, ""),
        (3, "third"),
    ]
    assert (document.pages[0].width, document.pages[0].height) == (600, 800)
    assert [element.page for element in document.elements] == [1, 3]


def test_boxes_lie_around_the_words(tmp_path: Path, pdf: Any) -> None:
    result = parsed(tmp_path, pdf.pdf_of("", pdf.text_at(300, 400, "quote me")))
    assert result.geometry is not None

    (box,) = PageGeometry.from_bytes(result.geometry).boxes(result.document.elements[0].span)

    # Helvetica 10: 'quote me' is 42.25 points wide, its baseline 400 of 800 from the bottom.
    assert box.page == 2
    assert box.left == pytest.approx(0.5, abs=0.002)
    assert box.right == pytest.approx((300 + 42.25) / 600, abs=0.004)
    assert box.top < 0.5 < box.bottom < 0.51


def test_boxes_follow_the_rotation_of_the_page(tmp_path: Path, pdf: Any) -> None:
    content = pdf.pdf_of(pdf.text_at(0, 400, "turned")).replace(b"/MediaBox", b"/Rotate 90/MediaBox")
    result = parsed(tmp_path, content)
    assert result.geometry is not None

    boxes = PageGeometry.from_bytes(result.geometry).boxes(result.document.elements[0].span)

    # A quarter turn clockwise brings the left edge to the top; half the height becomes half the width.
    assert all(box.top < 0.1 and 0.45 < box.left < 0.55 for box in boxes)


def test_reportlab_chinese_keeps_every_character(tmp_path: Path) -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="pip install reportlab")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(600, 800))
    sheet.setFont("STSong-Light", 12)
    wrapped = ["公司在过去的一年里经历了一系列重要事件，这些事件对公司的财务状况和业务", "发展产生了深远的影响。"]
    for at, line in enumerate(wrapped):
        sheet.drawString(50, 700 - 18 * at, line)
    sheet.save()

    result = parsed(tmp_path, out.getvalue())

    assert result.document.text == "".join(wrapped)
    assert result.geometry is not None
    assert len(PageGeometry.from_bytes(result.geometry).boxes(result.document.elements[0].span)) == 2


def test_only_so_many_pages_are_read(tmp_path: Path, pdf: Any) -> None:
    content = pdf.pdf_of(*(pdf.text_at(50, 700, f"page {at}") for at in range(3)))

    document = parsed(tmp_path, content, max_pages=2).document

    assert len(document.pages) == 2
    assert document.warnings == ("only the first 2 of 3 pages were read",)


def test_a_page_without_text_anywhere_is_no_text(tmp_path: Path, pdf: Any) -> None:
    with pytest.raises(NoText, match="OCR"):
        parsed(tmp_path, pdf.pdf_of("0 0 100 100 re f"))


def test_a_damaged_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        parsed(tmp_path, b"%PDF-1.7\n1 0 obj <</Type/Catalog")


def test_an_encrypted_file_asks_for_its_password_to_be_removed(tmp_path: Path) -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="pip install reportlab")
    from reportlab.lib.pdfencrypt import StandardEncryption

    out = io.BytesIO()
    sheet = canvas.Canvas(out, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    sheet.drawString(50, 700, "hidden")
    sheet.save()

    with pytest.raises(PasswordRequired):
        parsed(tmp_path, out.getvalue())


def test_a_rendered_page_shows_the_mark_where_the_box_is(tmp_path: Path, pdf: Any) -> None:
    from PIL import Image

    path = tmp_path / "file.pdf"
    path.write_bytes(pdf.pdf_of(pdf.text_at(50, 700, "words")))

    picture = Image.open(io.BytesIO(render_page(path, 1, [Box(1, 0.5, 0.5, 1, 1), Box(2, 0, 0, 1, 1)], scale=1)))

    assert picture.size == (600, 800)
    assert picture.getpixel((10, 790)) == (255, 255, 255)
    red, green, blue = picture.getpixel((590, 790))
    assert red > 240
    assert green > 220
    assert blue < 180


def test_a_page_that_does_not_exist_cannot_be_rendered(tmp_path: Path, pdf: Any) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf.pdf_of(pdf.text_at(50, 700, "words")))

    with pytest.raises(PageNotFound):
        render_page(path, 2, [], scale=1)


def test_every_element_is_on_the_page_whose_span_holds_it(tmp_path: Path, pdf: Any) -> None:
    content = pdf.pdf_of(*(paragraph(pdf, f"Page {at} begins here.", "And ends.") for at in range(4)))

    document = parsed(tmp_path, content).document

    def on_its_page(element: Element) -> bool:
        return document.pages[(element.page or 0) - 1].span.covers(element.span)

    assert all(map(on_its_page, document.elements))
