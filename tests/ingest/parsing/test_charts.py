"""The numbers behind a chart are on its slide, as a table under its title."""

from __future__ import annotations

from pathlib import Path

from ingest.parsing.office import parse_pptx


def test_a_chart_is_a_table_of_its_slide(tmp_path: Path) -> None:
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    presentation = Presentation()
    data = CategoryChartData()
    data.categories = ["2021", "2022"]
    data.add_series("Bolts", (120, 130))
    data.add_series("Nuts", (80, None))
    for _ in range(2):
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    added = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(5), Inches(3), data)
    added.chart.chart_title.text_frame.text = "Sales by year"
    presentation.save(str(tmp_path / "a.pptx"))

    document = parse_pptx(tmp_path / "a.pptx")

    assert document.text == "Sales by year\n\n | Bolts | Nuts\n2021 | 120 | 80\n2022 | 130 |".replace("\n\n |", "\n\n|")
    assert {element.page for element in document.elements} == {2}
