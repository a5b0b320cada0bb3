"""The HTTP application, made from ready collaborators, so that tests hand in others."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from swagger_ui_bundle import swagger_ui_path

from api.headers import SecurityHeaders
from api.problems import MEDIA_TYPE, install_problem_handlers
from api.routes import answers, comparisons, documents, health, jobs, search, summaries, versions
from api.schemas import ProblemOut
from api.services import Services

_WEB = Path(__file__).parent / "web"

_PROBLEM: dict[str, Any] = {
    "description": "A problem (RFC 9457)",
    "content": {MEDIA_TYPE: {"schema": ProblemOut.model_json_schema()}},
}


def create_app(services: Services) -> FastAPI:
    """The application over ready collaborators. Who opened them closes them."""
    app = FastAPI(
        title="Chuchu",
        version=version("chuchu"),
        summary="Answers over your own documents, with the exact words behind every sentence",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    install_problem_handlers(app)
    for module in (answers, search, documents, summaries, comparisons, versions, jobs, health):
        app.include_router(module.router, responses={"default": _PROBLEM})
    app.mount("/assets/docs", StaticFiles(directory=swagger_ui_path), name="docs-assets")
    app.mount("/assets", StaticFiles(directory=_WEB), name="assets")
    app.add_api_route("/docs", _api_docs, include_in_schema=False)
    app.add_api_route("/", _page, include_in_schema=False)
    app.add_middleware(SecurityHeaders)
    return app


async def _page() -> FileResponse:
    return FileResponse(_WEB / "index.html")


async def _api_docs() -> HTMLResponse:
    """The OpenAPI page from files of this installation: there may be no network."""
    assets = "/assets/docs"
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Chuchu API",
        swagger_js_url=f"{assets}/swagger-ui-bundle.js",
        swagger_css_url=f"{assets}/swagger-ui.css",
        swagger_favicon_url="/assets/favicon.svg",
    )
