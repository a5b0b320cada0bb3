"""What precision this CPU is fast at: products of 8-bit integers or of bfloat16, each only with instructions for it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

TorchPrecision = Literal["auto", "float32", "bfloat16"]
Precision = Literal["auto", "float32", "bfloat16", "int8"]

_CPUINFO = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})

# Of x86 and of ARM. Without them x86 adds two products in 16 bits, which saturates: other vectors, not only slower.
_INT8_FLAGS = frozenset({"avx512_vnni", "avx_vnni", "asimddp"})


def is_bfloat16_fast(cpuinfo: Path = _CPUINFO) -> bool:
    """From Linux's list of CPU flags; elsewhere the answer is no."""
    return not _BFLOAT16_FLAGS.isdisjoint(_flags(cpuinfo))


def is_int8_fast(cpuinfo: Path = _CPUINFO) -> bool:
    """The same for 8-bit integers, multiplied without saturation."""
    return not _INT8_FLAGS.isdisjoint(_flags(cpuinfo))


def resolved_precision(precision: TorchPrecision) -> Literal["float32", "bfloat16"]:
    """What `auto` means on this machine for a model that torch computes."""
    if precision == "auto":
        return "bfloat16" if is_bfloat16_fast() else "float32"
    return precision


def _flags(cpuinfo: Path) -> list[str]:
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
    return next((line.partition(":")[2] for line in lines if line.startswith(("flags", "Features"))), "").split()
