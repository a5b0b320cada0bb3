"""Whether this CPU multiplies bfloat16 in hardware; without that it is slower than float32, not faster."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Precision = Literal["auto", "float32", "bfloat16"]

_FLAGS = {"avx512_bf16", "amx_bf16"}


def is_bfloat16_fast(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """From Linux's list of CPU flags; elsewhere the answer is no."""
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2] for line in lines if line.startswith("flags")), "")
    return not _FLAGS.isdisjoint(flags.split())


def resolved_precision(precision: Precision) -> Literal["float32", "bfloat16"]:
    """What `auto` means on this machine."""
    if precision == "auto":
        return "bfloat16" if is_bfloat16_fast() else "float32"
    return precision
