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
_HIDDEN = "//*[@hidden or @aria-hidden='true' or contains(translate(@style, ' ', ''), 'display:none')]"
_OUTSIDE = "[not(ancestor::main or ancestor::article or ancestor::section)]"
_FURNITURE = f"//nav | //*[@role='navigation' or @role='contentinfo'] | //footer{_OUTSIDE} | //aside{_OUTSIDE}"
_SHOWN_AS = {
    **dict.fromkeys(("form", "figure", "details", "dialog", "nav"), "div"),
    **dict.fromkeys(("figcaption", "summary", "legend"), "p"),
    "label": "span",
}
"""unstructured leaves out what is in most of these - of whole pages, where they are one form - and runs the others
into the text after them, so they are called what they look like."""

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
    _drop_furniture(root)
    for element in root.iter(*_SHOWN_AS):
        element.tag = _SHOWN_AS[element.tag]
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
    for element in [*root.iter(*_SILENT), *root.xpath(_HIDDEN)]:
        if element.getparent() is not None:
            element.drop_tree()
    _number(root)
    for element in list(root.iter("br")):
        element.tail = LINE_BREAK + (element.tail or "")
        element.drop_tag()


def _drop_furniture(root: HtmlElement) -> None:
    """Menus and the foot of the page stand on every page of a site; a page that is nothing else keeps them."""
    found = set(root.xpath(_FURNITURE))
    outermost = [element for element in found if found.isdisjoint(element.iterancestors())]
    said = sum(len(element.text_content().strip()) for element in outermost)
    if said < len(root.text_content().strip()):
        for element in outermost:
            element.drop_tree()


def _number(root: HtmlElement) -> None:
    """The number that a browser draws before an item of an ordered list, as part of its text."""
    for ordered in root.iter("ol"):
        number = int(ordered.get("start", "")) if ordered.get("start", "").isdigit() else 1
        for item in ordered.iterchildren("li"):
            number = int(item.get("value", "")) if item.get("value", "").isdigit() else number
            item.text = f"{number}. {(item.text or '').lstrip()}"
            number += 1


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
