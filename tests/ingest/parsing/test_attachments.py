"""Attachments are read like files of their own, to a depth, and say why where they are not."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from ingest.parsing.attachments import DEEPEST, Attachments
from ingest.parsing.draft import Draft
from ingest.parsing.parser import parse
from ingest.parsing.records import ParseLimits
from rag.documents import ElementKind, ParsedDocument, Span


def mail(subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(body)
    return message


def read(tmp_path: Path, message: EmailMessage) -> ParsedDocument:
    path = tmp_path / "upload"
    path.write_bytes(message.as_bytes())
    return parse(path, "a.eml", ParseLimits()).document


def test_an_attachment_stands_under_its_name(tmp_path: Path) -> None:
    message = mail("Plans", "See below.")
    message.add_attachment(b"# Scope\n\nBolts only.", maintype="text", subtype="markdown", filename="计划.md")

    document = read(tmp_path, message)

    assert document.text == "Plans\n\nSee below.\n\n计划.md\n\nScope\n\nBolts only."
    last = document.elements[-1]
    assert last.heading_path == ("Plans", "计划.md", "Scope")
    assert last.span.of(document.text) == "Bolts only."
    assert document.warnings == ()


def test_a_table_keeps_its_header_when_it_moves(tmp_path: Path) -> None:
    message = mail("Prices", "See below.")
    message.add_attachment(b"name,price\nbolt,12\n", maintype="text", subtype="csv", filename="p.csv")

    document = read(tmp_path, message)

    header = document.elements[-1].header
    assert header is not None
    assert header.of(document.text) == "name | price"


def test_a_forwarded_mail_is_named_by_its_subject(tmp_path: Path) -> None:
    message = mail("Fwd", "As agreed.")
    message.add_attachment(mail("The order", "Forty bolts."))

    document = read(tmp_path, message)

    assert "The order.eml\n\nThe order" in document.text
    assert document.text.endswith("Forty bolts.")


def test_mails_in_mails_end_somewhere(tmp_path: Path) -> None:
    message = mail("level 0", "text 0")
    for level in range(1, DEEPEST + 2):
        outer = mail(f"level {level}", f"text {level}")
        outer.add_attachment(message)
        message = outer

    document = read(tmp_path, message)

    assert "text 1" in document.text
    assert "text 0" not in document.text
    assert document.warnings[0].endswith("attachment not read: level 0.eml")


def test_what_cannot_be_read_is_named_with_the_reason_and_costs_nothing_else(tmp_path: Path) -> None:
    message = mail("Plans", "See below.")
    message.add_attachment(b"MZ\x90\x00", maintype="application", subtype="octet-stream", filename="run.exe")
    message.add_attachment(b"bolts", maintype="text", subtype="plain", filename="b.txt")

    document = read(tmp_path, message)

    (warning,) = document.warnings
    assert warning.startswith("attachment run.exe: Files of type")
    assert document.text.endswith("b.txt\n\nbolts")


def test_together_they_are_bounded() -> None:
    def five(path: Path, name: str) -> ParsedDocument:
        draft = Draft()
        draft.add(ElementKind.PARAGRAPH, path.read_text())
        return draft.finish("test")

    draft = Draft()
    attachments = Attachments(five, limit_bytes=9)
    for name in ("a", "b"):
        attachments.write(draft, name, b"12345")

    document = draft.finish("test")
    assert document.text == "a\n\n12345"
    assert document.elements[0].span == Span(0, 1)
    assert document.warnings == ("attachment not read: b",)
