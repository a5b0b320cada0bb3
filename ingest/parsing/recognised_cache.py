"""What was recognised in a picture is kept for a while under the picture's hash."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from pathlib import Path

from ingest.parsing.cpu_slots import NO_WAITING, CpuSlots
from ingest.parsing.recognition import ENGINE, Picture, RecognisedLine, RecognisedPage, recognise


class RecognisedCache:
    """Recognises pictures, and remembers in `folder` for `keep_s` seconds; without a folder it remembers nothing.

    Processes may share the folder. A file is whole or not there, and one that cannot be understood counts as not there.
    """

    def __init__(self, folder: Path | None, keep_s: float, slots: CpuSlots = NO_WAITING) -> None:
        """Whoever has to recognise a picture waits for one of the `slots`."""
        self._folder = folder if keep_s > 0 else None
        self._keep_s = keep_s
        self._slots = slots

    def page(self, picture: Picture) -> RecognisedPage:
        if self._folder is None:
            return self._recognised(picture)
        path = self._folder / f"{_hash(picture)}.json"
        kept = _read(path)
        if kept is None:
            kept = self._recognised(picture)
            _write(path, kept)
        return kept

    def _recognised(self, picture: Picture) -> RecognisedPage:
        with self._slots.one():
            return recognise(picture)

    def forget_old(self) -> None:
        """Delete what is older than `keep_s`, and what a killed process left half written."""
        if self._folder is None or not self._folder.is_dir():
            return
        oldest = time.time() - self._keep_s
        for path in self._folder.iterdir():
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except FileNotFoundError:  # another process was first
                continue


def _hash(picture: Picture) -> str:
    return hashlib.sha256(f"{ENGINE} {picture.shape}".encode() + picture.tobytes()).hexdigest()


def _read(path: Path) -> RecognisedPage | None:
    try:
        record = json.loads(path.read_bytes())
        lines = tuple(
            RecognisedLine(str(text), float(confidence), tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in rows))
            for text, confidence, rows in record["lines"]
        )
        fits = all(len(line.text) == len(line.corners) for line in lines)
        return RecognisedPage(lines, int(record["turn"])) if fits else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, page: RecognisedPage) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    record = {"turn": page.turn, "lines": [[line.text, line.confidence, line.corners] for line in page.lines]}
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as unfinished:
        json.dump(record, unfinished, ensure_ascii=False)
    os.replace(unfinished.name, path)
