"""What hangs on a mail is handed on, each file under a name of its own."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from ingest.parsing.attachments import collected
from ingest.parsing.parser import parse
from ingest.parsing.records import Parsed, ParseLimits
from rag.documents import Attachment


def mail(subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(body)
    return message


def read(tmp_path: Path, message: EmailMessage) -> Parsed:
    path = tmp_path / "upload"
    path.write_bytes(message.as_bytes())
    return parse(path, "a.eml", ParseLimits())


def test_an_attachment_is_no_text_of_the_mail(tmp_path: Path) -> None:
    message = mail("Plans", "See below.")
    message.add_attachment(b"# Scope", maintype="text", subtype="markdown", filename="计划.md")

    parsed = read(tmp_path, message)

    assert parsed.document.text == "Plans\n\nSee below."
    assert parsed.attachments == (Attachment("计划.md", b"# Scope"),)


def test_a_forwarded_mail_is_named_by_its_subject(tmp_path: Path) -> None:
    message = mail("Fwd", "As agreed.")
    message.add_attachment(mail("The order", "Forty bolts."))

    (inner,) = read(tmp_path, message).attachments

    assert inner.name == "The order.eml"
    assert inner.content is not None
    assert b"Forty bolts." in inner.content


def test_names_are_told_apart_and_are_only_names() -> None:
    warnings: list[str] = []

    found = collected(
        [("a.pdf", b"1"), ("../..\\a.pdf", b"2"), ("", None), ("\n", b"3"), ("x" * 500 + ".pdf", b"4")], warnings
    )

    assert [one.name for one in found] == ["a.pdf", "a (2).pdf", "attachment", "attachment (2)", "x" * 146 + ".pdf"]
    assert [one.content for one in found] == [b"1", b"2", None, b"3", b"4"]
    assert warnings == []


def test_beyond_a_hundred_they_are_a_warning() -> None:
    warnings: list[str] = []

    found = collected([(f"{number}.txt", b"") for number in range(103)], warnings)

    assert len(found) == 100
    assert warnings == ["attachments not read: 3, beyond the first 100"]
