"""OpenDocument texts made by hand: what survives, and what hostile ones come to."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.parsing.parser import parse
from ingest.parsing.records import ParseLimits
from rag.documents import ElementKind, ParsedDocument
from rag.errors import FileUnreadable, PasswordRequired

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
)


def content(body: str, doctype: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{doctype}<office:document-content {NAMESPACES}><office:body>'
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )


def read(tmp_path: Path, members: dict[str, str]) -> ParsedDocument:
    path = tmp_path / "upload"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {"mimetype": "application/vnd.oasis.opendocument.text", **members}.items():
            archive.writestr(name, text)
    return parse(path, "a.odt", ParseLimits()).document


def outline(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(element.kind.value, element.span.of(document.text)) for element in document.elements]


def outline_of(tmp_path: Path, body: str) -> list[tuple[str, str]]:
    return outline(read(tmp_path, {"content.xml": content(body)}))


BODY = """
<text:h text:outline-level="1">总则</text:h>
<text:p>第一条<text:s text:c="3"/>本规定适用于<text:span>全体</text:span>员工。<text:line-break/>A &lt; B</text:p>
<text:h text:outline-level="2">Scope</text:h>
<text:list><text:list-item><text:p>apples</text:p>
  <text:list><text:list-item><text:p>green</text:p></text:list-item></text:list></text:list-item>
  <text:list-item><text:p>pears</text:p></text:list-item></text:list>
<table:table><table:table-column table:number-columns-repeated="2"/>
  <table:table-header-rows><table:table-row>
    <table:table-cell><text:p>2025</text:p></table:table-cell><table:table-cell><text:p>金额</text:p></table:table-cell>
  </table:table-row></table:table-header-rows>
  <table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>both</text:p></table:table-cell>
    <table:covered-table-cell/></table:table-row>
  <table:table-row><table:table-cell><text:p>房租</text:p><text:p>一月</text:p></table:table-cell>
    <table:table-cell><text:p>1200</text:p></table:table-cell></table:table-row></table:table>"""


def test_headings_lists_tables_and_line_breaks_survive(tmp_path: Path) -> None:
    meta = f'<m {NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>手册</dc:title></m>'

    document = read(tmp_path, {"content.xml": content(BODY), "meta.xml": meta})

    assert outline(document) == [
        ("title", "总则"),
        ("paragraph", "第一条 本规定适用于全体员工。\nA < B"),
        ("title", "Scope"),
        ("list_item", "apples"),
        ("list_item", "green"),
        ("list_item", "pears"),
        ("table", "2025 | 金额\nboth |\n房租 一月 | 1200"),
    ]
    table = document.elements[-1]
    assert table.heading_path == ("总则", "Scope")
    assert table.header is not None
    assert table.header.of(document.text) == "2025 | 金额"
    assert document.title == "手册"


def test_what_was_deleted_or_remarked_is_no_text(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:p>deleted</text:p></text:changed-region></text:tracked-changes>"
        "<text:table-of-content><text:index-body><text:p>Scope 7</text:p></text:index-body></text:table-of-content>"
        "<text:p>kept<office:annotation><text:p>remark</text:p></office:annotation> words</text:p>"
    )

    assert outline_of(tmp_path, body) == [("paragraph", "kept words")]


def test_notes_and_text_boxes_follow_their_paragraph(tmp_path: Path) -> None:
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>the note</text:p></text:note-body></text:note>"  # noqa: E501
    box = "<draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame>"

    found = outline_of(tmp_path, f"<text:p>before{note} and{box} after</text:p>")

    assert [text for _, text in found] == ["before and after", "the note", "in a box"]


def test_headings_and_tables_inside_a_list_stay_what_they_are(tmp_path: Path) -> None:
    table = "<table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>"  # noqa: E501
    body = f"<text:list><text:list-item><text:h>One</text:h></text:list-item><text:list-item>{table}</text:list-item></text:list>"  # noqa: E501

    assert outline_of(tmp_path, body) == [("title", "One"), ("table", "x")]


def test_a_repeated_cell_does_not_fill_the_memory(tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="999999999"><text:p>x</text:p></table:table-cell>'

    text = read(
        tmp_path, {"content.xml": content(f"<table:table><table:table-row>{cell}</table:table-row></table:table>")}
    ).text

    assert text == " | ".join(["x"] * 50)


def test_markup_in_the_text_is_text(tmp_path: Path) -> None:
    found = outline_of(tmp_path, "<text:p>&lt;script&gt;alert(1)&lt;/script&gt;</text:p>")

    assert found == [(ElementKind.PARAGRAPH, "<script>alert(1)</script>")]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY e "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p; <!ENTITY e "x">]>',
    ],
    ids=["a local file", "billion laughs", "a remote DTD"],
)
def test_entities_are_refused(tmp_path: Path, doctype: str) -> None:
    with pytest.raises(FileUnreadable, match="entit"):
        read(tmp_path, {"content.xml": content("<text:p>&e;</text:p>", doctype)})


def test_nesting_beyond_reason_is_refused(tmp_path: Path) -> None:
    body = "<text:section>" * 5000 + "<text:p>x</text:p>" + "</text:section>" * 5000

    with pytest.raises(FileUnreadable):
        read(tmp_path, {"content.xml": content(body)})


def test_an_encrypted_text_asks_for_its_password(tmp_path: Path) -> None:
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>'
    )

    with pytest.raises(PasswordRequired):
        read(tmp_path, {"META-INF/manifest.xml": manifest, "content.xml": "scrambled"})


def test_a_text_without_content_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"content\.xml is missing"):
        read(tmp_path, {"styles.xml": "<x/>"})
