"""Fetching from URLs, against a server on this machine; that it is one is what has to be allowed explicitly."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from api.services import Services
from ingest.addresses import is_public
from ingest.intake import Intake
from ingest.urls import MOST_REDIRECTS, UrlFetcher, name_of, normalised
from rag.documents import VersionStatus
from rag.errors import (
    ChuchuError,
    FileTooLarge,
    UrlAddressForbidden,
    UrlAnswer,
    UrlInvalid,
    UrlTooManyRedirects,
    UrlUnreachable,
)
from rag.index.filters import Filter
from rag.store.submissions import SubmissionOutcome
from tests.running import ended, tiny_settings, with_services

PAGE = b"<html><head><title>Leave</title></head><body><p>The notice period is 30 days.</p></body></html>"


class Web(BaseHTTPRequestHandler):
    """`/file` has an ETag, `/hops/N` redirects N times, `/inside` to the metadata service of a cloud."""

    page = PAGE
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("If-None-Match")))
        if self.path == "/file":
            self._file()
        elif self.path.startswith("/hops/"):
            left = int(self.path.removeprefix("/hops/"))
            self._answer(302, location=f"/hops/{left - 1}" if left > 1 else "/file")
        elif self.path == "/inside":
            self._answer(302, location="http://169.254.169.254/latest/meta-data/")
        elif self.path == "/scheme":
            self._answer(302, location="file:///etc/passwd")
        elif self.path == "/packed":
            self._answer(200, b"x", **{"content-encoding": "gzip"})
        elif self.path == "/large":
            self._answer(200, b"words " * 50_000)
        elif self.path == "/cut":
            self._answer(200, b"half", **{"content-length": "8"})
        elif self.path == "/slow":
            threading.Event().wait(2)
            self._answer(200, b"late")
        else:
            self._answer(404, b"<p>Not found. The notice period is 7 days.</p>")

    def _file(self) -> None:
        tag = f'"{len(self.page)}"'
        if self.headers.get("If-None-Match") == tag:
            self._answer(304)
        else:
            self._answer(200, self.page, etag=tag, **{"content-type": "text/html; charset=utf-8"})

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Web, "asked", [])
    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def got(url: str, *, allow_private: bool = True, timeout_s: float = 30.0) -> tuple[str, bytes]:
    """The name and the bytes."""

    async def fetch() -> tuple[str, bytes]:
        async with UrlFetcher(timeout_s, allow_private=allow_private).fetched(url) as fetched:
            assert fetched.content is not None
            return fetched.name, b"".join([piece async for piece in fetched.content])

    return asyncio.run(fetch())


def test_a_file_comes_with_a_name_of_its_type(web: str) -> None:
    assert got(f"{web}/file") == ("file.html", PAGE)
    assert Web.asked == [("/file", None)]


def test_redirects_are_followed_so_far_and_no_further(web: str) -> None:
    assert got(f"{web}/hops/{MOST_REDIRECTS}")[1] == PAGE
    with pytest.raises(UrlTooManyRedirects):
        got(f"{web}/hops/{MOST_REDIRECTS + 1}")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/none", UrlAnswer),
        ("/packed", UrlAnswer),
        ("/scheme", UrlInvalid),
        ("/cut", UrlUnreachable),
    ],
)
def test_what_is_not_the_file_is_refused_by_name(web: str, path: str, error: type[ChuchuError]) -> None:
    with pytest.raises(error):
        got(f"{web}{path}")


def test_a_server_that_takes_its_time_is_left(web: str) -> None:
    with pytest.raises(UrlUnreachable, match=r"longer than 0\.2 s"):
        got(f"{web}/slow", timeout_s=0.2)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(UrlUnreachable):
        got("http://127.0.0.1:1/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_not_fetched_from(web: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is written. The guard of the tests looks at names alone, so this one resolves numbers itself."""
    port = web.rpartition(":")[2]
    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", resolving_numbers)

    with pytest.raises(UrlAddressForbidden):
        got(f"http://{host}:{port}/file", allow_private=False)
    assert Web.asked == []


async def resolving_numbers(_loop: object, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
    address = host if ":" in host else "127.0.0.1"
    return [(0, 0, 0, "", (address, port))]


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def rebinding(_loop: object, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", rebinding)

    with pytest.raises(UrlAddressForbidden, match="rebind"):
        got("http://rebind.example/", allow_private=False)


def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to(
    web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second look at the name could find another address."""
    looked_up = []

    async def once(_loop: object, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        looked_up.append(host)
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", once)

    assert got(web.replace("127.0.0.1", "named.example") + "/file")[1] == PAGE
    assert looked_up.count("named.example") == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_what_is_no_public_address(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_what_is_a_public_address(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://Example.com", "https://example.com/"),
        (
            "https://zh.example.org/wiki/出处?q=年假#top",
            "https://zh.example.org/wiki/%E5%87%BA%E5%A4%84?q=%E5%B9%B4%E5%81%87",
        ),
        ("http://例子.测试:8080/a%20b", "http://xn--fsqu00a.xn--0zwm56d:8080/a%20b"),
        ("http://[2606:2800::1]:81/x", "http://[2606:2800::1]:81/x"),
    ],
)
def test_urls_are_sent_in_ascii(url: str, sent: str) -> None:
    assert normalised(url) == sent
    assert normalised(sent) == sent


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "file:///etc/passwd", "http://", "http://u:p@a.example/", "a.example"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(UrlInvalid):
        normalised(url)


@pytest.mark.parametrize(
    ("url", "content_type", "name"),
    [
        ("http://a/report.pdf", "application/pdf", "report.pdf"),
        ("http://a/report.php?id=7", "application/pdf", "report.pdf"),
        ("http://a/", "text/html; charset=utf-8", "index.html"),
        ("http://a/v1.2 notes", "text/html", "v1.2 notes.html"),
        ("http://a/notes.md", "text/plain", "notes.md"),
        ("http://a/x.docx", "application/octet-stream", "x.docx"),
        ("http://a/%E6%96%B0.txt", "", "新.txt"),
    ],
)
def test_names_fit_their_type(url: str, content_type: str, name: str) -> None:
    assert name_of(url, content_type) == name


def test_a_page_is_later_asked_for_by_its_tag(web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"{web}/file"

    async def scenario(services: Services) -> None:
        intake = intake_of(services)
        first = await intake.submit_url(url, "web")
        await ended(services, first.job)
        again = await intake.submit_url(url, "web")
        monkeypatch.setattr(Web, "page", PAGE.replace(b"30 days", b"45 days at least"))
        changed = await intake.submit_url(url, "web")
        await ended(services, changed.job)

        versions = await services.stores.documents.versions(first.document.id)
        assert (again.outcome, changed.outcome) == (SubmissionOutcome.UNCHANGED, SubmissionOutcome.SUBMITTED)
        assert [version.status for version in versions] == [VersionStatus.LIVE, VersionStatus.SUPERSEDED]
        assert [condition for _, condition in Web.asked] == [None, f'"{len(PAGE)}"', f'"{len(PAGE)}"']
        (passage,) = (await services.retriever.retrieve("notice period", collection="web")).passages
        assert "45 days" in passage.text

    with_services(tmp_path, scenario)


def test_what_is_said_of_a_page_is_found_by_filters_without_reading_it_again(web: str, tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        intake = intake_of(services)
        first = await intake.submit_url(f"{web}/file", "web", metadata={"tags": "draft"})
        await ended(services, first.job)
        again = await intake.submit_url(f"{web}/file", "web", metadata={"tags": "final"})
        kept = await intake.submit_url(f"{web}/file", "web")

        assert (again.outcome, kept.outcome) == (SubmissionOutcome.UNCHANGED, SubmissionOutcome.UNCHANGED)
        (passage,) = (await services.retriever.retrieve("notice", filter=Filter(tags=("final",)))).passages
        assert passage.uri == f"{web}/file"
        assert (await services.retriever.retrieve("notice", filter=Filter(tags=("draft",)))).passages == ()

    with_services(tmp_path, scenario)


def test_what_is_refused_leaves_nothing_to_be_found(web: str, tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        intake = intake_of(services)
        with pytest.raises(UrlAnswer, match="HTTP 404"):
            await intake.submit_url(f"{web}/none", "web")
        with pytest.raises(FileTooLarge):
            await intake.submit_url(f"{web}/large", "web")
        with pytest.raises(UrlUnreachable):
            await intake.submit_url(f"{web}/cut", "web")
        with pytest.raises(UrlAddressForbidden):
            await services.intake.submit_url(f"{web}/file", "web")

        assert (await services.retriever.retrieve("notice period")).passages == ()
        assert [listing.document.uri for listing in await services.stores.documents.documents()] == [f"{web}/large"]

    with_services(tiny_settings(tmp_path, ingest={"max_file_bytes": 100_000}), scenario)


def intake_of(services: Services) -> Intake:
    """As the service's own, but for this machine."""
    fetcher = UrlFetcher(30.0, allow_private=True)
    return Intake(services.stores, services.index, services.settings.ingest, lambda: None, fetcher)
