"""OpenDocument texts: `content.xml` becomes HTML, which is then read like any other."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.parsing.draft import Draft
from ingest.parsing.html import write_html
from ingest.parsing.opendocument_markup import html_of
from ingest.parsing.packaged_xml import optional_xml_member, xml_member
from ingest.parsing.records import UnreadableFormat
from rag.documents import ParsedDocument
from rag.errors import PasswordRequired

PARSER = "opendocument"


def parse_odt(path: Path) -> ParsedDocument:
    """Raises UnreadableFormat, PasswordRequired."""
    with zipfile.ZipFile(path) as archive:
        _refuse_encrypted(archive)
        body = xml_member(archive, "content.xml").find("{*}body/{*}text")
        title = _title(archive)
    if body is None:
        raise UnreadableFormat("content.xml holds no text document")
    draft = Draft()
    write_html(draft, html_of(body))
    return draft.finish(PARSER, title)


def _refuse_encrypted(archive: zipfile.ZipFile) -> None:
    """The members are encrypted one by one, unseen by ZIP, and the manifest says how (ODF 1.3 part 2, section 3.4)."""
    manifest = optional_xml_member(archive, "META-INF/manifest.xml")
    if manifest is not None and manifest.find(".//{*}encryption-data") is not None:
        raise PasswordRequired()


def _title(archive: zipfile.ZipFile) -> str | None:
    meta = optional_xml_member(archive, "meta.xml")
    return None if meta is None else meta.findtext(".//{http://purl.org/dc/elements/1.1/}title")
