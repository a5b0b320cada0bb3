"""Books made by hand: what survives, and what hostile ones come to."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.parsing.parser import parse
from ingest.parsing.records import ParseLimits
from rag.documents import ParsedDocument
from rag.errors import FileUnreadable, PasswordRequired

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
XHTML = "application/xhtml+xml"


def package(spine: list[tuple[str, str, str]]) -> str:
    """A package with these (href, media type, properties) in its spine."""
    items = "".join(
        f'<item id="i{at}" href="{href}" media-type="{kind}" properties="{properties}"/>'
        for at, (href, kind, properties) in enumerate(spine)
    )
    order = "".join(f'<itemref idref="i{at}"/>' for at in range(len(spine)))
    return (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>论语 Analects</dc:title></metadata><manifest>{items}</manifest><spine>{order}</spine></package>"
    )


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f'<head><title/><script src="x.js"/></head><body>{body}</body></html>'
    )


def read(tmp_path: Path, spine: list[tuple[str, str, str]], members: dict[str, str]) -> ParsedDocument:
    path = tmp_path / "upload"
    book = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package(spine), **members}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {"mimetype": "application/epub+zip", **book}.items():
            archive.writestr(name, text)
    return parse(path, "a.epub", ParseLimits()).document


def outline(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(element.kind.value, element.span.of(document.text)) for element in document.elements]


def test_chapters_come_in_the_order_of_the_spine_with_their_structure(tmp_path: Path) -> None:
    spine = [
        ("nav.xhtml", XHTML, "nav"),
        ("text/chapter%20b.xhtml", XHTML, ""),
        ("cover.svg", "image/svg+xml", ""),
        ("../a.xhtml#start", XHTML, ""),
    ]
    members = {
        "a.xhtml": chapter("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"),
        "OEBPS/text/chapter b.xhtml": chapter(
            "<h1>学而</h1><p>学而时习之&nbsp;<a id='x'/>不亦说乎</p><ul><li>one</li></ul>"
        ),
        "OEBPS/nav.xhtml": chapter("<nav><ol><li>学而</li></ol></nav>"),
        "OEBPS/cover.svg": "<svg/>",
        "OEBPS/unlisted.xhtml": chapter("<p>not in the spine</p>"),
    }

    document = read(tmp_path, spine, members)

    assert outline(document) == [
        ("title", "学而"),
        ("paragraph", "学而时习之 不亦说乎"),
        ("list_item", "one"),
        ("table", "A | B\n1 | 2"),
    ]
    assert document.title == "论语 Analects"
    assert document.warnings == ()


def test_names_that_lead_out_of_the_archive_are_only_missing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xhtml"
    secret.write_text(chapter("<p>secret</p>"))
    spine = [
        (f"{'../' * 30}{secret.relative_to('/')}", XHTML, ""),
        (str(secret), XHTML, ""),
        ("http://127.0.0.1:9/x", XHTML, ""),
        ("a.xhtml", XHTML, ""),
    ]

    document = read(tmp_path, spine, {"OEBPS/a.xhtml": chapter("<p>here</p>"), "../../evil.xhtml": "evil"})

    assert document.text == "here"
    assert len(document.warnings) == 3
    assert not list(tmp_path.parent.rglob("evil.xhtml"))


def test_a_chapter_that_the_spine_repeats_is_read_once(tmp_path: Path) -> None:
    document = read(tmp_path, [("a.xhtml", XHTML, "")] * 1000, {"OEBPS/a.xhtml": chapter("<p>once</p>")})

    assert document.text == "once"


def test_entities_of_a_chapter_lead_nowhere(tmp_path: Path) -> None:
    hostile = (
        '<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "haha"><!ENTITY b "&a;&a;">]>'
        "<html><body><p>plain &f; &b;</p></body></html>"
    )

    text = read(tmp_path, [("a.xhtml", XHTML, "")], {"OEBPS/a.xhtml": hostile}).text

    assert "plain" in text
    assert "root:" not in text
    assert "haha" not in text


def test_entities_of_the_package_are_refused(tmp_path: Path) -> None:
    hostile = '<!DOCTYPE package [<!ENTITY a "x">]>' + package([])

    with pytest.raises(FileUnreadable, match="entities"):
        read(tmp_path, [], {"OEBPS/book.opf": hostile})


@pytest.mark.parametrize(
    ("algorithm", "protected"),
    [("http://www.w3.org/2001/04/xmlenc#aes128-cbc", True), ("http://www.idpf.org/2008/embedding", False)],
)
def test_drm_is_refused_and_hidden_fonts_are_not(tmp_path: Path, algorithm: str, protected: bool) -> None:
    encryption = (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        f'<e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData></encryption>'
    )
    members = {"OEBPS/a.xhtml": chapter("<p>text</p>"), "META-INF/encryption.xml": encryption}

    if protected:
        with pytest.raises(PasswordRequired):
            read(tmp_path, [("a.xhtml", XHTML, "")], members)
    else:
        assert read(tmp_path, [("a.xhtml", XHTML, "")], members).text == "text"


def test_a_book_without_a_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="names no package"):
        read(tmp_path, [], {"META-INF/container.xml": "<container/>"})
