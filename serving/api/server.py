"""The server process: uvicorn on a socket that is bound once, with limits, in one process or several."""

from __future__ import annotations

import asyncio
import importlib.abc
import logging
import os
import secrets
import socket
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import uvicorn

from riskwarn.errors import HostRefused, PortTaken, SettingInvalid, TlsNeeded
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings, silence_telemetry
from serving.access.gateway import declared_gateway
from serving.access.rows import anybody
from serving.access.sign_on import declared_sign_on
from serving.api.app import Application
from serving.api.connection import Connection
from serving.api.logs import log_as_json
from serving.api.options import Options
from serving.api.workers import Workers

#: What a server must not hold.
LEARNERS = ("pandas", "sklearn", "scipy", "lightgbm", "numba", "mlflow")

LOOPBACK = ("127.0.0.1", "::1", "localhost")

#: The file in the home with the token of this start.
START_TOKEN = "serve.token"


def serve(
    home: Home,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    *,
    options: Options | None = None,
    ready: Callable[[str], None] = lambda _token: None,
) -> None:
    """Serve until interrupted; `ready` is called once connections are taken, with the token of this start where no key exists yet.

    Raises HostRefused (not loopback while no key exists), TlsNeeded (not loopback without TLS), SettingInvalid, PortTaken.
    """
    local, confirm = host in LOOPBACK, home.configuration.access.confirm
    # What stands against opening the database is said before anything listens.
    granted = anybody(home)
    if not local and not granted:
        raise HostRefused(host=host)
    options = options or Options()
    if not local and options.tls_cert is None and not options.proxies:
        raise TlsNeeded(host=host)
    options.check_in_force(datetime.now(UTC))
    gateway = declared_gateway(home)
    if gateway is not None and gateway.certificate is not None and options.tls_client_ca is None:
        problem = "nobody is told by a certificate without serve --tls-client-ca FILE (with --tls-cert, --tls-key)"
        raise SettingInvalid(name="sign_in: gateway: certificate", value=gateway.certificate, problem=problem)
    declared_sign_on(home)
    # Behind a proxy that is named people come from elsewhere, whatever address it connects to.
    elsewhere = not local or bool(options.proxies)
    options = replace(options, keyless=local, confirmed=elsewhere if confirm is None else confirm)
    log_as_json()
    hold_no_learner()
    with listening(host, port, options.backlog) as bound:
        # Another server of the home, which has the port, keeps its token.
        options = replace(options, token=start_token(home))
        forget = partial(forget_token, home, options.token)
        told = "" if granted else options.token
        try:
            if workers == 1:
                server = _Server(
                    configuration(partial(_application, home, options, None), options), lambda: ready(told), forget
                )
                server.run(sockets=[bound])
                return
            # Each worker is a process of its own, opens the home by itself, and comes back where it dies. They share this folder.
            with tempfile.TemporaryDirectory(prefix="riskwarn-workers-") as folder:
                application = partial(_application_of, home.path, home.settings, options, Path(folder))
                config = configuration(application, options)
                config.workers = workers
                ready(told)
                Workers(config, sockets=[bound]).run()
        finally:
            forget()


def start_token(home: Home) -> str:
    """A token that only who may read the home can know, new for each start: the local operator shows it to change anything."""
    token, file = secrets.token_hex(32), home.path / START_TOKEN
    # Made for its owner alone, and never there with less of it than all.
    with suppress(FileNotFoundError):
        file.with_suffix(".new").unlink()
    handle = os.open(file.with_suffix(".new"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(token + "\n")
    file.with_suffix(".new").replace(file)
    return token


def link_with(address: str, token: str) -> str:
    """A link that hands a browser the token of a start: behind the #, which no browser sends to anybody, and the page takes it out."""
    return f"{address}#token={token}"


def forget_token(home: Home, token: str) -> None:
    """Take the token of a start away as it ends. One of another server, which began since, stays."""
    file = home.path / START_TOKEN
    with suppress(OSError):
        if file.read_bytes().strip() == token.encode():
            file.unlink()


def listening(host: str, port: int, backlog: int) -> socket.socket:
    """A socket that takes connections. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(backlog)
    except OSError as error:
        bound.close()
        raise PortTaken(host=host, port=port) from error
    bound.set_inheritable(True)
    return bound


def configuration(application: Callable[[], Any], options: Options) -> uvicorn.Config:
    """How uvicorn is to serve what `application` makes in the process that serves it."""
    return uvicorn.Config(
        application,
        factory=True,
        http=cast(type[asyncio.Protocol], partial(Connection, options)),
        loop="auto",  # uvloop where it is installed, as it is with riskwarn
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=list(options.proxies),
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
        ssl_ca_certs=options.tls_client_ca,
        ssl_cert_reqs=ssl.CERT_NONE if options.tls_client_ca is None else ssl.CERT_OPTIONAL,
        backlog=options.backlog,
        timeout_keep_alive=options.keep_alive_seconds,
        timeout_graceful_shutdown=options.shutdown_seconds,
        timeout_worker_healthcheck=options.worker_seconds,
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], ended: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready, self._ended = ready, ended

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Afterwards the signal that stopped it is raised again, and one to terminate leaves nothing to be done.
        with super().capture_signals():
            try:
                yield
            finally:
                self._ended()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


class _NoLearner(importlib.abc.MetaPathFinder):
    """Refuses to import what a server must not hold."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse a package by its name; any other is left to those who find it."""
        if fullname in LEARNERS:
            raise ModuleNotFoundError(f"a server of rankings holds no {fullname}", name=fullname)


def hold_no_learner() -> None:
    """Keep learners out of this process: PyArrow imports pandas to find out whether what it is given is a frame (40 MB)."""
    if not any(isinstance(finder, _NoLearner) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NoLearner())


def _application(home: Home, options: Options, folder: Path | None) -> Application:
    return Application(home, options=options, metrics_folder=folder)


def _application_of(path: Path, settings: Settings, options: Options, folder: Path) -> Application:
    """The application of a worker. Threads of the BLAS would only wait for each other."""
    silence_telemetry()
    log_as_json()
    hold_no_learner()
    logging.getLogger(__name__).info("worker %d begins", os.getpid())
    return _application(open_home(path, settings), options, folder)
