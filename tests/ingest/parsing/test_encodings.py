from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.encodings import decode, decode_markup
from ingest.parsing.records import UnreadableFormat

SIMPLIFIED = "公司在二〇一八年三月完成了对另一家科技有限公司的资产收购，总价值达到三千万元。"
TRADITIONAL = "繁體中文編碼測試，臺灣大學的圖書館收藏了許多珍貴的古籍與手稿。"
JAPANESE = "これは日本語のテストです。図書館には多くの本があります。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "gb18030"),
        ("镕基、㐀㐁𠮷，中文编码测试。", "gb18030"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
        (JAPANESE, "cp932"),
        (SIMPLIFIED, "utf-16-le"),
        ("Hello, 世界。" * 3, "utf-16-be"),
        ("Plain English, wide.", "utf-16-le"),
    ],
)
def test_text_comes_back_as_it_was_written(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF32_BE, "utf-32-be")],
)
def test_a_byte_order_mark_settles_it(mark: bytes, encoding: str) -> None:
    assert decode(mark + SIMPLIFIED.encode(encoding)).text == SIMPLIFIED


def test_a_broken_byte_in_utf8_is_replaced_and_remarked_on() -> None:
    decoded = decode(SIMPLIFIED.encode() + b"\xff" + SIMPLIFIED.encode())

    assert decoded.text == f"{SIMPLIFIED}\ufffd{SIMPLIFIED}"
    assert decoded.warnings == ("1 characters were not valid utf-8 and show as \ufffd",)


def test_stray_zeros_are_not_taken_for_utf16() -> None:
    assert decode(b"abc\0def\0" * 20).text.replace("\0", "") == "abcdef" * 20


def test_noise_is_refused_rather_than_shown_as_letters() -> None:
    noise = bytes((at * 167 + 89) % 256 for at in range(4000))

    with pytest.raises(UnreadableFormat):
        decode(noise)


@given(st.text(min_size=1).filter(lambda text: "\ufeff" not in text[:1]))
def test_utf8_without_zeros_is_always_itself(text: str) -> None:
    text = text.replace("\0", "") or "x"

    assert decode(text.encode("utf-8")).text == text


@given(st.binary(max_size=300))
def test_any_bytes_end_in_text_or_in_the_named_error(data: bytes) -> None:
    try:
        decode(data)
    except UnreadableFormat as error:
        assert error.reason  # noqa: PT017 - either way out is right


def test_markup_is_read_in_the_encoding_it_declares() -> None:
    page = f'<meta charset="gb2312"><p>{SIMPLIFIED}'.encode("gb18030")

    assert SIMPLIFIED in decode_markup(page).text


def test_a_false_declaration_is_not_believed() -> None:
    page = f'<meta charset="utf-8"><p>{SIMPLIFIED}'.encode("gb18030")

    assert SIMPLIFIED in decode_markup(page).text
