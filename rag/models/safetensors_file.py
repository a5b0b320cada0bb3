"""A safetensors file whose bytes depend on its tensors alone.

Written by hand rather than by the library, because the catalogue pins the file's SHA-256 and a release of the library
may lay out its header in another way. The format: the header's length (u64), the header (JSON, padded with spaces to
a multiple of 8), the tensors one after the other; https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

_FLOAT_BYTES = 4


def write_safetensors(
    path: Path, shapes: Mapping[str, tuple[int, ...]], tensors: Iterable[npt.NDArray[np.float32]]
) -> None:
    """Tensors of these names and shapes, in this order; they may be made one at a time, as they are written."""
    header = _header(shapes)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)))
        file.write(header)
        for tensor, (name, shape) in zip(tensors, shapes.items(), strict=True):
            if tensor.shape != shape:
                raise ValueError(f"{name} has shape {tensor.shape}, not {shape}")
            file.write(np.ascontiguousarray(tensor, "<f4").tobytes())


def _header(shapes: Mapping[str, tuple[int, ...]]) -> bytes:
    entries: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, shape in shapes.items():
        end = at + _FLOAT_BYTES * int(np.prod(shape))
        entries[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8)
