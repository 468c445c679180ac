"""How a server stands in its surroundings: where it is mounted, what it lets in and how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_network

from riskwarn.errors import SettingInvalid
from serving.api.certificates import check_authority, check_in_force, check_server


@dataclass(frozen=True)
class Options:
    """Limits of one server; the defaults are those of ``riskwarn serve``. Raises SettingInvalid."""

    root_path: str = ""  # the path under which a gateway shows it, "" or "/apps/riskwarn"
    frame_ancestors: str = "'none'"  # who may show the page in a frame (Content-Security-Policy)
    proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-* are believed
    concurrency: int = 512  # requests at work in one process; beyond, 503
    connections: int = 1_000  # held by one process; beyond, 503
    header_bytes: int = 16_384
    body_bytes: int = 65_536
    part_bytes: int = 1_048_576  # of a part of a file that is handed over
    backlog: int = 2_048  # connections that wait to be accepted
    keep_alive_seconds: int = 20
    #: From the first byte of a request to its last; for the first of a connection from when that is made.
    request_seconds: float = 20
    unread_seconds: float = 60  # for which an answer may wait to be read
    #: For so long one of several processes may be silent before it is replaced: on a busy machine a start takes its time.
    worker_seconds: int = 30
    shutdown_seconds: int = 10  # for answers that are under way, and for streams
    keyless: bool = (
        True  # whether the local operator is let in while no key and no operator exists; never beyond loopback
    )
    confirmed: bool = False  # whether only what a second person confirmed counts
    tls_cert: str | None = None  # the server's certificate and those above it, and its key: files (PEM)
    tls_key: str | None = None
    tls_client_ca: str | None = None  # whoever shows a certificate is held against these
    token: str = field(default="", repr=False)  # of this start: what the local operator needs to change anything

    def __post_init__(self) -> None:
        path = self.root_path
        if path and (not path.startswith("/") or path.endswith("/") or any(mark in path for mark in "?#% ")):
            problem = "it takes a path such as /apps/riskwarn"
            raise SettingInvalid(name="--root-path", value=path, problem=problem)
        if not self.frame_ancestors.strip() or any(mark in self.frame_ancestors for mark in ";,\r\n"):
            problem = "it takes sources of a Content-Security-Policy, such as https://portal.example"
            raise SettingInvalid(name="--frame-ancestors", value=self.frame_ancestors, problem=problem)
        for proxy in self.proxies:
            if not _is_network(proxy):
                problem = "it takes the address of a gateway, or its network, such as 10.0.0.5 or 10.0.0.0/24"
                raise SettingInvalid(name="--proxy", value=proxy, problem=problem)
        if (self.tls_cert is None) != (self.tls_key is None):
            problem = "--tls-cert and --tls-key go together"
            raise SettingInvalid(name="--tls-cert", value=self.tls_cert or "", problem=problem)
        if self.tls_client_ca is not None and self.tls_cert is None:
            problem = "it goes with --tls-cert and --tls-key"
            raise SettingInvalid(name="--tls-client-ca", value=self.tls_client_ca, problem=problem)
        if self.tls_cert is not None and self.tls_key is not None:
            check_server(self.tls_cert, self.tls_key)
        if self.tls_client_ca is not None:
            check_authority(self.tls_client_ca)

    def check_in_force(self, now: datetime) -> None:
        """Raise SettingInvalid where the server's certificate is not in force."""
        if self.tls_cert is not None:
            check_in_force("--tls-cert", self.tls_cert, now)


def _is_network(text: str) -> bool:
    """Whether a text is an address or a network: of any other the server would believe nobody, or everybody."""
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
