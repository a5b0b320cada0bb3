"""EPUB books: the chapters of the spine, in its order, through the HTML reader (EPUB 3.3, sections 4 and 5)."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ingest.parsing.characters import one_line
from ingest.parsing.draft import Draft
from ingest.parsing.encodings import decode_markup
from ingest.parsing.html import write_html
from ingest.parsing.packaged_xml import optional_xml_member, xml_member
from ingest.parsing.records import UnreadableFormat
from rag.documents import ParsedDocument
from rag.errors import PasswordRequired

if TYPE_CHECKING:
    from lxml.etree import _Element as XmlElement

PARSER = "epub"
_CHAPTERS = frozenset({"application/xhtml+xml", "text/html"})
_FONT_OBFUSCATION = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
"""Hides fonts only, and the text is as readable as in any other book."""


def parse_epub(path: Path) -> ParsedDocument:
    """Raises UnreadableFormat, PasswordRequired for a book under DRM. Members are looked up, never unpacked to disk."""
    draft = Draft()
    with zipfile.ZipFile(path) as archive:
        _refuse_encrypted(archive)
        package_name = _package_name(archive)
        package = xml_member(archive, package_name)
        present = set(archive.namelist())
        for name in dict.fromkeys(_spine(package, posixpath.dirname(package_name))):
            if name in present:
                _write_chapter(draft, archive.read(name))
            else:
                draft.warnings.append(f"missing from the archive: {one_line(name)[:100]}")
    return draft.finish(PARSER, package.findtext(".//{http://purl.org/dc/elements/1.1/}title"))


def _refuse_encrypted(archive: zipfile.ZipFile) -> None:
    encryption = optional_xml_member(archive, "META-INF/encryption.xml")
    if encryption is None:
        return
    if any(method.get("Algorithm") not in _FONT_OBFUSCATION for method in encryption.iter("{*}EncryptionMethod")):
        raise PasswordRequired()


def _package_name(archive: zipfile.ZipFile) -> str:
    rootfile = xml_member(archive, "META-INF/container.xml").find(".//{*}rootfile")
    name = "" if rootfile is None else str(rootfile.get("full-path", ""))
    if not name:
        raise UnreadableFormat("META-INF/container.xml names no package")
    return name


def _spine(package: XmlElement, folder: str) -> Iterator[str]:
    """Names of the chapters in reading order. The navigation document repeats their titles and is left out."""
    items = {item.get("id"): item for item in package.iterfind("{*}manifest/{*}item")}
    for reference in package.iterfind("{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _CHAPTERS or "nav" in item.get("properties", "").split():
            continue
        href = unquote(item.get("href", "").partition("#")[0])
        yield posixpath.normpath(posixpath.join(folder, href))


def _write_chapter(draft: Draft, data: bytes) -> None:
    decoded = decode_markup(data)
    draft.warnings += decoded.warnings
    write_html(draft, decoded.text)
