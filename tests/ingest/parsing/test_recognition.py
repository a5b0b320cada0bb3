"""Text in pictures is read with its place, whatever way up, and not read twice."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ingest.parsing import recognised_cache
from ingest.parsing.parser import parse
from ingest.parsing.recognised_cache import RecognisedCache
from ingest.parsing.recognition import Picture, RecognisedLine, RecognisedPage, recognise
from ingest.parsing.records import NO_RECOGNITION, PageRead, Parsed, ParseLimits, Recognition
from ingest.parsing.render import render_page
from rag.documents import Span
from rag.errors import FileUnreadable, NoText
from rag.geometry import PageGeometry

SENTENCE = "The committee met in the large hall"
AUTO = Recognition()


@pytest.fixture(scope="module")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Recognition:
    """Lossless formats of one picture are recognised once."""
    return Recognition(cache_folder=str(tmp_path_factory.mktemp("recognised")))


@pytest.fixture(scope="session")
def scan(pdf: Any, tmp_path_factory: pytest.TempPathFactory) -> Image.Image:
    """A page of 1200 × 400 dots, 600 × 200 points, with one sentence a quarter down and a sixth across."""
    path = tmp_path_factory.mktemp("scan") / "page.pdf"
    path.write_bytes(pdf.pdf_of(pdf.text_at(100, 600, SENTENCE, size=20)))
    return Image.open(io.BytesIO(render_page(path, 1, [], scale=2))).crop((0, 300, 1200, 700))


def pdf_of_pictures(*pictures: Image.Image) -> bytes:
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=144)
    return out.getvalue()


def parsed(tmp_path: Path, name: str, content: bytes, recognition: Recognition = AUTO, **heard: Any) -> Parsed:
    path = tmp_path / name
    path.write_bytes(content)
    return parse(path, name, ParseLimits(), recognition, **heard)


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def test_a_scanned_page_has_text_boxes_and_confidence(tmp_path: Path, scan: Image.Image) -> None:
    heard: list[PageRead] = []

    result = parsed(tmp_path, "scan.pdf", pdf_of_pictures(scan), on_page=heard.append)

    document = result.document
    assert document.text == SENTENCE
    assert document.parser == "pdfium+rapidocr"
    assert document.pages[0].confidence is not None
    assert document.pages[0].confidence > 0.9
    assert heard == [PageRead(1, 1), PageRead(1, 1, recognised=True)]
    assert result.geometry is not None
    (word,) = PageGeometry.from_bytes(result.geometry).boxes(Span(0, 3))
    # Helvetica 20: "The" is 34.5 points wide.
    assert word.left == pytest.approx(100 / 600, abs=0.01)
    assert word.right == pytest.approx(134.5 / 600, abs=0.02)
    assert word.top < 0.25 - 7 / 200 < word.bottom


def test_pages_with_text_are_not_recognised_unless_told(tmp_path: Path, pdf: Any, scan: Image.Image) -> None:
    import pypdfium2 as pdfium

    texts, pictures = (
        pdfium.PdfDocument(pdf.pdf_of(pdf.text_at(50, 700, "Written by a machine", size=14))),
        pdfium.PdfDocument(pdf_of_pictures(scan)),
    )
    texts.import_pages(pictures)
    out = io.BytesIO()
    texts.save(out)

    mixed = parsed(tmp_path, "mixed.pdf", out.getvalue()).document
    always = parsed(tmp_path, "mixed.pdf", out.getvalue(), Recognition(when="always")).document

    assert mixed.text == f"Written by a machine\n\n{SENTENCE}"
    assert [page.confidence is None for page in mixed.pages] == [True, False]
    assert [page.confidence is None for page in always.pages] == [False, False]


def test_never_reads_no_picture(tmp_path: Path, scan: Image.Image) -> None:
    with pytest.raises(NoText):
        parsed(tmp_path, "scan.pdf", pdf_of_pictures(scan), NO_RECOGNITION)
    with pytest.raises(NoText):
        parsed(tmp_path, "scan.png", encoded(scan, "PNG"), NO_RECOGNITION)


@pytest.mark.parametrize(("name", "form"), [("a.png", "PNG"), ("a.tif", "TIFF"), ("a.webp", "WEBP"), ("a.bmp", "BMP")])
def test_image_files_are_read(
    tmp_path: Path, scan: Image.Image, remembering: Recognition, name: str, form: str
) -> None:
    content = encoded(scan, form, **({"lossless": True} if form == "WEBP" else {}))

    assert parsed(tmp_path, name, content, remembering).document.text == SENTENCE


def test_frames_are_pages_that_can_be_drawn(tmp_path: Path, scan: Image.Image, remembering: Recognition) -> None:
    path = tmp_path / "fax.tiff"
    scan.save(path, save_all=True, append_images=[Image.new("RGB", (1200, 200), "white"), scan])

    result = parse(path, path.name, ParseLimits(), remembering)

    assert [page.span.of(result.document.text) for page in result.document.pages] == [SENTENCE, "", SENTENCE]
    assert Image.open(io.BytesIO(render_page(path, 3, [], scale=2))).size == (1200, 400)


def test_a_damaged_image_is_unreadable(tmp_path: Path, scan: Image.Image) -> None:
    with pytest.raises(FileUnreadable):
        parsed(tmp_path, "cut.png", encoded(scan, "PNG")[:2000])


@pytest.mark.parametrize("turn", [1, 2])
def test_a_turned_page_is_read_and_its_boxes_stay_where_the_words_are(
    tmp_path: Path, scan: Image.Image, turn: int
) -> None:
    dots = np.rot90(np.asarray(scan), turn)

    result = parsed(tmp_path, "turned.png", encoded(Image.fromarray(dots), "PNG"))

    assert result.document.text == SENTENCE
    assert result.geometry is not None
    boxes = PageGeometry.from_bytes(result.geometry).boxes(result.document.elements[0].span)
    dark = np.argwhere(dots.mean(axis=2) < 128) / dots.shape[:2]
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    assert min(box.left for box in boxes) == pytest.approx(left, abs=0.05)
    assert max(box.right for box in boxes) == pytest.approx(right, abs=0.05)
    assert min(box.top for box in boxes) == pytest.approx(top, abs=0.05)
    assert max(box.bottom for box in boxes) == pytest.approx(bottom, abs=0.05)


def test_chinese_is_read(tmp_path: Path) -> None:
    from PIL import ImageDraw, ImageFont

    font = next(Path("/usr/share/fonts").rglob("NotoS*CJK-Regular.ttc"), None)
    if font is None:
        pytest.skip("apt-get install fonts-noto-cjk")
    picture = Image.new("RGB", (1000, 200), "white")
    ImageDraw.Draw(picture).text((60, 60), "公司在二〇二三年完成了收购。", "black", ImageFont.truetype(str(font), 40))

    assert "公司在二" in parsed(tmp_path, "中文.png", encoded(picture, "PNG")).document.text


def test_a_blank_page_costs_no_recognition() -> None:
    assert recognise(np.full((400, 300, 3), 255, np.uint8)) == RecognisedPage(())


class TestCache:
    picture: Picture = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    page = RecognisedPage((RecognisedLine("字a", 0.9, ((0, 0, 5, 9), (5, 0, 8, 9))),), turn=2)

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
        """The pictures that the engine was asked for."""
        pictures: list[Picture] = []

        def recognised(picture: Picture) -> RecognisedPage:
            pictures.append(picture)
            return self.page

        monkeypatch.setattr(recognised_cache, "recognise", recognised)
        return pictures

    def test_the_same_picture_is_recognised_once(self, tmp_path: Path, asked: list[Picture]) -> None:
        pages = [RecognisedCache(tmp_path / "kept", 60).page(self.picture) for _ in range(2)]

        assert pages == [self.page, self.page]
        assert len(asked) == 1

    def test_another_picture_is_recognised(self, tmp_path: Path, asked: list[Picture]) -> None:
        cache = RecognisedCache(tmp_path, 60)
        cache.page(self.picture)
        cache.page(self.picture.reshape(6, 4, 3))

        assert len(asked) == 2

    def test_a_spoilt_file_counts_as_none(self, tmp_path: Path, asked: list[Picture]) -> None:
        cache = RecognisedCache(tmp_path, 60)
        cache.page(self.picture)
        (file,) = tmp_path.iterdir()
        file.write_text('{"turn": 0, "lines": [["long", 0.9, []]]}')

        assert cache.page(self.picture) == self.page
        assert len(asked) == 2

    def test_nothing_is_kept_for_no_time(self, tmp_path: Path, asked: list[Picture]) -> None:
        RecognisedCache(tmp_path / "kept", 0).page(self.picture)

        assert not (tmp_path / "kept").exists()

    def test_what_is_old_goes(self, tmp_path: Path, asked: list[Picture]) -> None:
        import os

        cache = RecognisedCache(tmp_path, 60)
        cache.page(self.picture)
        (file,) = tmp_path.iterdir()
        cache.forget_old()
        assert file.exists()

        os.utime(file, (0, 0))
        cache.forget_old()

        assert not file.exists()
