"""Tables with ruling lines: each cell is whole, whatever its text looks like to a reader of lines."""

from __future__ import annotations

import io
from collections import Counter
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.line import Line
from ingest.parsing.page_ranges import PageRange, PageRanges
from ingest.parsing.parser import parse
from ingest.parsing.pdf_file import open_pdf
from ingest.parsing.pdf_lines import read_page
from ingest.parsing.records import Parsed, ParseLimits
from ingest.parsing.ruled_tables import with_ruled_tables
from ingest.parsing.ruling import Ruling, Rulings, joined_rulings
from rag.documents import ElementKind, Span
from rag.geometry import PageGeometry
from tests.ingest.parsing.test_layout import HEIGHT, WIDTH, line, words

GRID = [("GRID", (0, 0), (-1, -1), 0.5, "black")]
FASTENERS = [
    ["Item", "Description", "Price"],
    ["Bolt", "A short threaded fastener that holds parts together", "12"],
    ["Nut", "Goes on a bolt", "7"],
]
FASTENERS_TEXT = (
    "Item | Description | Price\n"
    "Bolt | A short threaded fastener that holds parts together | 12\n"
    "Nut | Goes on a bolt | 7"
)
EXPENSES = [
    ["项目", "说明", "金额"],
    ["差旅费", "员工因公出差产生的交通费、住宿费以及伙食补助，须凭发票报销", "1,200元"],
    ["办公费", "购买办公用品的费用", "300元"],
]


def parsed(tmp_path: Path, content: bytes) -> Parsed:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    return parse(path, path.name, ParseLimits())


def tables(result: Parsed) -> list[str]:
    document = result.document
    return [e.span.of(document.text) for e in document.elements if e.kind is ElementKind.TABLE]


def headers(result: Parsed) -> list[str]:
    document = result.document
    return [e.header.of(document.text) for e in document.elements if e.header]


def file_of(rows: list[list[str]], style: list[Any], widths: list[float], cjk: bool = False, **options: Any) -> bytes:
    """A PDF with one table whose cells wrap at these widths, between two paragraphs."""
    pytest.importorskip("reportlab", reason="pip install reportlab")
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    if cjk:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    face = {"fontName": "STSong-Light", "wordWrap": "CJK"} if cjk else {}
    form = ParagraphStyle("cell", fontSize=10, leading=13, **face)
    out = io.BytesIO()
    cells = [[Paragraph(cell, form) for cell in row] for row in rows]
    around = [
        Paragraph("上文。" if cjk else "Words before.", form),
        Paragraph("下文。" if cjk else "Words after.", form),
    ]
    SimpleDocTemplate(out).build([around[0], Table(cells, widths, style=style, **options), around[1]])
    return out.getvalue()


def test_wrapped_cells_are_whole(tmp_path: Path) -> None:
    result = parsed(tmp_path, file_of(FASTENERS, GRID, [40, 90, 40]))

    assert tables(result) == [FASTENERS_TEXT]
    assert headers(result) == ["Item | Description | Price"]
    assert result.document.text == f"Words before.\n\n{FASTENERS_TEXT}\n\nWords after."


def test_wrapped_chinese_cells_are_whole(tmp_path: Path) -> None:
    result = parsed(tmp_path, file_of(EXPENSES, GRID, [50, 100, 50], cjk=True))

    assert tables(result) == ["\n".join(" | ".join(row) for row in EXPENSES)]
    assert headers(result) == ["项目 | 说明 | 金额"]


def test_merged_cells_say_their_text_once_under_a_shaded_header(tmp_path: Path) -> None:
    rows = [
        ["Region", "Sales", "", "Note"],
        ["", "2023", "2024", ""],
        ["North", "10", "12", "New"],
        ["South", "8", "7", ""],
    ]
    spans = [("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 0), (0, 1)), ("SPAN", (3, 2), (3, 3))]
    style = [*GRID, *spans, ("BACKGROUND", (0, 0), (-1, 1), "lightgrey")]

    result = parsed(tmp_path, file_of(rows, style, [60, 50, 50, 50]))

    header = "Region | Sales |  | Note\n| 2023 | 2024 |"
    assert tables(result) == [f"{header}\nNorth | 10 | 12 | New\nSouth | 8 | 7 |"]
    assert headers(result) == [header]


def test_boxes_lie_around_the_lines_of_a_cell(tmp_path: Path) -> None:
    result = parsed(tmp_path, file_of(FASTENERS, GRID, [40, 90, 40]))
    assert result.geometry is not None
    quote = "A short threaded fastener that holds parts together"
    start = result.document.text.index(quote)

    boxes = PageGeometry.from_bytes(result.geometry).boxes(Span(start, start + len(quote)))

    assert len(boxes) == 4
    assert all(box.right - box.left < 90 / 595 for box in boxes)
    assert [box.top for box in boxes] == sorted(box.top for box in boxes)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(tmp_path: Path, turn: int, pdf: Any) -> None:
    """On a page that is shown turned, what runs along the page's side is a row."""
    angle = {90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[turn]
    place = {90: "600 0", 180: "600 800", 270: "0 800"}[turn]
    drawn = grid(pdf, [("Item", "Price"), ("Bolt", "12")], top=400)
    content = pdf.pdf_of(f"q {angle} {place} cm {drawn} Q").replace(b"/MediaBox", b"/Rotate %d/MediaBox" % turn)

    assert tables(parsed(tmp_path, content)) == ["Item | Price\nBolt | 12"]


def grid(pdf: Any, rows: list[tuple[str, ...]], top: float, left: float = 50, width: float = 60) -> str:
    """Rows of 20 points, with their rules."""
    columns, bottom = len(rows[0]), top - 20 * len(rows)
    right = left + width * columns
    across = (f"{left} {top - 20 * at} m {right} {top - 20 * at} l S " for at in range(len(rows) + 1))
    along = (f"{left + width * at} {top} m {left + width * at} {bottom} l S " for at in range(columns + 1))
    cells = (
        pdf.text_at(left + 2 + width * column, top - 14 - 20 * at, cell)
        for at, row in enumerate(rows)
        for column, cell in enumerate(row)
    )
    return "".join((*across, *along, *cells))


def test_columns_that_stand_close_together_are_columns(tmp_path: Path, pdf: Any) -> None:
    page = grid(pdf, [("Colour", "Weight"), ("green", "heavy")], top=700, width=35)

    assert tables(parsed(tmp_path, pdf.pdf_of(page))) == ["Colour | Weight\ngreen | heavy"]


def test_rules_within_a_form_are_found(tmp_path: Path) -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="pip install reportlab")
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(600, 800))
    sheet.beginForm("rules")
    sheet.grid([0, 30, 60], [0, 20, 40])
    sheet.endForm()
    sheet.translate(100, 500)
    sheet.doForm("rules")
    for at, text in enumerate(("Colour", "Weight", "green", "light")):
        sheet.setFont("Helvetica", 8)
        sheet.drawString(2 + 30 * (at % 2), 26 - 20 * (at // 2), text)
    sheet.save()

    assert tables(parsed(tmp_path, out.getvalue())) == ["Colour | Weight\ngreen | light"]


def test_rows_that_no_rule_parts_are_rows(tmp_path: Path) -> None:
    style = [("BOX", (0, 0), (-1, -1), 0.5, "black"), ("LINEAFTER", (0, 0), (-1, -1), 0.5, "black")]
    rows = [["Item", "Colour", "Price"], ["Bolt", "red", "12"], ["Nut", "blue", "7"], ["Screw", "green", "3"]]

    result = parsed(tmp_path, file_of(rows, [*style, ("LINEBELOW", (0, 0), (-1, 0), 0.5, "black")], [60, 60, 60]))

    assert tables(result) == ["\n".join(" | ".join(row) for row in rows)]


def test_a_frame_around_prose_is_no_table(tmp_path: Path, pdf: Any) -> None:
    frame = "40 40 520 720 re S 45 600 m 555 600 l S "
    prose = pdf.text_at(60, 700, "The committee met.") + pdf.text_at(60, 500, "It went home again.")

    assert tables(parsed(tmp_path, pdf.pdf_of(frame + prose))) == []


def test_columns_of_a_page_between_rules_are_no_table(tmp_path: Path, pdf: Any) -> None:
    rules = "40 760 m 560 760 l S 40 700 m 560 700 l S 40 40 m 560 40 l S 300 760 m 300 40 l S "
    left = "".join(pdf.text_at(50, 680 - 14 * at, f"The left column tells {at}.") for at in range(40))
    right = "".join(pdf.text_at(310, 680 - 14 * at, f"The right column tells {at}.") for at in range(40))
    names = pdf.text_at(50, 720, "Left") + pdf.text_at(310, 720, "Right")

    assert tables(parsed(tmp_path, pdf.pdf_of(rules + names + left + right))) == []


def test_the_axes_of_a_chart_are_no_table(tmp_path: Path, pdf: Any) -> None:
    lines = "".join(f"100 {200 + 40 * at} m 400 {200 + 40 * at} l S " for at in range(6))
    ticks = "".join(f"{100 + 50 * at} 200 m {100 + 50 * at} 400 l S " for at in range(7))
    values = "".join(pdf.text_at(110 + 50 * at, 215 + 40 * (at % 5), str(at)) for at in range(5))

    assert tables(parsed(tmp_path, pdf.pdf_of(lines + ticks + values))) == []


def test_a_drawing_of_thousands_of_lines_is_left_alone(tmp_path: Path, pdf: Any) -> None:
    drawing = "".join(f"{at % 600} {at // 10} m {at % 600 + 5} {at // 10} l S " for at in range(4000))
    page = drawing + grid(pdf, [("Item", "Price"), ("Bolt", "12")], top=700)

    text = parsed(tmp_path, pdf.pdf_of(page)).document.text

    assert sorted(text.replace("|", "").split()) == ["12", "Bolt", "Item", "Price"]


def test_text_wider_than_its_cell_is_not_cut(tmp_path: Path, pdf: Any) -> None:
    page = grid(
        pdf,
        [("Item", "Price", "Stock"), ("Bolt of steel", "", "5"), ("Nut", "7", "8"), ("Pin", "9", "3")],
        700,
        width=40,
    )

    assert tables(parsed(tmp_path, pdf.pdf_of(page))) == [
        "Item | Price | Stock\nBolt of steel |  | 5\nNut | 7 | 8\nPin | 9 | 3"
    ]


def test_a_table_goes_on_over_the_page_break_under_its_header(tmp_path: Path) -> None:
    rows = [["Item", "Description"], *([f"Bolt {at}", "Holds parts of a machine together"] for at in range(40))]

    result = parsed(tmp_path, file_of(rows, GRID, [60, 80]))

    assert len(result.document.pages) > 1
    assert len(tables(result)) == 1
    assert tables(result)[0].count("\n") == 40
    assert headers(result) == ["Item | Description"]


def test_a_row_of_words_on_the_next_page_is_no_header_below_one_that_is_set_off(tmp_path: Path) -> None:
    rows = [["Item", "Description"], *(["Bolt", "Holds parts of a machine together"] for _ in range(40))]
    style = [*GRID, ("BACKGROUND", (0, 0), (-1, 0), "lightgrey")]

    assert len(tables(parsed(tmp_path, file_of(rows, style, [60, 80])))) == 1


def test_a_header_that_every_page_repeats_is_no_furniture(tmp_path: Path) -> None:
    rows = [["Item", "Description"], *([f"Bolt {at}", "Holds parts of a machine together"] for at in range(80))]

    result = parsed(tmp_path, file_of(rows, GRID, [60, 80], repeatRows=1))

    assert headers(result) == ["Item | Description"] * len(result.document.pages)


def test_rows_of_pages_that_are_kept_are_rows_again(tmp_path: Path, pdf: Any) -> None:
    rows = [("Item", "Price"), ("Bolt", ""), ("Nut", "7")]
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf.pdf_of(grid(pdf, rows, top=700)))
    with open_pdf(path) as document:
        page = read_page(document, 1)

    PageRanges(tmp_path / "kept").put(1, PageRange((page,)))
    kept = PageRanges(tmp_path / "kept").get(1)

    assert kept is not None
    assert [tuple(cell.text for cell in row.cells) for row in kept.pages[0].lines] == rows
    assert [(row.table, row.set_off) for row in kept.pages[0].lines] == [(1, False)] * 3


def test_pieces_of_a_line_are_one_and_ticks_are_none() -> None:
    pieces = [Ruling(100, 10, 40), Ruling(100.5, 42, 80), Ruling(101, 300, 303), Ruling(200, 0, 50)]

    assert joined_rulings(pieces) == (Ruling(100.5, 10, 80), Ruling(200, 0, 50))


@st.composite
def ruled_pages(draw: st.DrawFn) -> tuple[list[Line], Rulings]:
    """Lines in the fields of a grid some of whose rules are short, and lines anywhere."""
    steps = st.lists(st.sampled_from([20.0, 45.0, 90.0, 160.0]), min_size=2, max_size=5)
    xs, ys = (list(accumulate(draw(steps), initial=50.0)) for _ in range(2))
    short = draw(st.sampled_from([0.0, 0.0, 30.0, 100.0]))
    rulings = Rulings(
        joined_rulings(Ruling(y, xs[0], xs[-1] - short * (at % 2)) for at, y in enumerate(ys)),
        joined_rulings(Ruling(x, ys[0], ys[-1]) for x in xs),
    )
    fields = st.tuples(st.sampled_from(xs[:-1]), st.sampled_from(ys[:-1]), st.sampled_from([2.0, 13.0]))
    in_field = st.builds(lambda text, field: line(text, field[0] + 2, field[1] + field[2]), words, fields)
    anywhere = st.builds(line, words, st.floats(0, 800), st.floats(0, 900), st.sampled_from([8.0, 10.0, 18.0]))
    return draw(st.lists(in_field, min_size=4, max_size=25)) + draw(st.lists(anywhere, max_size=4)), rulings


@given(ruled_pages())
def test_nothing_is_lost_and_nothing_doubled(ruled_page: tuple[list[Line], Rulings]) -> None:
    page, rulings = ruled_page

    rows = with_ruled_tables(page, rulings, WIDTH, HEIGHT)

    assert characters(rows) == characters(page)


def characters(lines: list[Line]) -> Counter[tuple[Any, ...]]:
    """Every visible character with its corners; in rows, those of their cells. Hyphens may part a word."""
    return Counter(
        (character, *corners)
        for one in lines
        for part in (one.cells if one.table else [one.placed])
        for character, corners in zip(part.text, part.corners.tolist(), strict=True)
        if not character.isspace() and character not in "-\u00ad"
    )
