from __future__ import annotations

import io
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from api.client import Client
from rag.errors import (
    ChuchuError,
    DocumentNotFound,
    EmptyFile,
    ServerUnavailable,
    SpanInvalid,
)
from tests.api.conftest import LEAVE, Service


@contextmanager
def answering(reply: bytes) -> Iterator[str]:
    """A server that answers its first connection with these bytes and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            thread.join()


def test_a_problem_comes_back_as_the_error_that_it_was(service: Service) -> None:
    with pytest.raises(DocumentNotFound) as missing:
        service.client.document("nowhere")
    with pytest.raises(EmptyFile):
        service.client.submit(io.BytesIO(b""), name="a.md", uri="a.md", collection="default")

    assert missing.value.details == {"document_id": "nowhere"}


def test_what_it_hands_in_it_can_list_show_quote_and_delete(service: Service) -> None:
    client = service.client
    file = io.BytesIO(LEAVE.encode())

    submission = client.submit(file, name="leave.md", uri="file:///leave.md", collection="client", title="Leave")
    assert submission.job is not None
    service.ended(submission.job.id)

    (listed,) = client.documents("client")
    shown = client.document(listed.id)
    assert listed.live_version is not None
    assert client.job(submission.job.id).status == "succeeded"
    assert (shown.title, shown.uri) == ("Leave", "file:///leave.md")
    assert client.quote(listed.id, listed.live_version.id, 0, 5).quote == "Leave"
    with pytest.raises(SpanInvalid):
        client.quote(listed.id, listed.live_version.id, 5, 0)
    client.delete(listed.id)
    assert list(client.documents("client")) == []


def test_file_names_that_are_not_utf_8_go_through(service: Service) -> None:
    """Linux gives a GBK name as text with lone surrogates."""
    name = os.fsdecode("假期.md".encode("gbk"))

    submission = service.client.submit(io.BytesIO(LEAVE.encode()), name=name, uri="gbk", collection="client")

    assert submission.outcome == "submitted"
    assert submission.job is not None
    assert service.ended(submission.job.id)["status"] == "succeeded"


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    with closing(Client(f"http://127.0.0.1:{port}")) as client, pytest.raises(ServerUnavailable) as refused:
        client.job("any")

    assert refused.value.details["where"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9\r\n\r\n<html/>\r\n",
        b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n[]",
        b"nonsense",
        b"",
    ],
)
def test_what_is_not_our_server_is_named_as_such(reply: bytes) -> None:
    with answering(reply) as url, closing(Client(url)) as client, pytest.raises(ServerUnavailable):
        client.job("any")


def test_an_error_of_a_newer_server_keeps_its_words() -> None:
    body = b'{"code": "too-new", "details": {}, "detail": "The moon is full."}'
    head = b"HTTP/1.1 409 Conflict\r\nContent-Length: %d\r\n\r\n" % len(body)

    with answering(head + body) as url, closing(Client(url)) as client, pytest.raises(ChuchuError) as unknown:
        client.job("any")

    assert "The moon is full." in unknown.value.message()


def test_a_stream_that_breaks_off_is_an_error() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b": working\n\n"

    with (
        answering(head + b"%x\r\n%s\r\n" % (len(chunk), chunk)) as url,
        closing(Client(url)) as client,
        pytest.raises(ServerUnavailable),
    ):
        list(client.answer_events("Why?"))


def test_proxies_are_not_asked_for_the_server_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    body = b'{"code": "job-not-found", "details": {"job_id": "any"}, "detail": ""}'
    head = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(body)

    with answering(head + body) as url, closing(Client(url)) as client, pytest.raises(ChuchuError) as reached:
        client.job("any")

    assert reached.value.code == "job-not-found"
