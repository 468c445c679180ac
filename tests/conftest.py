"""Shared by all tests: thread counts, no telemetry, a home in a temporary folder."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from inspect import unwrap
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from features import read_city
from riskwarn import database
from riskwarn.home import Home, make_home
from riskwarn.migrations import HEAD, run
from riskwarn.settings import Settings
from serving.publishing.publish import Published, publish
from tests.postgresql import postgresql
from tests.waiting import PATIENCE
from tests.worlds import NOW, simulated
from training import ForecastTask, Trained, train
from training.evaluation.rolling import best_baseline
from training.registry import tracking

if TYPE_CHECKING:
    from mlflow import MlflowClient

hypothesis_settings.register_profile("riskwarn", deadline=None, derandomize=True, max_examples=50)
hypothesis_settings.load_profile("riskwarn")


# A client waits as patiently as all else here: httpx gives up after five seconds.
for asks in (
    httpx.Client.__init__,
    httpx.AsyncClient.__init__,
    httpx.request,
    httpx.get,
    httpx.post,
    unwrap(httpx.stream),
):
    defaults = asks.__kwdefaults__
    assert defaults is not None, asks
    defaults["timeout"] = httpx.Timeout(PATIENCE)


def _copied(source: Path, target: Path) -> None:
    """Copy an SQLite file, also one that somebody has open."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


@pytest.fixture(scope="session", autouse=True)
def _tables_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the scripts make of an empty SQLite file is made once a process, and copied: thousands of homes would each run them all.

    `tests/riskwarn/test_database.py` runs the scripts themselves.
    """
    made, scripts = tmp_path_factory.mktemp("tables") / "made.db", run.upgrade

    def upgrade(engine: Engine, to: str = "head") -> None:
        file = Path(engine.url.database or "")
        if engine.dialect.name != "sqlite" or to != HEAD or not file.is_file() or file.stat().st_size:
            scripts(engine, to)
        elif made.exists():
            _copied(made, file)
        else:
            scripts(engine, to)
            _copied(file, made)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "upgrade", upgrade)
        yield


@pytest.fixture(scope="session", autouse=True)
def _tables_of_mlflow_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """So is what MLflow's scripts make of a home's own file, which takes them two seconds.

    `tests/training/registry/test_versions.py` lets them run, in processes of their own.
    """
    made, client = tmp_path_factory.mktemp("mlflow") / "made.db", tracking._client

    def client_of(home: Home) -> MlflowClient:
        file = home.path / "mlflow.db"
        if home.settings.tracking_uri is not None or file.exists():
            return client(home)
        if made.exists():
            _copied(made, file)
            return client(home)
        first = client(home)
        _copied(file, made)
        return first

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracking, "_client", client_of)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """A statement is compiled once a process: each home has an engine of its own, and each engine would compile all anew."""
    alike = {"__eq__": lambda one, other: type(one) is type(other), "__hash__": lambda one: hash(type(one))}
    with pytest.MonkeyPatch.context() as patch:
        for name, method in alike.items():
            patch.setattr(SQLiteDialect_pysqlite, name, method)
        patch.setattr(database, "create_engine", partial(create_engine, execution_options={"compiled_cache": {}}))
        yield


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh home with the default configuration."""
    return make_home(tmp_path / "home", Settings(threads=1))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of an empty PostgreSQL server of our own, for the tests that are marked `server`."""
    with postgresql() as url:
        yield url


@dataclass(frozen=True)
class Town:
    """A simulated city that was trained and published; shared by tests that only read it."""

    home: Home
    exports: Path
    trained: tuple[Trained, ...]
    published: Published


def _easy_to_beat(task: ForecastTask, before: date) -> str:
    return "climatology" if task.target == "conflict" else best_baseline(task, before)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A published city of 60 grids."""
    home, written = simulated(tmp_path_factory.mktemp("town"), grids=60, weeks=110)
    city = read_city(home)
    # The model scores conflict, whichever baseline is best there, so that there is a model to explain, damage and replace.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.routines.judging.best_baseline", _easy_to_beat)
        trained, skipped = train(home, city=city)
    assert not skipped, skipped
    return Town(home, written.directory, tuple(trained), publish(home, now=NOW))
