"""Files from URLs: fetched with limits, never from inside the network that the service stands in."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import httpcore
import httpx

from ingest.addresses import PublicBackend
from rag.errors import UrlAnswer, UrlInvalid, UrlTooManyRedirects, UrlUnreachable

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_TIMEOUTS = {"timeout": {"connect": 10.0, "read": 30.0, "write": 10.0, "pool": 10.0}}
_FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.UnsupportedProtocol)
_KEPT = "%/:@!$&'()*+,;=?~-._[]"
"""Left as they are: what delimits, and what is encoded already."""

Validators = Mapping[str, str]
"""What a server said a file's state is known by, under the names of its headers: `etag`, `last-modified`."""

_VALIDATORS = ("etag", "last-modified")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on its way. `content` is None when the server says that it is the state of the validators.

    `name` is the file's, with an extension that its media type has.
    """

    name: str
    content: AsyncIterator[bytes] | None
    validators: Validators = field(default_factory=dict)


class UrlFetcher:
    """GETs files over HTTP and HTTPS. Bytes come as they are: nothing is accepted that would have to be unpacked."""

    def __init__(self, timeout_s: float, *, allow_private: bool = False) -> None:
        self._timeout_s = timeout_s
        self._allow_private = allow_private

    @asynccontextmanager
    async def fetched(self, url: str, known: Validators | None = None) -> AsyncIterator[Fetched]:
        """The file at a URL, through at most MOST_REDIRECTS redirects; read it within the context.

        Raises UrlInvalid, UrlAddressForbidden, UrlTooManyRedirects, UrlAnswer for any answer but the file, and
        UrlUnreachable, also while the content is read.
        """
        url, condition = normalised(url), known or {}
        backend = PublicBackend(allow_private=self._allow_private)
        pool = httpcore.AsyncConnectionPool(ssl_context=httpx.create_ssl_context(), network_backend=backend)
        try:
            async with pool, asyncio.timeout(self._timeout_s):
                for _ in range(MOST_REDIRECTS + 1):
                    async with pool.stream("GET", url, headers=_headers(url, condition), extensions=_TIMEOUTS) as reply:
                        headers = _headers_of(reply)
                        if reply.status not in _REDIRECTS:
                            yield self._file(url, reply, headers, condition)
                            return
                        url = normalised(urljoin(url, headers.get("location", "")))
                raise UrlTooManyRedirects(limit=MOST_REDIRECTS)
        except TimeoutError:
            raise UrlUnreachable(host=url, reason=f"it took longer than {self._timeout_s:g} s") from None
        except _FAILURES as error:
            raise UrlUnreachable(host=url, reason=str(error) or type(error).__name__) from error

    def _file(self, url: str, reply: httpcore.Response, headers: Mapping[str, str], known: Validators) -> Fetched:
        if reply.status == _NOT_MODIFIED and known:
            return Fetched("", None, known)
        if reply.status != 200 or headers.get("content-encoding", "identity") != "identity":
            raise UrlAnswer(url=url, status=reply.status)
        validators = {name: headers[name] for name in _VALIDATORS if name in headers}
        return Fetched(name_of(url, headers.get("content-type", "")), reply.aiter_stream(), validators)


def normalised(url: str) -> str:
    """The URL as it is sent: without fragment, other characters than ASCII encoded. Raises UrlInvalid."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        place = f"[{host}]" if ":" in host else host
        netloc = f"{place}:{parts.port}" if parts.port else place
    except ValueError:
        raise UrlInvalid(url=url) from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise UrlInvalid(url=url)
    return urlunsplit((parts.scheme, netloc, quote(parts.path or "/", _KEPT), quote(parts.query, _KEPT), ""))


def name_of(url: str, content_type: str) -> str:
    """The last part of the path; with the extension of the media type where it does not already say as much.

    `/report?id=7` served as PDF is `report.pdf`, and `/` served as HTML is `index.html`.
    """
    name = unquote(urlsplit(url).path).rpartition("/")[2] or "index"
    media_type = content_type.partition(";")[0].strip().lower()
    extension = mimetypes.guess_extension(media_type) if media_type not in _SAYS_NOTHING else None
    if extension is None or mimetypes.guess_type(name)[0] == media_type:
        return name
    stem, dot, suffix = name.rpartition(".")
    return (stem if dot and suffix.isalnum() and len(suffix) <= 5 else name) + extension


_SAYS_NOTHING = frozenset({"", "application/octet-stream", "text/plain", "application/zip"})


def _headers_of(reply: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): _text(value) for name, value in reply.headers}


def _text(value: bytes) -> str:
    """Servers write file names into `Location` as they please."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _headers(url: str, known: Validators) -> list[tuple[str, str]]:
    conditions = [("If-None-Match", known.get("etag")), ("If-Modified-Since", known.get("last-modified"))]
    return [
        ("Host", urlsplit(url).netloc),
        ("User-Agent", "chuchu"),
        ("Accept", "application/pdf, text/html;q=0.9, */*;q=0.5"),
        ("Accept-Encoding", "identity"),
        *((name, value) for name, value in conditions if value),
    ]
