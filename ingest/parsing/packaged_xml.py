"""XML files inside a zipped document: read from the archive where they lie, and never allowed to expand."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from ingest.parsing.records import UnreadableFormat, reason_of

if TYPE_CHECKING:
    from lxml.etree import _Element as XmlElement


def xml_member(archive: zipfile.ZipFile, name: str) -> XmlElement:
    """The root of a member that a document of this format must have. Raises UnreadableFormat."""
    try:
        return xml_root(archive.read(name))
    except KeyError:
        raise UnreadableFormat(f"{name} is missing from the archive") from None


def optional_xml_member(archive: zipfile.ZipFile, name: str) -> XmlElement | None:
    return xml_root(archive.read(name)) if name in archive.namelist() else None


def xml_root(data: bytes) -> XmlElement:
    """Comments and processing instructions are left out, nothing outside is loaded.

    Raises UnreadableFormat, also for a document that declares entities: no writer of office files or books does, and
    they are what "billion laughs" and the theft of local files are made of. `huge_tree` stays off, so that libxml2
    ends a tree at 256 levels: our readers recurse.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError as error:
        raise UnreadableFormat(reason_of(error)) from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise UnreadableFormat("its XML declares entities")
    return root
