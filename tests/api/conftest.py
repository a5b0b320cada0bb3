"""The application over real services at a small size, asked in this process without a socket."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from api.app import create_app
from api.services import Services, open_services
from rag.index.passage_index import PassageIndex
from rag.testing import HashEmbedder, ScriptedChat
from tests.running import ended, tiny_settings, until

T = TypeVar("T")

LEAVE = "# Leave\n\nThe notice period is 30 days.\n"


class Api:
    """The routes of one application, asked from synchronous tests; a defect comes back as its response."""

    def __init__(self, portal: BlockingPortal, services: Services) -> None:
        self.services = services
        self.app = create_app(services)
        self._portal = portal
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://chuchu")

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        return self._portal.call(work)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.run(lambda: self._http.request(method, path, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("POST", path, **options)

    def upload(self, name: str, content: str | bytes, **form: str) -> httpx.Response:
        data = content.encode() if isinstance(content, str) else content
        return self.post("/v1/documents", files={"file": (name, io.BytesIO(data))}, data=form)

    def ingested(self, name: str, content: str | bytes, **form: str) -> dict[str, Any]:
        """Upload, wait for the end, and give the job as the API shows it."""
        job_id = self.upload(name, content, **form).json()["job"]["id"]

        async def wait() -> None:
            await ended(self.services, await self.services.intake.status(job_id))

        self.run(wait)
        job: dict[str, Any] = self.get(f"/v1/jobs/{job_id}").json()
        return job

    def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        self.run(lambda: until(holds))


@contextmanager
def running_api(
    data_dir: Path, *, chat: ScriptedChat | None = None, index: PassageIndex | None = None, **sections: Any
) -> Iterator[Api]:
    with start_blocking_portal() as portal:
        opened = open_services(
            tiny_settings(data_dir, **sections),
            embedder=HashEmbedder(),
            chat=chat or ScriptedChat("The notice period is 30 days [1]."),
            index=index,
        )
        with portal.wrap_async_context_manager(opened) as services:
            yield Api(portal, services)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One application for a module, since opening takes seconds: its tests use names and collections of their own."""
    with running_api(tmp_path_factory.mktemp("data"), ingest={"max_file_bytes": 100_000}) as opened:
        yield opened


@pytest.fixture(scope="module")
def leave(api: Api) -> dict[str, Any]:
    """The job of a document that is live in the collection `leave`."""
    return api.ingested("leave.md", LEAVE, collection="leave", uri="wiki/leave")
