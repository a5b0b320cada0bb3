"""HTML through unstructured, after what is not text for a reader has been taken out. Nothing is ever fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingest.parsing.draft import Draft
from ingest.parsing.elements import LINE_BREAK, write_elements
from ingest.parsing.encodings import decode_markup
from ingest.parsing.records import UnreadableFormat, reason_of
from ingest.parsing.sentence_model import provide_sentence_model
from rag.documents import ParsedDocument

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PARSER = "unstructured-html"
_SILENT = ("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "head", "select")
_DEEPEST = 200
"""Browsers stop nesting at 512 elements; recursive readers fail at a thousand. No page for people needs 200."""


def parse_html(path: Path) -> ParsedDocument:
    decoded = decode_markup(path.read_bytes())
    draft = Draft()
    draft.warnings += decoded.warnings
    title = write_html(draft, decoded.text)
    return draft.finish(PARSER, title)


def write_html(draft: Draft, markup: str) -> str | None:
    """Adds the page's elements and returns its `<title>`. Raises UnreadableFormat."""
    root = _tree(markup)
    if root is None:
        return None
    title: str | None = root.findtext(".//title")
    _silence(root)
    _flatten(root)
    write_elements(draft, _partition(root))
    return title


def flat_text(markup: str) -> str:
    """The words of a fragment of HTML."""
    root = _tree(markup)
    if root is None:
        return ""
    _silence(root)
    return str(root.text_content()).replace(LINE_BREAK, "\n")


def _tree(markup: str) -> HtmlElement | None:
    from lxml import etree, html

    # A text string with an encoding declaration is refused, so the parser gets bytes and is told what they are.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return None
    except etree.LxmlError as error:
        raise UnreadableFormat(reason_of(error)) from None


def _silence(root: HtmlElement) -> None:
    for element in list(root.iter(*_SILENT)):
        if element.getparent() is not None:
            element.drop_tree()
    for element in list(root.iter("br")):
        element.tail = LINE_BREAK + (element.tail or "")
        element.drop_tag()


def _flatten(root: HtmlElement) -> None:
    """Empties what is nested too deep: its text moves up to the last level that is kept."""
    depth = {root: 0}
    for element in list(root.iter()):
        parent = element.getparent()
        if parent is None:
            continue
        level = depth.get(parent, _DEEPEST) + 1
        if level >= _DEEPEST:
            element.drop_tag()
        else:
            depth[element] = level


def _partition(root: HtmlElement) -> list[object]:
    from lxml import html
    from unstructured.partition.html import partition_html

    provide_sentence_model()
    markup = html.tostring(root, encoding="unicode")
    return list(partition_html(text=markup, languages=[""], detect_language_per_element=False))
