"""Files made by the real libraries, and a working directory of their own for parsers that run in this process."""

from __future__ import annotations

import io
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(autouse=True)
def own_working_directory(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scratch)


@pytest.fixture(autouse=True)
def no_reports_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UNSTRUCTURED_DISABLE_NOTICE", "DO_NOT_TRACK"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("SCARF_NO_ANALYTICS", "true")


def pdf_of(*pages: str) -> bytes:
    """A PDF whose pages have these content streams, on 600 × 800 points, with Helvetica as /F1 and bold as /F2."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>")
    kids = []
    for page in pages:
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(page.encode()), page.encode()))
        fonts = b"<</Font<</F1 3 0 R/F2 4 0 R>>>>"
        box = b"/MediaBox[0 0 600 800]"
        objects.append(b"<</Type/Page/Parent 2 0 R%s/Resources%s/Contents %d 0 R>>" % (box, fonts, len(objects)))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return _assembled(objects)


def text_at(x: float, y: float, text: str, size: float = 10, font: str = "F1") -> str:
    return f"BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET\n"


def _assembled(objects: list[bytes]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


class PdfWriter:
    """What tests need to write a PDF by hand."""

    pdf_of = staticmethod(pdf_of)
    text_at = staticmethod(text_at)


@pytest.fixture(scope="session")
def pdf() -> PdfWriter:
    return PdfWriter()
