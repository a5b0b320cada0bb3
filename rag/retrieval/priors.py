"""The language priors of an embedder, estimated once and kept with the data."""

from __future__ import annotations

import asyncio
import hashlib
import io

import numpy as np

from rag.documents import LANGUAGES
from rag.models.embedding import Embedder
from rag.retrieval.centres import Centres, calibration_bytes, estimate_centres
from rag.store.blobs import BlobStore


async def language_priors(embedder: Embedder, blobs: BlobStore) -> Centres:
    """The centres to start from. The first call for an embedder takes a few seconds on a CPU."""
    key = f"priors/{_fingerprint(embedder)}.npz"
    if await blobs.exists(key):
        return _decode(await blobs.get(key))
    centres = await asyncio.to_thread(estimate_centres, embedder)
    await blobs.put(key, _encode(centres))
    return centres


def _fingerprint(embedder: Embedder) -> str:
    """Changes with the embedder and with the calibration texts."""
    return hashlib.sha256(repr(embedder.identity).encode() + calibration_bytes()).hexdigest()[:32]


def _encode(centres: Centres) -> bytes:
    buffer = io.BytesIO()
    passages = {f"passages_{language}": centres.passages[language] for language in LANGUAGES}
    queries = {f"queries_{language}": centres.queries[language] for language in LANGUAGES}
    np.savez(buffer, **passages, **queries)  # type: ignore[arg-type]
    return buffer.getvalue()


def _decode(data: bytes) -> Centres:
    with np.load(io.BytesIO(data)) as stored:
        return Centres(
            {language: stored[f"passages_{language}"] for language in LANGUAGES},
            {language: stored[f"queries_{language}"] for language in LANGUAGES},
        )
