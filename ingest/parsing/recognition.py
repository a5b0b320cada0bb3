"""Text in pictures: RapidOCR with the PP-OCR models of its wheel, for Chinese and English. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.geometry import SCALE

Picture = NDArray[np.uint8]
"""Shape (height, width, 3): blue, green, red."""

ENGINE = "rapidocr-pp-ocrv6-2"
"""Goes into the names of kept results: change it when the same picture would give another text."""

_SURE = 0.8
"""Mean confidence from which on a page is taken to be upright. Upright ones reach 0.95, others stay below 0.7."""

_CONTRAST = 32
"""Least difference between the lightest and the darkest dot, of 255, of a page that has anything on it."""


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line of text with its confidence from 0 to 1 and, for each character, left, top, right, bottom in 1/SCALE."""

    text: str
    confidence: float
    corners: tuple[tuple[int, int, int, int], ...]

    @property
    def is_upright(self) -> bool:
        """Wider than high, or too short to tell."""
        lefts, tops, rights, bottoms = zip(*self.corners, strict=True)
        return len(self.text) < 3 or max(rights) - min(lefts) >= max(bottoms) - min(tops)


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """The lines of a picture from top to bottom, after it was turned `turn` quarters to the left."""

    lines: tuple[RecognisedLine, ...]
    turn: int = 0

    @property
    def confidence(self) -> float:
        """Mean over the characters, 0 for none."""
        characters = sum(len(line.text) for line in self.lines)
        return sum(line.confidence * len(line.text) for line in self.lines) / characters if characters else 0.0


def recognise(picture: Picture) -> RecognisedPage:
    """The text of a picture, the right way up where it lies on its side or stands on its head.

    RapidOCR's own classifier of upside-down lines is not used: it turns sound English lines over.
    """
    if int(picture.max()) - int(picture.min()) < _CONTRAST:
        return RecognisedPage(())
    upright = RecognisedPage(tuple(_lines(picture)))
    if not upright.lines or _is_sound(upright):
        return upright
    tried = [upright]
    for turn in (2,) if _mostly_upright(upright) else (1, 3, 2):
        tried.append(_turned(picture, turn))
        if _is_sound(tried[-1]):
            return tried[-1]
    return max(tried, key=_evidence)


def _is_sound(page: RecognisedPage) -> bool:
    return page.confidence >= _SURE and _mostly_upright(page)


def _evidence(page: RecognisedPage) -> float:
    """How much was read for sure: a page the wrong way up yields fewer characters with less confidence."""
    return page.confidence * sum(len(line.text) for line in page.lines if line.is_upright)


def _turned(picture: Picture, turn: int) -> RecognisedPage:
    return RecognisedPage(tuple(_lines(np.ascontiguousarray(np.rot90(picture, turn)))), turn)


def _mostly_upright(page: RecognisedPage) -> bool:
    upright = sum(len(line.text) for line in page.lines if line.is_upright)
    return 2 * upright >= sum(len(line.text) for line in page.lines)


def _lines(picture: Picture) -> Iterator[RecognisedLine]:
    result = _engine()(picture, use_cls=False, return_word_box=True, return_single_char_box=True)
    if result.txts is None:
        return
    height, width = picture.shape[:2]
    scale = np.array([SCALE / width, SCALE / height, SCALE / width, SCALE / height])
    for text, score, polygon, characters in zip(
        result.txts, result.scores, result.boxes, result.word_results, strict=True
    ):
        stripped = " ".join(text.split())
        if stripped:
            corners = _corners(stripped, _bounds(polygon), characters) * scale
            rounded = corners.round().clip(0, SCALE).astype(int).tolist()
            yield RecognisedLine(stripped, float(score), tuple(tuple(row) for row in rounded))


def _corners(text: str, line: NDArray[np.float64], characters: Sequence[Any]) -> NDArray[np.float64]:
    """A row for each character: the boxes that the engine gives, blanks without a width; spread evenly where they do
    not fit the text."""
    boxes = iter(characters)
    rows: list[NDArray[np.float64]] = []
    right = line[0]
    for character in text:
        if character == " ":
            rows.append(np.array([right, line[1], right, line[3]]))
            continue
        found = next(boxes, None)
        if found is None or found[0] != character:
            return _spread(text, line)
        rows.append(_bounds(found[2]))
        right = rows[-1][2]
    return np.array(rows)


def _spread(text: str, line: NDArray[np.float64]) -> NDArray[np.float64]:
    edges = np.linspace(line[0], line[2], len(text) + 1)
    tops, bottoms = np.full(len(text), line[1]), np.full(len(text), line[3])
    return np.stack([edges[:-1], tops, edges[1:], bottoms], axis=1)


def _bounds(polygon: Any) -> NDArray[np.float64]:
    points = np.asarray(polygon, np.float64)
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


@cache
def _engine() -> Any:
    """A call takes one thread, as pages side by side share the cores; models are named, so that none is fetched."""
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.model_root_dir": str(models),
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            # On one thread a batch gains nothing and pads every line to its longest: a quarter more time for a page.
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
