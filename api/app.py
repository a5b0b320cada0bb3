"""The HTTP application, made from ready collaborators, so that tests hand in others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request

from api.problems import install_problem_handlers
from api.routes import answers, documents, health, jobs, search, versions
from api.services import Services

_WEB = Path(__file__).parent / "web"

_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

OpenServices = Callable[[], AbstractAsyncContextManager[Services]]


def create_app(open_services: OpenServices) -> FastAPI:
    """The application; its services are opened when it starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services() as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="Chuchu",
        version=version("chuchu"),
        summary="Answers over your own documents, with the exact words behind every sentence",
        lifespan=lifespan,
    )
    install_problem_handlers(app)
    for module in (answers, search, documents, versions, jobs, health):
        app.include_router(module.router)
    app.mount("/assets", StaticFiles(directory=_WEB), name="assets")
    app.add_api_route("/", _page, include_in_schema=False)
    app.middleware("http")(_with_security_headers)
    return app


async def _page() -> FileResponse:
    return FileResponse(_WEB / "index.html")


async def _with_security_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    # The OpenAPI page brings scripts of its own; everything else is ours and needs none from elsewhere.
    if request.url.path not in ("/docs", "/redoc"):
        for name, value in _SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
    return response
