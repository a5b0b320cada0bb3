"""Word puts text into boxes and content controls that unstructured does not look into: taken out of them first."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

_TEMPLATE_TITLES = ("", "word document", "document")


def flatten(path: Path) -> tuple[io.BytesIO, str | None]:
    """The file with the text of boxes and controls as ordinary paragraphs, and the title in its properties."""
    from docx import Document

    document = Document(str(path))
    body = document.element.body
    _drop_fallbacks(body)
    for control in list(body.iter(_name("sdt"))):
        _unwrap(control)
    for box in list(body.iter(_name("txbxContent"))):
        _move_behind_its_paragraph(box)
    flattened = io.BytesIO()
    document.save(flattened)
    flattened.seek(0)
    title = str(document.core_properties.title or "").strip()
    return flattened, None if title.lower() in _TEMPLATE_TITLES else title


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{tag}"))


def _drop_fallbacks(body: Any) -> None:
    """Word writes a box twice, the second time as VML for old readers (ECMA-376 part 3, `mc:Fallback`)."""
    fallbacks = list(body.iter("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"))
    for fallback in fallbacks:
        fallback.getparent().remove(fallback)


def _unwrap(control: Any) -> None:
    content = control.find(_name("sdtContent"))
    if content is not None:
        for child in list(content):
            control.addprevious(child)
    control.getparent().remove(control)


def _move_behind_its_paragraph(box: Any) -> None:
    paragraph = next(box.iterancestors(_name("p")), None)
    if paragraph is not None:
        for child in reversed(list(box)):
            paragraph.addnext(child)
