"""Which addresses a fetcher of other people's URLs may connect to: those of the public internet.

The service stands inside a network that its users may not: a URL that leads to it, to a cloud's metadata or to the
machine itself would read for them what they cannot reach. What counts is the address that is connected to, not the
name: names change what they stand for between the check and the connection.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence

import httpcore

from rag.errors import UrlAddressForbidden, UrlUnreachable

_CARRIERS = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "64:ff9b::/96",  # NAT64 (RFC 6052)
        "64:ff9b:1::/48",  # NAT64 inside a network (RFC 8215)
        "2002::/16",  # 6to4 (RFC 3056)
        "2001::/32",  # Teredo (RFC 4380)
    )
)
"""IPv6 addresses that stand for an IPv4 address: they are global, and what they stand for need not be."""


def is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if any(parsed in network for network in _CARRIERS):
            return False
    return parsed.is_global and not parsed.is_multicast


class PublicBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, checks every address it stands for, and connects to one of these very addresses.

    `allow_private` is for tests against a server on this machine; no setting leads to it.
    """

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises UrlAddressForbidden, UrlUnreachable, and what httpcore raises."""
        addresses = await self._resolved(host, port)
        if not self._allow_private and not all(map(is_public, addresses)):
            raise UrlAddressForbidden(host=host)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise UrlUnreachable(host=host, reason=str(failure) or type(failure).__name__)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise UrlAddressForbidden(host=path)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _resolved(self, host: str, port: int) -> Sequence[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise UrlUnreachable(host=host, reason=str(error)) from None
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))
