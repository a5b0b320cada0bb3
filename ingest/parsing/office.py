"""Word, PowerPoint and Excel files through unstructured."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.parsing.charts import charts_of_slides
from ingest.parsing.docx_containers import flatten
from ingest.parsing.draft import Draft
from ingest.parsing.elements import looks_like_header, write_elements
from ingest.parsing.sentence_model import provide_sentence_model
from ingest.parsing.tables import rows_of
from rag.documents import ElementKind, ParsedDocument
from rag.errors import PasswordRequired

_LANGUAGES = [""]
"""Keeps unstructured from guessing languages, which it gets wrong for Chinese; we find them out ourselves."""


def parse_docx(path: Path) -> ParsedDocument:
    from unstructured.partition.docx import partition_docx

    provide_sentence_model()
    flattened, title = flatten(path)
    draft = Draft()
    write_elements(draft, partition_docx(file=flattened, languages=_LANGUAGES))
    return draft.finish("unstructured-docx", title)


def parse_pptx(path: Path) -> ParsedDocument:
    """Slides: `Element.page` is the slide's number. The charts of a slide follow its text."""
    from unstructured.partition.pptx import partition_pptx

    provide_sentence_model()
    draft = Draft()
    by_slide: dict[int, list[Any]] = defaultdict(list)
    for element in partition_pptx(filename=str(path), languages=_LANGUAGES, include_slide_notes=True):
        by_slide[element.metadata.page_number].append(element)
    charts = charts_of_slides(path)
    for slide in sorted(by_slide.keys() | charts.keys()):
        draft.leave_sections()
        for element in by_slide[slide]:
            _write_on_slide(draft, element, slide)
        for chart in charts.get(slide, []):
            draft.add(ElementKind.CAPTION, chart.title, slide)
            draft.table(chart.rows, has_header=True, page=slide)
    return draft.finish("unstructured-pptx")


def _write_on_slide(draft: Draft, element: Any, slide: int) -> None:
    if element.category == "Title" and element.metadata.category_depth != 0:
        # Only depth 0 is a title placeholder; deeper ones are text that merely looks like a title to unstructured.
        draft.add(ElementKind.PARAGRAPH, element.text, slide)
    else:
        write_elements(draft, [element], paged=True)


def parse_xlsx(path: Path) -> ParsedDocument:
    """One table for each sheet, under the sheet's name when there are several. Raises PasswordRequired."""
    from unstructured.errors import UnprocessableEntityError
    from unstructured.partition.xlsx import partition_xlsx

    provide_sentence_model()
    draft = Draft()
    try:
        tables = partition_xlsx(filename=str(path), languages=_LANGUAGES, find_subtable=False)
    except UnprocessableEntityError as error:
        if "password" in str(error):
            raise PasswordRequired() from None
        raise
    for table in tables:
        if len(tables) > 1 and table.metadata.page_name:
            draft.heading(table.metadata.page_name, 1)
        if table.metadata.text_as_html:
            rows, marked = rows_of(table.metadata.text_as_html)
            draft.table(rows, has_header=marked or looks_like_header(rows))
    # A sheet's name is not what the workbook is called.
    return replace(draft.finish("unstructured-xlsx"), title=None)
