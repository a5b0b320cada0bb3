"""Vectors kept between runs: the same text under the same embedder is embedded once."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rag.models.embedding import Embedder, EmbedderIdentity, Vectors

_MOST_VARIABLES = 500


class RememberingEmbedder:
    """An embedder that looks into a file first. With `remembers` off it embeds everything, as for measuring time."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None
        self.remembers = True

    @property
    def identity(self) -> EmbedderIdentity:
        return self._embedder.identity

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embedded("passage", texts, self._embedder.embed_passages)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedded("query", texts, self._embedder.embed_queries)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _embedded(self, kind: str, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        if not self.remembers or not texts:
            return embed(texts)
        keys = [_key(kind, text) for text in texts]
        known = self._look_up(keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            made = dict(zip(new, embed(list(new.values())), strict=True))
            self._keep(made)
            known |= made
        return np.stack([known[key] for key in keys])

    def _look_up(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        found: dict[bytes, np.ndarray] = {}
        with self._lock:
            for start in range(0, len(keys), _MOST_VARIABLES):
                some = keys[start : start + _MOST_VARIABLES]
                marks = ",".join("?" * len(some))
                rows = self._file().execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some)
                found |= {key: np.frombuffer(vector, np.float32) for key, vector in rows}
        return found

    def _keep(self, made: dict[bytes, np.ndarray]) -> None:
        rows = [(key, vector.astype(np.float32).tobytes()) for key, vector in made.items()]
        with self._lock, self._file() as transaction:
            transaction.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _file(self) -> sqlite3.Connection:
        """One file for each embedder; two runs may write to it at a time."""
        if self._opened is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(repr(self.identity).encode()).hexdigest()[:16]
            self._opened = sqlite3.connect(self._folder / f"{name}.db", timeout=60, check_same_thread=False)
            self._opened.execute("PRAGMA journal_mode = WAL")
            self._opened.execute("PRAGMA synchronous = OFF")  # what a power cut costs is embedded again
            self._opened.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        return self._opened


def _key(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}\n{text}".encode("utf-8", "surrogatepass")).digest()
