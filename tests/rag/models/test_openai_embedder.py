from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rag.errors import EmbedderUnavailable
from rag.models.endpoint_embedder import EndpointOptions
from rag.models.openai_embedder import OpenAIEmbedder


@dataclass
class Endpoint:
    """Gives [characters, 1] for a text, in reverse order, after `replies` of status, headers and body are used up."""

    url: str = ""
    replies: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    state = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(request)
            state.keys.append(self.headers.get("Authorization"))
            status, headers, body = state.replies.pop(0) if state.replies else (200, {}, _vectors(request["input"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{http.server_port}/v1"
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield state
    http.shutdown()
    thread.join()
    http.server_close()


def _vectors(texts: list[str]) -> str:
    data = [{"index": i, "embedding": [len(text), 1]} for i, text in enumerate(texts)]
    return json.dumps({"data": data[::-1]})


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def embedder(endpoint: Endpoint, pauses: list[float]) -> Iterator[OpenAIEmbedder]:
    made = OpenAIEmbedder(
        EndpointOptions(endpoint.url, api_key="secret", query_prefix="q: ", sleep=pauses.append), model="m"
    )
    yield made
    made.close()


def test_replies_are_put_in_order_and_scaled(embedder: OpenAIEmbedder) -> None:
    vectors = embedder.embed_passages(["", "1234567"])

    assert vectors[0].tolist() == [0.0, 1.0]
    assert vectors[1].tolist() == pytest.approx([7 / 50**0.5, 1 / 50**0.5])


def test_the_key_the_model_and_the_prefix_are_sent(embedder: OpenAIEmbedder, endpoint: Endpoint) -> None:
    embedder.embed_queries(["北京"])

    assert endpoint.asked[-1] == {"model": "m", "input": ["q: 北京"], "encoding_format": "float"}
    assert endpoint.keys[-1] == "Bearer secret"


def test_the_dimension_is_asked_once(embedder: OpenAIEmbedder, endpoint: Endpoint) -> None:
    assert embedder.identity.dimension == 2
    assert embedder.identity.dimension == 2
    assert len(endpoint.asked) == 1


def test_many_texts_go_in_batches(embedder: OpenAIEmbedder, endpoint: Endpoint) -> None:
    assert embedder.embed_passages([str(i) for i in range(70)]).shape == (70, 2)
    assert [len(request["input"]) for request in endpoint.asked] == [1, 32, 32, 6]


def test_transient_failures_are_waited_out(embedder: OpenAIEmbedder, endpoint: Endpoint, pauses: list[float]) -> None:
    endpoint.replies = [(503, {}, ""), (429, {"Retry-After": "3"}, ""), (429, {"Retry-After": "900"}, "")]

    assert embedder.identity.dimension == 2
    assert pauses == [0.5, 3.0, 10.0]


def test_retries_end(embedder: OpenAIEmbedder, endpoint: Endpoint, pauses: list[float]) -> None:
    endpoint.replies = [(500, {}, "out of memory")] * 9

    with pytest.raises(EmbedderUnavailable, match="HTTP 500 out of memory"):
        embedder.embed_passages(["x"])

    assert pauses == [0.5, 1.0, 2.0]


def test_a_refusal_is_not_tried_again(embedder: OpenAIEmbedder, endpoint: Endpoint, pauses: list[float]) -> None:
    endpoint.replies = [(401, {}, '{"error": "bad key"}')]

    with pytest.raises(EmbedderUnavailable, match="bad key"):
        embedder.embed_passages(["x"])

    assert pauses == []


@pytest.mark.parametrize(
    "body",
    ["", "not json", "[]", '{"data": []}', '{"data": [{"index": 0}]}', '{"data": [{"index": 0, "embedding": 1}]}'],
)
def test_a_reply_without_vectors_is_named(embedder: OpenAIEmbedder, endpoint: Endpoint, body: str) -> None:
    endpoint.replies = [(200, {}, body)]

    with pytest.raises(EmbedderUnavailable):
        embedder.embed_passages(["x"])


def test_a_wrong_dimension_is_named(endpoint: Endpoint) -> None:
    embedder = OpenAIEmbedder(EndpointOptions(endpoint.url), model="m", dimension=1024)

    with pytest.raises(EmbedderUnavailable, match="length 2, not 1024"):
        embedder.embed_passages(["x"])

    embedder.close()


def test_nobody_there_is_unavailable(pauses: list[float]) -> None:
    embedder = OpenAIEmbedder(EndpointOptions("http://127.0.0.1:9/v1", sleep=pauses.append), model="m")

    with pytest.raises(EmbedderUnavailable, match="refused"):
        embedder.embed_queries(["x"])

    embedder.close()
    assert len(pauses) == 3
