"""A server on a free port, in a thread of its own, asked over real connections."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
import uvicorn

from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from riskwarn.store import ledger, undo
from serving.api import streaming
from serving.api.app import Application
from serving.api.options import Options
from serving.api.server import configuration, listening
from serving.publishing.publish import publish
from serving.snapshots import published
from tests.conftest import Town
from tests.waiting import PATIENCE, until
from tests.worlds import NOW, load

#: What :func:`silenced` calls its silent district, and for how long it is silent.
DISTRICT = "QX900"
QUIET_DAYS = 60


@contextmanager
def running(home: Home, clock: Callable[[], datetime], options: Options | None = None) -> Iterator[str]:
    """Serve a home as the command does; gives the address."""
    with running_application(Application(home, clock, options)) as address:
        yield address


@contextmanager
def running_application(application: Application, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an application, in a thread, on a free port or on one that was; gives the address."""
    with listening(host, port, 100) as bound:
        server = uvicorn.Server(configuration(lambda: application, application.options))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            shown = f"[{host}]" if ":" in host else host
            yield f"http://{shown}:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


@pytest.fixture
def streams_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that is not told when ends once all that is kept was told: a walk over all routes may meet one where it should not."""
    monkeypatch.setattr(streaming, "LONGEST", 0.0)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A home with a published made-up city of 800 grids."""
    return Made(make_home(tmp_path / "home", Settings()))


class Made:
    """A home whose snapshots are made up: no store, no model."""

    as_of = date(2026, 3, 2)
    now = datetime(2026, 3, 3, tzinfo=UTC)

    def __init__(self, home: Home, grids: int = 800) -> None:
        self.home, self.grids = home, grids
        self.first = self.publish()

    @classmethod
    def over(cls, home: Home) -> Made:
        """A home that has something published already."""
        made = cls.__new__(cls)
        made.home = home
        return made

    def publish(self, days: int = 0, seed: int = 0, salt: str = "") -> str:
        """Publish another snapshot, as of so many days later; gives its id."""
        as_of = self.as_of + timedelta(days=days)
        return publish_made(
            self.home, made_content(self.grids, seed=seed), as_of, self.now + timedelta(days=days), salt=salt
        )

    def application(self, **options: Any) -> Application:
        """Its application, at a time when the first snapshot is fresh."""
        return Application(self.home, lambda: self.now, Options(**options))

    def withdraw(self, snapshot: str) -> None:
        """Withdraw one."""
        with self.home.database.begin() as connection:
            published.mark(connection, snapshot, published.WITHDRAWN, "a test", self.now)

    def damage(self, snapshot: str, name: str = "scores.parquet") -> Callable[[], int]:
        """Damage a file of one; gives what mends it."""
        file = self.home.snapshots / snapshot / name
        body = file.read_bytes()
        file.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
        return lambda: file.write_bytes(body)


@pytest.fixture
def copied(town: Town, tmp_path: Path) -> Home:
    """The published city in a home of one's own."""
    shutil.copytree(town.home.path, tmp_path / "copy")
    return open_home(tmp_path / "copy", Settings())


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
