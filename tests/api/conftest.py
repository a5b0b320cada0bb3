"""A real server on a private socket, around a hashing embedder and a scripted chat model; one for each test module."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest

from api.client import Client
from api.server import Address, private_server
from api.services import open_services
from rag.testing import HashEmbedder, ScriptedChat
from tests.running import PATIENCE_S, tiny_settings

LEAVE = "# Leave\n\nThe notice period is 30 days.\n"


@dataclass(frozen=True)
class Service:
    """Where the server is, two ways to speak to it, and the chat model that it asks."""

    address: Address
    http: httpx.Client
    client: Client
    chat: ScriptedChat

    def upload(self, name: str, content: str | bytes, **form: str) -> httpx.Response:
        return self.http.post("/v1/documents", files={"file": (name, content)}, data=form)

    def ingested(self, name: str, content: str | bytes, **form: str) -> dict[str, Any]:
        """Hand in a file; its job, once it has ended."""
        reply = self.upload(name, content, **form)
        assert reply.status_code == 202, reply.text
        return self.ended(reply.json()["job"]["id"])

    def ended(self, job_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            job: dict[str, Any] = self.http.get(f"/v1/jobs/{job_id}").json()
            if job["status"] not in ("queued", "running"):
                return job
            assert time.monotonic() < deadline, job
            time.sleep(0.02)


def http_client(address: Address) -> httpx.Client:
    transport = httpx.HTTPTransport(uds=str(address.socket))
    return httpx.Client(base_url=address.url, transport=transport, timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    chat = ScriptedChat("The notice period is 30 days [1].", piece_delay_s=0.01)
    settings = tiny_settings(
        tmp_path_factory.mktemp("data"),
        ingest={"max_file_bytes": 1_000_000, "keep_originals_s": 60},
        answering={"evidence_threshold": 0},
    )
    opener = partial(open_services, embedder=HashEmbedder(), chat=chat)
    with (
        private_server(settings, opener) as address,
        http_client(address) as http,
        closing(Client(address.url, socket=address.socket)) as client,
    ):
        yield Service(address, http, client, chat)
