"""Whether a request comes from this machine itself, and was not passed on by a gateway that nobody told of it."""

from __future__ import annotations

from functools import lru_cache

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

Header = tuple[bytes, bytes]

FOREIGN_HOST = "While no key exists, only localhost, 127.0.0.1 or [::1] is answered as Host."
FORWARDED = "While no key exists, forwarded requests are refused."

#: What a gateway adds by itself; one that adds nothing asks in HTTP/1.0, as nginx does where nobody told it otherwise.
_OF_GATEWAYS = frozenset((b"forwarded", b"via", b"x-real-ip"))


def refusal(headers: list[Header], http_version: str = "1.1") -> str | None:
    """Why the local operator is not believed; None where he is."""
    forwarded, hosts = http_version == "1.0", []
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name in _OF_GATEWAYS or name.startswith(b"x-forwarded-"):
            forwarded = True
    if len(hosts) != 1 or not _is_local(hosts[0]):
        return FOREIGN_HOST
    return FORWARDED if forwarded else None


@lru_cache(maxsize=256)
def _is_local(host: bytes) -> bool:
    return _without_port(host.decode("latin-1")).lower() in LOCAL_HOSTS


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() and not name.endswith(":") else host
