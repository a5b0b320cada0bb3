from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.quality import judge, measure
from rag.documents import Page, ParsedDocument, Span
from rag.errors import (
    FileRejected,
    NoText,
    PagesEmpty,
    TextGarbled,
    TextMisdecoded,
    TextScattered,
    TextUnlikely,
    TextUnsure,
)
from rag.settings import QualitySettings

ENGLISH = "The notice period is 30 days, as Café Müller and Señor Núñez agreed – “in writing”. "
CHINESE = "员工应当提前三十日以书面形式通知用人单位，可以解除劳动合同。"
JAPANESE = "日本語のテスト文書です。カタカナも含みます。"
RUSSIAN = "Работник обязан предупредить работодателя. "
SOUND = (ENGLISH, CHINESE, JAPANESE, RUSSIAN)


def document(text: str, *pages: Page) -> ParsedDocument:
    return ParsedDocument(text, (), pages)


def paged(*texts: str, confidence: float | None = None) -> ParsedDocument:
    pages, start = [], 0
    for number, text in enumerate(texts, start=1):
        pages.append(Page(number, Span(start, start + len(text)), 595, 842, confidence))
        start += len(text)
    return document("".join(texts), *pages)


def judged(parsed: ParsedDocument, **thresholds: float) -> None:
    judge(measure(parsed), QualitySettings(**thresholds))  # type: ignore[arg-type]


def test_shares_are_of_visible_characters() -> None:
    quality = measure(document("ab c\ufffd", Page(1, Span(0, 5), 1, 1), Page(2, Span(5, 5), 1, 1)))

    assert (quality.characters, quality.readable_share, quality.garbled_share) == (4, 0.75, 0.25)
    assert (quality.pages, quality.empty_pages) == (2, 1)
    assert quality.poor_pages == ((2, 0.0, "empty"), (1, 0.75, "garbled"))
    assert quality.score == 0.375


def test_the_language_mix_is_told_by_scripts() -> None:
    assert measure(document("合同 abcdef")).scripts == {"latin": 0.75, "han": 0.25}


@pytest.mark.parametrize("text", SOUND)
def test_sound_text_is_let_through_with_the_full_score(text: str) -> None:
    parsed = document(text * 20)

    judged(parsed)

    assert measure(parsed).score == 1


@pytest.mark.parametrize("text", ["", " \n\u3000", "[[[]]] --- ***"])
def test_nothing_to_read_is_no_text(text: str) -> None:
    with pytest.raises(NoText):
        judged(document(text))
    assert measure(document(text)).score == 0


@pytest.mark.parametrize("mark", ["\ufffd", "\ue123", "\x01"])
def test_too_many_unreadable_characters_are_held_back(mark: str) -> None:
    with pytest.raises(TextGarbled) as caught:
        judged(document("ab" + mark * 2))

    assert caught.value.details == {"share": 0.5}


@pytest.mark.parametrize(
    "soup",
    [
        CHINESE.encode().decode("gb18030", "replace").replace("\ufffd", ""),
        CHINESE.encode().decode("latin-1"),
        CHINESE.encode("gb18030").decode("latin-1"),
        "é à ü ö ß ".encode().decode("windows-1252", "ignore"),
        "锟斤拷锟斤拷 烫烫烫烫",
    ],
    ids=["utf-8 as gbk", "utf-8 as latin-1", "gbk as latin-1", "utf-8 as windows-1252", "fillers"],
)
def test_text_of_another_encoding_is_held_back(soup: str) -> None:
    with pytest.raises((TextMisdecoded, TextGarbled)):
        judged(document(soup))


def test_glyph_numbers_taken_for_characters_are_held_back() -> None:
    with pytest.raises(TextUnlikely):
        judged(document("㐂㐄㐆㐈㐊㐌 ᧒ᥱᦎᦫ"))


def test_a_name_with_a_rare_character_is_no_reason() -> None:
    judged(document("镕基、㐀㐁𠮷。中文编码测试，国标一八零三零。"))


def test_letters_one_to_a_line_are_held_back() -> None:
    with pytest.raises(TextScattered):
        judged(document("\n".join(CHINESE * 10)))


@pytest.mark.parametrize(("empty", "held"), [(4, False), (5, True), (8, True)])
def test_pages_without_text_are_counted(empty: int, held: bool) -> None:
    parsed = paged(CHINESE, *[""] * empty)

    if held:
        with pytest.raises(PagesEmpty, match=f"{empty} of {empty + 1} pages"):
            judged(parsed)
    else:
        judged(parsed)


def test_unsure_recognition_is_held_back() -> None:
    judged(paged(CHINESE, CHINESE, confidence=0.9))

    with pytest.raises(TextUnsure):
        judged(paged(CHINESE, CHINESE, confidence=0.3))
    assert measure(paged(CHINESE, confidence=0.3)).poor_pages == ((1, 0.3, "unsure"),)


def test_thresholds_are_settings() -> None:
    judged(document("ab\ufffd\ufffd"), garbled_share=0.5)
    judged(document("ab\ufffd\ufffd"), quarantine=False)


@given(st.text())
def test_any_text_gets_a_score(text: str) -> None:
    quality = measure(paged(text))

    assert 0 <= quality.score <= 1
    with suppress(FileRejected):
        judge(quality, QualitySettings())
