"""Connecting to receivers: a name is looked up once, what it leads to is checked, and that very address is connected to.

So nobody can lead a name elsewhere between the check and the connection. The name stays what certificates are held against. Redirects are
not followed, and no proxy of the environment is asked: the pool does neither by itself.
"""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore2
from httpcore2 import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

from serving.delivery.addresses import Allowed

#: Seconds for which a name may be looked up.
LOOK_UP_SECONDS = 5.0

#: Names that are looked up at once.
LOOK_UPS = 64


class AddressRefused(Exception):
    """A host that leads to nothing that may be contacted."""


class Guarded(AsyncNetworkBackend):
    """Connects to what may be contacted, and to nothing else."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed, self._inner = allowed, AnyIOBackend()
        # Of their own: a name that nobody answers for keeps no other waiting.
        self._names = ThreadPoolExecutor(LOOK_UPS, "names")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address that may be; raise AddressRefused where there is none."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                found = await loop.run_in_executor(self._names, _looked_up, host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("the name leads nowhere") from error
        problem: Exception = AddressRefused()
        for address in chosen(found, self._allowed, host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
        raise problem

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SOCKET_OPTION] | None = None
    ) -> AsyncNetworkStream:
        """Refuse: no receiver stands there."""
        raise AddressRefused()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def close(self) -> None:
        """Wait for no name any more."""
        self._names.shutdown(wait=False, cancel_futures=True)


def _looked_up(host: str, port: int) -> list[Any]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def chosen(found: Iterable[Any], allowed: Allowed, host: str, port: int) -> list[str]:
    """Of what a name leads to the addresses that may be contacted, each once, in their order."""
    addresses = dict.fromkeys(str(told[0]) for *_, told in found)
    return [one for one in addresses if allowed.takes(one, port, host)]


def pool(guarded: Guarded, at_once: int) -> httpcore2.AsyncConnectionPool:
    """What carries messages over HTTP: guarded, direct, with the certificates of the system."""
    return httpcore2.AsyncConnectionPool(
        ssl_context=ssl.create_default_context(),
        max_connections=at_once,
        max_keepalive_connections=at_once,
        keepalive_expiry=30,
        network_backend=guarded,
    )


class GuardedMail(smtplib.SMTP):
    """smtplib's, over a socket to a checked address; the certificate is held against the name."""

    def __init__(self, allowed: Allowed, host: str, port: int, timeout: float, tls: ssl.SSLContext | None) -> None:
        self._allowed, self._tls = allowed, tls
        super().__init__(host, port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        addresses = chosen(_looked_up(host, port), self._allowed, host, port)
        problem: Exception = AddressRefused()
        for address in addresses:
            try:
                made = socket.create_connection((address, port), timeout)
            except OSError as error:
                problem = error
                continue
            return made if self._tls is None else self._tls.wrap_socket(made, server_hostname=host)
        raise problem
