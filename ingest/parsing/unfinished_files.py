"""Where the pages of long files are kept while these are read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Self


class UnfinishedFiles:
    """The folders of files that are being read, below one of the service's data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, name: str) -> Path:
        """The folder of a file; the name stands for its bytes and for what reads them."""
        return self._folder / name

    @classmethod
    def below(cls, data_dir: Path) -> Self:
        return cls(data_dir.absolute() / "unfinished")

    def forget(self, name: str) -> None:
        """The file was read."""
        _remove(self.of(name))

    def forget_older(self, than_s: float, now: float) -> None:
        """Files whose reading was given up: nobody comes back to them. `now` is in seconds since 1970."""
        for folder in list(self._folder.iterdir()) if self._folder.is_dir() else []:
            if now - folder.stat().st_mtime > than_s:
                _remove(folder)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
