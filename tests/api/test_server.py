from __future__ import annotations

import asyncio
import socket
from functools import partial
from pathlib import Path

import httpx
import pytest

from api.server import Address, listen, private_server, running_server, serve
from api.services import open_services
from rag.errors import DataFolderInUse, IndexModelMismatch, PortInUse, SettingsInvalid
from rag.testing import HashEmbedder
from tests.running import PATIENCE_S, tiny_settings

OPENER = partial(open_services, embedder=HashEmbedder(), working=False)


def http_client(address: Address) -> httpx.Client:
    transport = httpx.HTTPTransport(uds=str(address.socket))
    return httpx.Client(base_url=address.url, transport=transport, timeout=PATIENCE_S)


def test_a_private_server_answers_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    with private_server(tiny_settings(tmp_path), OPENER) as address, http_client(address) as http:
        assert http.get("/healthz").status_code == 200
        assert address.socket is not None
        folder = address.socket.parent
        assert folder.stat().st_mode & 0o077 == 0

    assert not folder.exists()
    assert not (tmp_path / "server.json").exists()


def test_why_there_is_no_server_is_told_to_who_wanted_one(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path)
    with (
        private_server(settings, OPENER),
        pytest.raises(DataFolderInUse),
        private_server(settings, OPENER),
    ):
        pass
    other = partial(open_services, embedder=HashEmbedder(64, model="other"), working=False)

    with pytest.raises(IndexModelMismatch), private_server(settings, other):
        pass


@pytest.mark.parametrize("note", ["", "{", "[]", '{"url": 7}', '{"url": "http://127.0.0.1:9"}', '{"url": "nonsense"}'])
def test_a_note_that_leads_nowhere_is_no_server(tmp_path: Path, note: str) -> None:
    (tmp_path / "server.json").write_text(note)

    assert running_server(tmp_path) is None


def test_no_note_is_no_server(tmp_path: Path) -> None:
    assert running_server(tmp_path) is None


def test_a_port_that_is_taken_is_told_before_models_load(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse) as refused:
            serve(tiny_settings(tmp_path), "127.0.0.1", port, pytest.fail)

    assert refused.value.details == {"host": "127.0.0.1", "port": port}


def test_an_address_of_another_machine_is_no_port_in_use(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        serve(tiny_settings(tmp_path), "192.0.2.1", 0, pytest.fail)

    assert "192.0.2.1" in refused.value.message()


def test_replies_do_not_wait_for_acknowledgements() -> None:
    """With Nagle's algorithm, a reply of two writes waits 40 ms for the client's delayed acknowledgement."""

    async def accepted(listening: socket.socket) -> int:
        delays: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            delays.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(connected, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            found = await delays
            writer.close()
            return found

    with listen("127.0.0.1", 0) as listening:
        assert asyncio.run(accepted(listening)) == 1
