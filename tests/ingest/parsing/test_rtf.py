"""RTF as Word, WordPad and mail programs write it, by hand."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.parser import parse
from ingest.parsing.records import ParseLimits
from ingest.parsing.rtf_source import rewritten
from rag.documents import ParsedDocument
from rag.errors import FileUnreadable


def read(tmp_path: Path, source: bytes) -> ParsedDocument:
    path = tmp_path / "upload"
    path.write_bytes(source)
    return parse(path, "a.rtf", ParseLimits()).document


def outline(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(element.kind.value, element.span.of(document.text)) for element in document.elements]


def escaped(text: str, encoding: str) -> bytes:
    return b"".join(b"\\'%02x" % byte for byte in text.encode(encoding))


ENGLISH = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman\fcharset0 Times;}}
{\stylesheet{\s1\outlinelevel0 heading 1;}}{\info{\title Staff Handbook}}
\pard\s1\outlinelevel0 Leave\par
\pard\plain Caf\'e9 \{one\} \u8212\'97 two.\line still it\par
{\listtext\f1\'b7\tab}apples\par
{\listtext 2.\tab}pears\par
\trowd\trhdr\cellx3000\cellx6000\pard\intbl 2025\cell Days\cell\row
\trowd\cellx3000\cellx6000\pard\intbl first\par second\cell 12\cell {\trowd\cellx3000\row}
\pard after\par}"""


def test_headings_lists_tables_and_line_breaks_survive(tmp_path: Path) -> None:
    document = read(tmp_path, ENGLISH)

    assert outline(document) == [
        ("title", "Leave"),
        ("paragraph", "Café {one} — two.\nstill it"),
        ("list_item", "apples"),
        ("list_item", "2. pears"),
        ("table", "2025 | Days\nfirst second | 12"),
        ("paragraph", "after"),
    ]
    table = document.elements[4]
    assert table.heading_path == ("Leave",)
    assert table.header is not None
    assert document.title == "Staff Handbook"
    assert document.warnings == ()


def test_rows_need_no_mark_of_their_start(tmp_path: Path) -> None:
    document = read(tmp_path, rb"{\rtf1 x\par\trowd\cellx9 a\cell b\cell\row c\cell d\cell\row y\par}")

    assert outline(document) == [("paragraph", "x"), ("table", "a | b\nc | d"), ("paragraph", "y")]


def test_chinese_by_code_point_with_and_without_substitutes(tmp_path: Path) -> None:
    by_default = rb"\u31532?\u19968?\u26465?"  # 第一条, each with one character for old readers
    with_two = rb"{\uc2\u26412" + escaped("本", "gbk") + rb"}\uc0\u21333 "  # 本 with two, 单 with none
    beyond = rb"\uc1\u-10174?\u-8265?"  # 𠮷, U+20BB7, as its two surrogates D842 and DFB7

    document = read(tmp_path, rb"{\rtf1\ansi\ansicpg936 " + by_default + with_two + rb"\u20301" + beyond + b"}")

    assert document.text == "第一条本单位𠮷"


def test_chinese_by_code_page(tmp_path: Path) -> None:
    words = "员工手册：试用期为三个月。"
    font = rb"{\fonttbl{\f0\fnil\fcharset134 SimSun;}}"

    document = read(
        tmp_path,
        rb"{\rtf1\ansi\ansicpg936\deff0"
        + font
        + rb"{\info{\title "
        + escaped("手册", "gbk")
        + rb"}}\f0 "
        + escaped(words, "gbk")
        + rb"\par}",
    )

    assert document.text == words
    assert document.title == "手册"


def test_the_font_decides_over_the_document(tmp_path: Path) -> None:
    fonts = rb"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fnil\fcharset136 MingLiU;}}"

    document = read(
        tmp_path, rb"{\rtf1\ansi\ansicpg1252" + fonts + rb"\f0 Caf\'e9 {\f1 " + escaped("臺灣", "big5") + b"}}"
    )

    assert document.text == "Café 臺灣"


@pytest.mark.parametrize(
    ("written", "expected", "page"),
    [
        (rb"\'83X\'83g", "スト", b"932"),
        (rb"\'95\\\'8e\'a6", "表示", b"932"),
        (rb"\'83\}", "マ", b"932"),
        (rb"\'8b|\'d6\'d0", bytes.fromhex("8b7cd6d0").decode("gbk"), b"936"),
        (b"\\'d6\r\n\\'d0", "中", b"936"),
        ("中文 raw".encode("gbk"), "中文 raw", b"936"),
    ],
    ids=["a letter", "an escaped backslash", "an escaped brace", "a bar", "a line end between", "raw bytes"],
)
def test_second_bytes_that_look_like_ascii(tmp_path: Path, written: bytes, expected: str, page: bytes) -> None:
    assert read(tmp_path, rb"{\rtf1\ansi\ansicpg" + page + b" " + written + b"}").text == expected


def test_a_font_without_a_character_set_takes_none_from_its_neighbour(tmp_path: Path) -> None:
    fonts = rb"{\fonttbl{\f0 Arial;}{\f1\fnil\fcharset134 SimSun;}}"

    document = read(
        tmp_path, rb"{\rtf1\ansi\ansicpg1252" + fonts + rb"\f0 Caf\'e9 {\f1 " + escaped("中文", "gbk") + b"}}"
    )

    assert document.text == "Café 中文"


def test_a_font_table_that_never_names_a_character_set_costs_nothing(tmp_path: Path) -> None:
    began = time.monotonic()

    read(tmp_path, rb"{\rtf1{\fonttbl" + rb"\f1" * 100_000 + b"}x}")

    assert time.monotonic() - began < 10  # 0.5 s; a minute or more when every font is held against all that follow


def test_what_no_code_page_explains_is_reported(tmp_path: Path) -> None:
    document = read(tmp_path, rb"{\rtf1\ansi\ansicpg936 ok \'ff\par}")

    assert document.text == "ok \ufffd"
    assert document.warnings == ("1 characters were not valid in their code page and show as \ufffd",)


def test_pictures_footnotes_and_link_addresses_are_left_out(tmp_path: Path) -> None:
    picture = rb"{\pict\wmetafile8 010203}{\pict\bin6 }}{\'zz}"
    link = rb'{\field{\*\fldinst{HYPERLINK "http://127.0.0.1/"}}{\fldrslt{ here}}}'

    document = read(tmp_path, rb"{\rtf1 see" + link + rb"{\footnote small print}" + picture + rb" now\par}")

    assert document.text == "see here now"
    assert document.warnings == ("footnotes and text boxes are not read",)


def test_a_code_point_beyond_unicode_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="ValueError"):
        read(tmp_path, rb"{\rtf1 \u1999999999 x}")


def test_groups_without_end_do_not_recurse(tmp_path: Path) -> None:
    assert read(tmp_path, rb"{\rtf1 " + b"{" * 100_000 + b"deep").text == "deep"


@given(st.text(alphabet=st.characters(codec="gbk", exclude_categories=["C", "Z"]), min_size=1))
def test_any_chinese_text_keeps_its_bytes(text: str) -> None:
    """Whether its bytes are all escaped, or the second ones of characters only where RTF needs it."""
    data = text.encode("gbk")
    sparing = b"".join(b"\\'%02x" % byte if byte > 0x7F else b"\\" * (byte in b"\\{}") + bytes([byte]) for byte in data)

    assert characters_of(rewritten(escaped(text, "gbk"))) == data
    assert characters_of(rewritten(sparing)) == data


def characters_of(source: str) -> bytes:
    """The bytes that \\'xx, escaped and plain characters of RTF stand for."""
    parts = re.findall(r"\\'(..)|\\?(.)", source, re.DOTALL)
    return b"".join(bytes.fromhex(code) or plain.encode() for code, plain in parts)
