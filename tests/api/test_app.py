from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from api.headers import HEADERS
from tests.api.conftest import Api, running_api
from tests.faulty import BrokenIndex

SNAPSHOT = Path(__file__).with_name("openapi.json")
REGENERATE = "python -m tests.api.test_app"


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/documents", "/v1/nothing", "/assets/app.js", "/openapi.json"])
def test_every_response_carries_the_security_headers(api: Api, path: str) -> None:
    headers = api.get(path).headers

    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_the_api_page_needs_no_network(api: Api) -> None:
    page = api.get("/docs")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert len(links) >= 3
    assert all(link.startswith("/") for link in links)
    assert {api.get(link).status_code for link in links} == {200}
    assert "script-src 'self' 'unsafe-inline'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"


def test_the_page_is_served(api: Api) -> None:
    page = api.get("/")

    assert page.headers["content-type"].startswith("text/html")
    links = re.findall(r'(?:src|href)="(/[^"]*assets[^"]+)"', page.text)
    assert links
    assert {api.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize("path", ["/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/docs/%2e%2e/%2e%2e/x"])
def test_nothing_beside_the_assets_is_served(api: Api, path: str) -> None:
    assert api.get(path).status_code == 404


def test_a_working_service_lives_and_is_ready(api: Api) -> None:
    assert api.get("/healthz").json()["status"] == "ok"
    ready = api.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "index": "ok"})


def test_a_broken_index_lives_and_is_not_ready(tmp_path: Path) -> None:
    with running_api(tmp_path, index=BrokenIndex(tmp_path / "index"), ingest={"parsers": 1}) as api:
        ready = api.get("/readyz")

        assert api.get("/healthz").status_code == 200
        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        assert ready.json()["checks"]["database"] == "ok"
        assert "it is away" in ready.json()["checks"]["index"]


def test_the_openapi_document_changes_only_on_purpose(api: Api) -> None:
    assert written(api.app.openapi()) == SNAPSHOT.read_text(encoding="utf-8"), f"if it is meant, run `{REGENERATE}`"


def written(document: dict[str, object]) -> str:
    """Without the release, which is no part of the interface."""
    info = {name: value for name, value in dict(document["info"]).items() if name != "version"}  # type: ignore[call-overload]
    return json.dumps({**document, "info": info}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    from api.app import create_app

    # The document is made of the routes alone, so that no services need to be opened.
    SNAPSHOT.write_text(written(create_app(None).openapi()), encoding="utf-8")  # type: ignore[arg-type]
