"""A web page is what it says itself: neither its menus nor what browsers hide."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.html import parse_html
from rag.documents import ElementKind, ParsedDocument


def page(tmp_path: Path, body: str) -> ParsedDocument:
    path = tmp_path / "page.html"
    path.write_text(f"<html><head><title>T</title></head><body>{body}</body></html>", encoding="utf-8")
    return parse_html(path)


@pytest.mark.parametrize(
    "around",
    [
        "<nav><a href='/'>elsewhere</a></nav>",
        "<div role='navigation'>elsewhere</div>",
        "<footer><p>elsewhere</p></footer>",
        "<aside><p>elsewhere</p></aside>",
        "<p hidden>elsewhere</p>",
        "<p style='color: red; display: none'>elsewhere</p>",
        "<span aria-hidden='true'>elsewhere</span>",
    ],
)
def test_what_is_not_of_the_page_is_left_out(tmp_path: Path, around: str) -> None:
    assert page(tmp_path, f"{around}<p>The vote was deferred.</p>").text == "The vote was deferred."


def test_asides_and_feet_inside_of_an_article_belong_to_it(tmp_path: Path) -> None:
    text = page(tmp_path, "<article><p>News.</p><aside><p>A remark.</p></aside><footer>By Ada</footer></article>").text

    assert "A remark." in text
    assert "By Ada" in text


def test_a_page_of_links_keeps_them(tmp_path: Path) -> None:
    assert page(tmp_path, "<nav><p>Handbook</p></nav>").text == "Handbook"


def test_captions_and_folded_parts_are_text(tmp_path: Path) -> None:
    text = page(
        tmp_path,
        "<figure><img src='a.png'><figcaption>Bolts by size.</figcaption></figure>"
        "<details><summary>How to order</summary><p>By mail.</p></details>",
    ).text

    assert text == "Bolts by size.\n\nHow to order\n\nBy mail."


@pytest.mark.parametrize("tag", ["form", "figure", "dialog", "label"])
def test_what_stands_in_other_containers_is_text(tmp_path: Path, tag: str) -> None:
    assert page(tmp_path, f"<{tag}>The vote was deferred.</{tag}>").text == "The vote was deferred."


def test_items_of_ordered_lists_keep_their_numbers(tmp_path: Path) -> None:
    document = page(tmp_path, "<ol start='3'><li>apples</li><li value='7'>pears</li><li>figs</li></ol>")

    items = [element for element in document.elements if element.kind is ElementKind.LIST_ITEM]
    assert [item.span.of(document.text) for item in items] == ["3. apples", "7. pears", "8. figs"]
