"""Headers that every response carries."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_INLINE_SCRIPT = ("/docs",)
"""The OpenAPI page starts itself by an inline script; its files are our own all the same."""

_WITH_INLINE = "; ".join(
    (HEADERS["Content-Security-Policy"], "script-src 'self' 'unsafe-inline'", "style-src 'self' 'unsafe-inline'")
)


class SecurityHeaders:
    """Plain ASGI: Starlette's `BaseHTTPMiddleware` would stand between a stream and the news that its reader left."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"] in _INLINE_SCRIPT:
                    headers["Content-Security-Policy"] = _WITH_INLINE
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
