from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.errors import EmbedderUnavailable
from rag.models.endpoint_embedder import EndpointOptions
from rag.models.tei_embedder import TeiEmbedder
from tests.rag.models.scripted_endpoint import ScriptedEndpoint, scripted_endpoint

INFO = {"model_id": "BAAI/bge-m3", "model_sha": "5617a9f", "max_input_length": 8192, "max_client_batch_size": 2}


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted_endpoint() as served:
        yield served


@pytest.fixture
def embedder(endpoint: ScriptedEndpoint) -> Iterator[TeiEmbedder]:
    options = EndpointOptions(endpoint.url, query_prefix="q: ", sleep=lambda seconds: None)
    made = TeiEmbedder(options)
    yield made
    made.close()


def test_the_server_says_what_it_serves(embedder: TeiEmbedder, endpoint: ScriptedEndpoint) -> None:
    endpoint.says(INFO)
    endpoint.says([[1, 0, 0]])

    identity = embedder.identity

    assert (identity.model, identity.revision, identity.dimension) == ("BAAI/bge-m3", "5617a9f", 3)
    assert (identity.query_prefix, embedder.max_tokens) == ("q: ", 8192)
    assert [path for path, _ in endpoint.asked] == ["/info", "/embed"]


def test_texts_go_in_batches_that_the_server_takes(embedder: TeiEmbedder, endpoint: ScriptedEndpoint) -> None:
    endpoint.says(INFO)
    for rows in ([[1, 0]], [[3, 4], [0, 2]], [[5, 0]]):
        endpoint.says(rows)

    vectors = embedder.embed_queries(["ccc", "bb", "a"])

    assert vectors.tolist() == [pytest.approx([0.6, 0.8]), [0.0, 1.0], [1.0, 0.0]]
    assert endpoint.asked[2] == ("/embed", {"inputs": ["q: ccc", "q: bb"], "truncate": True})
    assert endpoint.asked[3] == ("/embed", {"inputs": ["q: a"], "truncate": True})


def test_an_older_server_that_tells_little_is_served_too(embedder: TeiEmbedder, endpoint: ScriptedEndpoint) -> None:
    endpoint.says({})
    endpoint.says([[1, 0]])

    assert (embedder.identity.model, embedder.identity.revision) == ("text-embeddings-inference", "")
    assert embedder.max_tokens == 512


@pytest.mark.parametrize("replies", [[[]], [INFO, {"error": "x"}], [INFO, [[1, 0], [0, 1]]], [INFO, [["x"]]]], ids=str)
def test_what_is_no_embedding_is_named(
    embedder: TeiEmbedder, endpoint: ScriptedEndpoint, replies: list[object]
) -> None:
    for reply in replies:
        endpoint.says(reply)

    with pytest.raises(EmbedderUnavailable, match="text-embeddings-inference does not answer"):
        embedder.embed_passages(["a"])


def test_a_busy_server_is_waited_for_until_the_date_it_names(endpoint: ScriptedEndpoint) -> None:
    pauses: list[float] = []
    endpoint.replies = [
        (429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, ""),
        (429, {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, ""),
        (429, {"Retry-After": "soon"}, ""),
    ]
    endpoint.says(INFO)
    embedder = TeiEmbedder(EndpointOptions(endpoint.url, sleep=pauses.append))

    assert embedder.max_tokens == 8192
    assert pauses == [0.0, 10.0, 2.0]
    embedder.close()


def test_requests_keep_to_the_rate(endpoint: ScriptedEndpoint) -> None:
    pauses: list[float] = []
    endpoint.says(INFO)
    endpoint.says([[1, 0]])
    embedder = TeiEmbedder(EndpointOptions(endpoint.url, requests_per_minute=6, sleep=pauses.append))

    assert embedder.identity.dimension == 2
    assert pauses == [pytest.approx(10, abs=2)]
    embedder.close()
