"""The server process: uvicorn on loopback."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from riskwarn.errors import HostRefused, PortTaken
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from serving.api.app import create_app

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    home: Home,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    *,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until interrupted; `ready` is called once nothing stands against listening there.

    Raises HostRefused (not loopback while no key exists), PortTaken.
    """
    if host not in LOOPBACK:
        raise HostRefused(host=host)
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise PortTaken(host=host, port=port) from error
    ready()
    if workers == 1:
        uvicorn.run(create_app(home), host=host, port=port, log_level="warning", server_header=False)
        return
    # Each worker is a process of its own and opens the home by itself.
    os.environ["RISKWARN_HOME"] = str(home.path)
    uvicorn.run(
        "serving.api.server:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        server_header=False,
    )


def from_environment() -> FastAPI:
    """The application of the home that RISKWARN_HOME names."""
    settings = Settings.from_environment(os.environ)
    return create_app(open_home(Path(settings.home), settings))
