from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.services import Services
from tests.api.conftest import Service
from tests.faulty import BrokenIndex
from tests.running import with_services

SNAPSHOT = Path(__file__).with_name("openapi.json")
RENEW = "python -m tests.api.openapi_snapshot"


def test_what_clients_see_is_what_was_agreed(service: Service) -> None:
    """Whoever changes the API sees it here, and renews the snapshot with the change."""
    seen = service.http.get("/openapi.json").json()

    assert seen == json.loads(SNAPSHOT.read_text("utf-8")), f"the API changed: if that is meant, run `{RENEW}`"


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/documents", "/v1/nowhere", "/assets/app.js", "/openapi.json"])
def test_every_reply_carries_the_security_headers(service: Service, path: str) -> None:
    headers = service.http.get(path).headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_page_of_the_api_needs_no_network(service: Service) -> None:
    page = service.http.get("/docs").text

    sources = re.findall(r"""(?:src|href)="([^"]+)\"""", page)
    assert len(sources) == 3
    for source in sources:
        assert source.startswith("/assets/")
        assert service.http.get(source).status_code == 200
    assert not re.search(r"https?://", page)


def test_the_page_s_files_are_all_there(service: Service) -> None:
    page = service.http.get("/")

    assert page.headers["Content-Type"].startswith("text/html")
    for source in re.findall(r"""(?:src|href)="(/assets/[^"]+)\"""", page.text):
        assert service.http.get(source).status_code == 200


@pytest.mark.parametrize("path", ["/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/docs/../../../app.py"])
def test_assets_lead_nowhere_else(service: Service, path: str) -> None:
    assert service.http.get(path).status_code == 404


def test_a_method_that_is_not_there(service: Service) -> None:
    reply = service.http.put("/v1/documents")

    assert (reply.status_code, reply.headers["Content-Type"]) == (405, "application/problem+json")
    assert reply.headers["Allow"]


def test_alive_and_ready(service: Service) -> None:
    assert service.http.get("/healthz").json() == {"status": "ok", "checks": {}}
    assert service.http.get("/readyz").json() == {"status": "ok", "checks": {"database": "ok", "index": "ok"}}


def test_not_ready_while_the_index_does_not_answer(tmp_path: Path) -> None:
    async def scenario(services: Services) -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://chuchu") as http:
            return await http.get("/healthz"), await http.get("/readyz")

    alive, ready = with_services(tmp_path, scenario, index=BrokenIndex(tmp_path / "index"), working=False)

    assert alive.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] == "ok"
    assert ready.json()["checks"]["index"].startswith("The index at the test does not answer")
