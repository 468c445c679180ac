"""A server on a free port, in a thread of its own, asked over real connections."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import httpx
import pandas as pd
import pytest
import uvicorn

from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.store import ledger, undo
from serving.api.app import create_app
from serving.publishing.publish import publish
from tests.conftest import Town
from tests.worlds import NOW, load

#: What :func:`silenced` calls its silent district, and for how long it is silent.
DISTRICT = "QX900"
QUIET_DAYS = 60


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


@pytest.fixture(scope="session")
def silenced(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The published city, some of whose towns became a district; its disputes are not reported for the last two months."""
    folder = tmp_path_factory.mktemp("silenced")
    shutil.copytree(town.home.path, folder / "home")
    home = open_home(folder / "home", Settings())
    grids = pd.read_csv(town.exports / "网格.csv", dtype=str)
    moved = grids["镇街编码"].isin(sorted(grids["镇街编码"].unique())[::2])
    grids.loc[moved, ["区县编码", "区县名称"]] = (DISTRICT, "新区")
    grids.to_csv(folder / "grids.csv", index=False)
    load(home, "grids", folder / "grids.csv")
    inside = set(grids.loc[moved, "网格编码"])
    first = next(row for row in ledger(home, "disputes"))
    undo(home, first.load_id, with_later=True, now=NOW)
    rows = pd.read_csv(town.exports / first.file_name, dtype=str, encoding="gb18030")
    known = pd.to_datetime(rows["登记时间"])
    late = known >= known.max() - pd.Timedelta(days=QUIET_DAYS)
    kept = rows[~(rows["网格编码"].isin(inside) & late)]
    kept.to_csv(folder / "disputes.csv", index=False)
    load(home, "disputes", folder / "disputes.csv")
    publish(home, now=NOW)
    return home
