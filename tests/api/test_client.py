from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pytest

from api.client import Client
from api.schemas import JobOut
from api.server import private_server
from rag.errors import DocumentNotFound, EmptyFile, RequestInvalid, ServerUnavailable, SpanInvalid
from tests.api.conftest import LEAVE
from tests.running import PATIENCE_S, tiny_settings

WORDS = {"backend": "llama-index", "class_path": "tests.api.words_embedding.WordsEmbedding", "model": "words"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a server with real parts, opened from settings alone."""
    settings = tiny_settings(tmp_path_factory.mktemp("data"), embedding=WORDS)
    with private_server(settings) as address:
        made = Client(address.url, socket=address.socket, language="zh")
        yield made
        made.close()


def ingested(client: Client, name: str, content: str, collection: str) -> JobOut:
    """What became of a file."""
    submission = client.submit(io.BytesIO(content.encode()), name=name, uri=name, collection=collection)
    assert submission.job is not None
    deadline = time.monotonic() + PATIENCE_S
    while (job := client.job(submission.job.id)).status in {"queued", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return job


def test_a_file_goes_in_and_its_words_come_back(client: Client) -> None:
    job = ingested(client, "leave.md", LEAVE, "words")

    (passage,) = client.search("notice period", collection="words").passages
    quote = client.quote(job.document_id, job.version_id, passage.span.start, passage.span.end)
    assert job.status == "succeeded"
    assert quote.quote == passage.text
    assert [document.id for document in client.documents("words")] == [job.document_id]
    client.delete(job.document_id)
    assert list(client.documents("words")) == []


def test_listings_are_read_to_their_end(client: Client) -> None:
    for number in range(201):
        file = io.BytesIO(b"") if number else io.BytesIO(b"words")
        try:
            client.submit(file, name=f"{number}.md", uri=f"{number}", collection="many")
        except EmptyFile:
            continue

    assert len({document.id for document in client.documents("many")}) == 201


def test_an_answer_comes_as_events(client: Client) -> None:
    ingested(client, "leave.md", LEAVE, "answer")

    # A line separator within the question is no end of the event's line.
    question = "What is the notice period,\u2028and why?"
    events = list(client.answer_events(question, collection="answer"))

    assert (events[0][0], events[-1][0]) == ("sources", "answer")
    assert events[-1][1]["answer"]["question"] == question


def test_problems_come_back_as_the_errors_they_were(client: Client) -> None:
    job = ingested(client, "leave.md", LEAVE, "problems")

    with pytest.raises(DocumentNotFound, match="none"):
        client.document("none")
    with pytest.raises(EmptyFile):
        client.submit(io.BytesIO(b""), name="a.md", uri="a", collection="problems")
    with pytest.raises(SpanInvalid):
        client.quote(job.document_id, job.version_id, 5, 4)
    with pytest.raises(RequestInvalid):
        client.search(" ")
    with pytest.raises(RequestInvalid):
        list(client.answer_events(" "))


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    gone = Client("http://127.0.0.1:9")

    # The guard of the tests would stop a connection to any other machine.
    with pytest.raises(ServerUnavailable, match=r"127\.0\.0\.1:9"):
        gone.job("a")

    gone.close()
