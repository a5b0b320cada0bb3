"""From a PDF page's own coordinates to places on the page as it is shown."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.parsing.placed import Corners
from rag.geometry import SCALE


def page_corners(page: Any, boxes: NDArray[np.float64]) -> Corners:
    """Boxes in the page's own coordinates → corners as displayed: rotation and crop box taken into account."""
    origin, along_x, along_y = (_device_point(page, x, y) for x, y in ((0, 0), (1000, 0), (0, 1000)))
    matrix = np.array([along_x - origin, along_y - origin]) / 1000
    ends = [boxes[:, [0, 1]] @ matrix + origin, boxes[:, [2, 3]] @ matrix + origin]
    corners = np.concatenate([np.minimum(*ends), np.maximum(*ends)], axis=1)
    corners[(boxes == 0).all(axis=1)] = 0
    quantised: Corners = np.nan_to_num(corners).round().clip(0, SCALE).astype(np.uint16)
    return quantised


def _device_point(page: Any, x: float, y: float) -> NDArray[np.float64]:
    import pypdfium2.raw as pdfium

    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, SCALE, SCALE, 0, x, y, across, down)
    return np.array([across.value, down.value], np.float64)
