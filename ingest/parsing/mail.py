"""Mails: subject, sender, recipients and date as the first lines, then the body. Attachments are named, not read."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import MIMEPart
from pathlib import Path
from typing import cast

from ingest.parsing.characters import one_line
from ingest.parsing.draft import Draft
from ingest.parsing.encodings import decode
from ingest.parsing.html import write_html
from ingest.parsing.plain import write_prose
from ingest.parsing.records import UnreadableFormat, reason_of
from rag.documents import ElementKind, ParsedDocument

_FIELDS = ("From", "To", "Cc", "Date")


def parse_eml(path: Path) -> ParsedDocument:
    try:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        fields = {name: str(message[name] or "") for name in ("Subject", *_FIELDS)}
        body = message.get_body(preferencelist=("plain", "html"))
    except (MessageError, ValueError, AttributeError, IndexError, KeyError, TypeError) as error:
        # The standard library's header parser fails with any of these on malformed fields.
        raise UnreadableFormat(reason_of(error)) from None
    draft = Draft()
    _write_fields(draft, fields)
    if body is not None:
        payload = _payload(body)
        if body.get_content_subtype() == "html":
            write_html(draft, payload)
        else:
            write_prose(draft, payload)
    _name_attachments(draft, (part.get_filename() or "?" for part in message.iter_attachments()))
    return draft.finish("email", fields["Subject"])


def parse_msg(path: Path) -> ParsedDocument:
    """An Outlook message."""
    from oxmsg import Message

    _know_windows_code_pages()
    message = Message.load(str(path))
    recipients = ", ".join(recipient.email_address for recipient in message.recipients)
    fields = {
        "Subject": message.subject or "",
        "From": message.sender or "",
        "To": recipients,
        "Date": message.sent_date.isoformat(sep=" ") if message.sent_date else "",
    }
    draft = Draft()
    _write_fields(draft, fields)
    if message.body:
        write_prose(draft, message.body)
    elif message.html_body:
        write_html(draft, message.html_body)
    _name_attachments(draft, (attachment.file_name or "?" for attachment in message.attachments))
    return draft.finish("oxmsg", fields["Subject"])


def _know_windows_code_pages() -> None:
    """Outlook says windows-950 where Python knows cp950."""

    def search(name: str) -> codecs.CodecInfo | None:
        page = name.replace("-", "_").removeprefix("windows_")
        return codecs.lookup(f"cp{page}") if name.startswith("windows") and page.isdigit() else None

    codecs.register(search)


def _write_fields(draft: Draft, fields: dict[str, str]) -> None:
    draft.heading(fields["Subject"], 1)
    lines = [f"{name}: {one_line(fields[name])}" for name in _FIELDS if fields.get(name, "").strip()]
    draft.add(ElementKind.PARAGRAPH, "\n".join(lines))


def _payload(body: MIMEPart) -> str:
    """The body's text: by its declared charset when that fits, else by detection."""
    data = cast("bytes", body.get_payload(decode=True) or b"")
    charset = body.get_content_charset()
    try:
        return data.decode(charset) if charset else decode(data).text
    except (UnicodeDecodeError, LookupError):
        return decode(data).text


def _name_attachments(draft: Draft, names: Iterable[str]) -> None:
    listed = ", ".join(one_line(name) for name in names)
    if listed:
        draft.warnings.append(f"attachments are not read: {listed}")
