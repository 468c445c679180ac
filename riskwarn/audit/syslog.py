"""The rows to a collector of logs: RFC 5424 messages over TCP or TLS, each preceded by its length (RFC 6587).

Rows are sent from the table, after they have been committed, from where the last sending ended: a collector that is away for a
day gets them afterwards, and nobody who changes something ever waits for it. A row may be sent twice; its number tells.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import platform
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from riskwarn.audit.entries import Row
from riskwarn.audit.listing import after
from riskwarn.errors import RiskwarnError, SyslogUnreachable
from riskwarn.files import write_text
from riskwarn.home import Home

#: Facility 13 (log audit); severity 5 (notice), 4 (warning) for what was refused or failed.
_FACILITY, _NOTICE, _WARNING = 13, 5, 4
_FAILURES = ("refused", "failed", "denied")

#: The id of the structured data; 32473 is the number for who has none of his own (RFC 5612).
_DATA = "riskwarn@32473"

#: File of the home that says up to which row was sent, and rows that are sent between two writings of it.
SENT, AT_ONCE = "audit.sent", 500
_LOCK = ".audit.sent.lock"

SECONDS = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Collector:
    """Where messages go."""

    host: str
    port: int
    tls: bool
    authority: str | None = None  # a file of certificates; those of the system where it is not given

    @classmethod
    def of(cls, home: Home) -> Collector | None:
        """The one that the settings name (they were checked when they were read)."""
        address = home.settings.syslog
        if address is None:
            return None
        parts = urlsplit(address)
        assert parts.hostname is not None
        tls = parts.scheme == "tls"
        return cls(parts.hostname, parts.port or (6514 if tls else 601), tls, home.settings.syslog_ca)

    @contextmanager
    def connected(self, seconds: float = SECONDS) -> Iterator[socket.socket]:
        """A connection, encrypted where that is wanted; raise SyslogUnreachable."""
        try:
            with socket.create_connection((self.host, self.port), seconds) as plain:
                if not self.tls:
                    yield plain
                    return
                context = ssl.create_default_context(cafile=self.authority)
                with context.wrap_socket(plain, server_hostname=self.host) as encrypted:
                    yield encrypted
        except OSError as error:
            raise SyslogUnreachable(address=f"{self.host}:{self.port}", problem=str(error)) from error


def message(row: Row, host: str, process: int) -> bytes:
    """One row as a message (RFC 5424): its columns as structured data, and as JSON in its text."""
    severity = _WARNING if row.result in _FAILURES or row.action.endswith(".refused") else _NOTICE
    at = row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told = row.as_dict()
    data = " ".join(f'{name}="{_escaped(told[name])}"' for name in ("sequence", "actor", "action", "result", "hash"))
    text = json.dumps(told, ensure_ascii=False)
    head = f"<{_FACILITY * 8 + severity}>1 {at} {_printable(host, 255)} riskwarn {process} {_printable(row.action, 32)}"
    return f"{head} [{_DATA} {data}] \ufeff{text}".encode()


def framed(content: bytes) -> bytes:
    """A message with its length in octets before it (RFC 6587, 3.4.1)."""
    return str(len(content)).encode() + b" " + content


def forward(home: Home, *, seconds: float = SECONDS) -> int:
    """Send what has not been sent yet; gives how many rows. Nothing where no collector is named, or another process is sending.

    Raises SyslogUnreachable; what was not sent is sent the next time.
    """
    collector = Collector.of(home)
    if collector is None:
        return 0
    count = 0
    with (home.path / _LOCK).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        sent = _sent(home)
        rows = list(after(home, sent, AT_ONCE))
        if not rows:
            return 0
        host, process = platform.node() or "-", os.getpid()
        with collector.connected(seconds) as connection:
            while rows:
                connection.sendall(b"".join(framed(message(row, host, process)) for row in rows))
                write_text(home.path / SENT, f"{rows[-1].sequence}\n")
                count += len(rows)
                rows = list(after(home, rows[-1].sequence, AT_ONCE))
    return count


class Forwarding:
    """Sends in the background while a process answers; nothing where no collector is named."""

    def __init__(self, home: Home, *, every: float = 1.0) -> None:
        self._home, self._every, self._ending = home, every, threading.Event()
        self._said = False
        self._thread = threading.Thread(target=self._run, name="audit-syslog", daemon=True)
        if Collector.of(home) is not None:
            self._thread.start()

    def close(self) -> None:
        """Send what is left, if the collector takes it, and end."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
            self._try()

    def __enter__(self) -> Forwarding:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _run(self) -> None:
        while not self._ending.wait(self._every):
            self._try()

    def _try(self) -> None:
        try:
            forward(self._home)
            self._said = False
        except Exception as error:
            # Something that nobody foresaw, too: the rows are in the table, and go out the next time.
            if not self._said:
                shown = str(error) if isinstance(error, RiskwarnError) else type(error).__name__
                logger.warning("the audit is not sent on yet: %s", shown)
            self._said = True


def _sent(home: Home) -> int:
    with suppress(OSError, ValueError):
        return int((home.path / SENT).read_text(encoding="ascii"))
    return 0


def _escaped(value: object) -> str:
    """A value of structured data (RFC 5424, 6.3.3)."""
    return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _printable(text: str, most: int) -> str:
    """A word of the header: printable ASCII without blanks."""
    return "".join(one for one in text if "!" <= one <= "~")[:most] or "-"
