"""What every test has: no network but this machine's, and the real small models where they are."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from rag.errors import ModelMissing
from rag.models.embedding import Embedder
from rag.models.factory import make_embedder
from rag.models.openmp import let_barriers_sleep
from rag.settings import EmbeddingSettings

# Before any test brings in torch or xllamacpp, as every process of ours does.
let_barriers_sleep()

_LOOPBACK = {"localhost", "127.0.0.1", "::1", "", None}


class NetworkBlocked(RuntimeError):
    """A test reached for the network. Not an OSError, so that no code takes it for an unreachable server."""


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Connections and name lookups go to this machine alone; asyncio connects through the same socket class."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _require_local(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _require_local(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        _require_local(socket.AF_INET, (name,))
        return getaddrinfo(host, *rest, **named)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    yield
    patch.undo()


def _require_local(family: int, address: Any) -> None:
    if family in {socket.AF_INET, socket.AF_INET6} and address[0] not in _LOOPBACK:
        raise NetworkBlocked(f"a test tried to reach {address[0]}")


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Where `make models` puts the real models."""
    return Path(os.environ.get("CHUCHU_MODELS_DIR") or Path.home() / ".cache" / "chuchu" / "models")


@pytest.fixture(scope="session")
def real_embedder(models_dir: Path) -> Embedder:
    """multilingual-e5-small, loaded once. Tests that use it are marked `models`."""
    try:
        return make_embedder(EmbeddingSettings(), models_dir)
    except ModelMissing as missing:
        without_models(missing)


def without_models(missing: ModelMissing) -> NoReturn:
    """A skip that says how to end it; in CI, where the models belong, a failure."""
    remedy = f"{missing} Or run `make models`."
    if os.environ.get("CI"):
        pytest.fail(remedy)
    pytest.skip(remedy)
