"""A server on a free port, in a thread of its own, asked over real connections."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import httpx
import pytest
import uvicorn

from riskwarn.home import Home
from serving import create_app
from tests.conftest import Town
from tests.worlds import NOW


@contextmanager
def running(home: Home, clock: Callable[[], datetime]) -> Iterator[str]:
    """Serve a home; gives the address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(create_app(home, clock), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        for _ in range(200):
            if server.started:
                break
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="session")
def address(town: Town) -> Iterator[str]:
    """Where the published city is served, long after its snapshot has ended."""
    with running(town.home, lambda: NOW) as found:
        yield found


@pytest.fixture(scope="session")
def api(address: str) -> Iterator[httpx.Client]:
    """A client of the published city."""
    with httpx.Client(base_url=address) as client:
        yield client
