"""What hangs on a mail is read like a file of its own, and stands in the mail's text under its name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from ingest.parsing.characters import one_line
from ingest.parsing.draft import Draft
from rag.documents import ParsedDocument
from rag.errors import FileRejected

DEEPEST = 3
"""Mails within mails that are read: forwarded answers to answers end there, and hostile files, too."""

_MOST = 100

Read = Callable[[Path, str], ParsedDocument]


class Attachments:
    """Of one mail, in their order. `read` is None where mails are nested too deep; `limit_bytes` is for all of them."""

    def __init__(self, read: Read | None, limit_bytes: int) -> None:
        self._read = read
        self._room_bytes = limit_bytes
        self._left = _MOST

    def write(self, draft: Draft, name: str, content: bytes | None) -> None:
        """Adds the attachment's elements under a heading of its name; what cannot be read is a warning with the reason.

        `content` is None where the mail names an attachment and does not hold it.
        """
        title = one_line(name) or "attachment"
        if self._read is None or content is None or len(content) > self._room_bytes or self._left == 0:
            draft.warnings.append(f"attachment not read: {title}")
            return
        self._room_bytes -= len(content)
        self._left -= 1
        try:
            document = _document(self._read, content, title)
        except FileRejected as error:
            draft.warnings.append(f"attachment {title}: {error}")
            return
        draft.heading(title, 2)
        draft.append(document)
        draft.warnings += [f"attachment {title}: {warning}" for warning in document.warnings]


def _document(read: Read, content: bytes, name: str) -> ParsedDocument:
    with tempfile.TemporaryDirectory(prefix="attachment-", dir=Path.cwd()) as folder:
        path = Path(folder) / "attachment"
        path.write_bytes(content)
        return read(path, name)
