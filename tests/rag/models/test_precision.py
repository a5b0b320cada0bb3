from __future__ import annotations

from pathlib import Path

import pytest

from rag.models.precision import is_bfloat16_fast, is_int8_fast


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu avx2 avx512f", False), ("fpu avx512_bf16 fma", True), ("amx_bf16", True), ("xavx512_bf16", False)],
)
def test_the_flags_decide(tmp_path: Path, flags: str, expected: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t\t: none\n")

    assert is_bfloat16_fast(cpuinfo) is expected


def test_a_machine_without_the_list_is_not_fast(tmp_path: Path) -> None:
    assert not is_bfloat16_fast(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("flags\t\t: avx2 avx512f avx512bw", False),
        ("flags\t\t: avx2 avx_vnni", True),
        ("flags\t\t: avx512_vnni", True),
        ("Features\t: fp asimd asimddp", True),
        ("Features\t: fp asimd", False),
    ],
)
def test_products_of_8_bits_are_fast_only_with_instructions_for_them(tmp_path: Path, line: str, expected: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\n{line}\n")

    assert is_int8_fast(cpuinfo) is expected
