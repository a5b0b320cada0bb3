"""A parser process: requests come over standard input, replies go out over what was standard output.

    python -m ingest.parsing.child MEMORY_BYTES OUTPUT_BYTES PARENT_PID

Libraries print what they like: by then the number 1 leads to nowhere.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any, BinaryIO

from ingest.parsing.confinement import confine
from ingest.parsing.records import PageRead, ParseLimits, Recognition, UnreadableFormat
from ingest.parsing.wire import LENGTHS, blob_of, box_from_json, frame, lengths, message_of, parsed_to_json
from rag.errors import ChuchuError, FileUnreadable, ParseMemory

_REQUEST_BYTES = 1 << 24


def main() -> None:
    memory_bytes, output_bytes, parent = map(int, sys.argv[1:4])
    requests, replies = _take_pipes()
    confine(memory_bytes, output_bytes, parent)
    warnings.simplefilter("ignore")
    while head := requests.read(LENGTHS.size):
        body, _ = lengths(head, _REQUEST_BYTES)
        _send(replies, _answer(message_of(requests.read(body)), replies, memory_bytes))


def _send(replies: BinaryIO, answer: bytes) -> None:
    replies.write(answer)
    replies.flush()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return requests, replies


def _answer(request: dict[str, Any], replies: BinaryIO, memory_bytes: int) -> bytes:
    try:
        return _ACTIONS[request["action"]](request, replies)
    except ChuchuError as error:
        return frame({"error": error.code, "details": error.details})
    except MemoryError:
        return frame({"error": ParseMemory.code, "details": {"limit_bytes": memory_bytes}})


def _parse(request: dict[str, Any], replies: BinaryIO) -> bytes:
    from ingest.parsing.parser import parse

    def page_done(page: PageRead) -> None:
        _send(replies, frame({"page": page}))

    limits, recognition = ParseLimits(**request["limits"]), Recognition(**request["recognition"])
    kept_pages = Path(request["kept_pages"]) if request["kept_pages"] else None
    parsed = parse(Path(request["path"]), request["name"], limits, recognition, page_done, kept_pages)
    return frame(parsed_to_json(parsed), blob_of(parsed))


def _render(request: dict[str, Any], _replies: BinaryIO) -> bytes:
    from ingest.parsing.render import render_page

    boxes = [box_from_json(entry) for entry in request["boxes"]]
    try:
        picture = render_page(Path(request["path"]), request["number"], boxes, request["scale"])
    except UnreadableFormat as error:
        raise FileUnreadable(media_type="application/pdf", reason=error.reason) from None
    return frame({}, picture)


def _warm(_request: dict[str, Any], _replies: BinaryIO) -> bytes:
    from unstructured.partition.docx import partition_docx  # noqa: F401
    from unstructured.partition.html import partition_html  # noqa: F401
    from unstructured.partition.pptx import partition_pptx  # noqa: F401
    from unstructured.partition.xlsx import partition_xlsx  # noqa: F401

    from ingest.parsing.sentence_model import provide_sentence_model

    provide_sentence_model()
    return frame({})


_ACTIONS = {"parse": _parse, "render": _render, "warm": _warm}

if __name__ == "__main__":
    main()
