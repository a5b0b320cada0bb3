"""Mails: subject, sender, recipients and date as the first lines, then the body. What is attached is handed on."""

from __future__ import annotations

import codecs
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message, MIMEPart
from pathlib import Path
from typing import cast

from ingest.parsing.attachments import collected
from ingest.parsing.characters import one_line
from ingest.parsing.draft import Draft
from ingest.parsing.encodings import decode
from ingest.parsing.html import write_html
from ingest.parsing.plain import write_prose
from ingest.parsing.records import UnreadableFormat, reason_of
from rag.documents import Attachment, ElementKind, ParsedDocument

Mail = tuple[ParsedDocument, tuple[Attachment, ...]]

_FIELDS = ("From", "To", "Cc", "Date")


def parse_eml(path: Path) -> Mail:
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
    parts = ((_name(part), _attached(part)) for part in message.iter_attachments())
    attachments = collected(parts, draft.warnings)
    return draft.finish("email", fields["Subject"]), attachments


def _name(part: EmailMessage) -> str:
    """A forwarded mail is named by its subject."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return f"{one_line(str(inner['Subject'] or '')) if isinstance(inner, Message) else ''}.eml"
    return part.get_filename() or ""


def _attached(part: EmailMessage) -> bytes | None:
    try:
        if part.get_content_maintype() == "message":
            inner = part.get_payload(0) if part.is_multipart() else None
            return inner.as_bytes() if isinstance(inner, Message) else None
        content = part.get_payload(decode=True)
    except (MessageError, ValueError, AttributeError, LookupError, TypeError):
        return None
    return content if isinstance(content, bytes) else None


def parse_msg(path: Path) -> Mail:
    """An Outlook message."""
    from oxmsg import Message as OutlookMessage

    _know_windows_code_pages()
    message = OutlookMessage.load(str(path))
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
    parts = ((attachment.file_name or "", attachment.file_bytes) for attachment in message.attachments)
    attachments = collected(parts, draft.warnings)
    return draft.finish("oxmsg", fields["Subject"]), attachments


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
