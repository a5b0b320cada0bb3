from __future__ import annotations

import pytest

from ingest.quality import judge
from rag.documents import Page, ParsedDocument, Span
from rag.errors import NoText, TextGarbled


def document(text: str, *pages: Page) -> ParsedDocument:
    return ParsedDocument(text, (), pages)


def test_shares_are_of_visible_characters() -> None:
    quality = judge(document("ab c\ufffd", Page(1, Span(0, 5), 1, 1), Page(2, Span(5, 5), 1, 1)))

    assert (quality.characters, quality.readable_share, quality.garbled_share) == (4, 0.75, 0.25)
    assert quality.pages_without_text == 1


@pytest.mark.parametrize("text", ["", " \n\u3000", "[[[]]] --- ***"])
def test_nothing_to_read_is_no_text(text: str) -> None:
    with pytest.raises(NoText):
        judge(document(text))


@pytest.mark.parametrize("mark", ["\ufffd", "\ue123", "\x01"])
def test_too_many_unreadable_characters_are_refused(mark: str) -> None:
    with pytest.raises(TextGarbled) as caught:
        judge(document("ab" + mark * 2))

    assert caught.value.details == {"share": 0.5}
