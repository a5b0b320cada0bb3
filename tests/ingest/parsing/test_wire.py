from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.parsing.media_types import MediaType
from ingest.parsing.records import Parsed
from ingest.parsing.wire import (
    LENGTHS,
    MalformedReply,
    blob_of,
    frame,
    lengths,
    message_of,
    parsed_from_json,
    parsed_to_json,
)
from rag.documents import Attachment, Element, ElementKind, Page, ParsedDocument, Span

DOCUMENT = ParsedDocument(
    "标题\n\nA | B",
    (Element(ElementKind.TITLE, Span(0, 2), 1), Element(ElementKind.TABLE, Span(4, 9), 1, ("标题",), Span(4, 9))),
    (Page(1, Span(0, 9), 595.0, 842.0),),
    "标题",
    "test",
    ("a remark",),
)


def test_a_document_survives_the_pipe() -> None:
    attachments = (
        Attachment("a.txt", b"a"),
        Attachment("empty", b""),
        Attachment("gone", None),
        Attachment("b", b"bb"),
    )
    parsed = Parsed(DOCUMENT, MediaType.PDF, b"geometry", attachments)

    sent = frame(parsed_to_json(parsed), blob_of(parsed))
    body, blob = lengths(sent[: LENGTHS.size], 1000)

    rest = sent[LENGTHS.size :]
    assert parsed_from_json(message_of(rest[:body]), rest[body : body + blob]) == parsed


@pytest.mark.parametrize(
    "change",
    [
        {"elements": [["title", [0, 99], None, [], None]]},
        {"elements": [["title", [4, 5], None, [], None], ["title", [0, 2], None, [], None]]},
        {"elements": [["title", [-1, 2], None, [], None]]},
        {"elements": [["virus", [0, 2], None, [], None]]},
        {"elements": [["table", [0, 2], None, [], [0, 5]]]},
        {"pages": [[1, [0, 99], 1, 1]]},
        {"text": ["a"]},
        {"media_type": "application/x-evil"},
        {"warnings": [{}]},
        {"geometry_bytes": 1},
        {"attachments": [["a", 1]]},
        {"attachments": [["a", -1]]},
        {"attachments": [[1, None]]},
    ],
)
def test_a_lying_child_is_not_believed(change: dict[str, Any]) -> None:
    honest = json.loads(json.dumps(parsed_to_json(Parsed(DOCUMENT, MediaType.TEXT))))

    with pytest.raises(MalformedReply):
        parsed_from_json(honest | change, b"")


def test_a_reply_that_announces_too_much_is_not_awaited() -> None:
    with pytest.raises(MalformedReply):
        lengths(LENGTHS.pack(1 << 40, 0), 1 << 30)


def test_a_blob_with_more_than_was_said_is_refused() -> None:
    honest = json.loads(json.dumps(parsed_to_json(Parsed(DOCUMENT, MediaType.TEXT))))

    with pytest.raises(MalformedReply):
        parsed_from_json(honest, b"more")


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedReply):
        message_of(body)
