"""The tracking store: the one place that opens MLflow, and where its errors become ours.

MLflow is imported inside the functions: it takes seconds, and most commands do not need it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from riskwarn.errors import (
    DiskFull,
    RiskwarnError,
    TrackingAddressInvalid,
    TrackingServerUnusable,
    TrackingStoreUnusable,
)
from riskwarn.files import FULL_DISK
from riskwarn.home import Home
from riskwarn.settings import silence_telemetry

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: How long a server may be silent, in seconds, and how often it is asked again: less than ten seconds in all. MLflow's own
#: settings go before these. A server that asks to be left alone for an hour is not obeyed.
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "4",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0.5",
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",
    "PGCONNECT_TIMEOUT": "4",
}

#: What MLflow prints by itself between the lines of a command: a bar of each file that it brings, and where each run is to be seen.
_QUIET = {"MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true"}

#: How long something is asked once more of a server that has just failed.
_IMPATIENCE = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "1", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}

#: Seconds in which it is known, of a server that was heard, whether anything can be registered there: MLflow asks twice.
_ANSWERED = 9.0

#: How often MLflow tries to connect to a database, each time waiting twice as long as before: ten of its tries take 100 seconds.
_CONNECTS = 2

#: Bytes that are free at least where a version is to be registered.
_ROOM = 1 << 22

#: What an address may begin with: a server, or a database with or without its driver.
_SCHEMES = ("http", "https", "sqlite", "postgresql", "mysql", "mssql")


def check_tracking(home: Home) -> None:
    """Raise TrackingAddressInvalid, TrackingServerUnusable, TrackingStoreUnusable or DiskFull where nothing could be registered: known
    before the fit, not after."""
    if home.settings.tracking_uri is None:
        _check_embedded(home)
    with tracking(home) as client:

        def ask() -> None:
            client.search_experiments(max_results=1)
            client.search_registered_models(max_results=1)

        # A database may have to be given its tables first, which takes as long as it takes.
        web = (home.settings.tracking_uri or "").startswith("http")
        _within(_ANSWERED if web else None, ask)


@contextmanager
def tracking(home: Home) -> Iterator[MlflowClient]:
    """A client of the home's tracking store; what the store cannot do is raised as one of our errors."""
    if home.settings.tracking_uri is not None:
        address(home.settings.tracking_uri)
    silence_telemetry()
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name, value in {**_PATIENCE, **_QUIET}.items():
        os.environ.setdefault(name, value)
    _listen(home)
    from mlflow.exceptions import MlflowException
    from mlflow.store.db import utils
    from requests import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    # MLflow sets up its own logging on import; what it says of its tables is of no use to those who train.
    for name in ("alembic", "mlflow", "mlflow.store.db.utils"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    utils.MAX_RETRY_COUNT = _CONNECTS
    try:
        yield _client(home)
    except RiskwarnError:
        raise
    except (MlflowException, SQLAlchemyError, RequestException, sqlite3.Error) as error:
        raise _ours(home, str(error)) from error
    except ModuleNotFoundError as error:
        # A database whose driver is not there: nothing else is loaded so late.
        if home.settings.tracking_uri is None or home.settings.tracking_uri.startswith("http"):
            raise
        raise _ours(home, "can't load plugin") from error
    except OSError as error:
        if error.errno in FULL_DISK:
            raise
        raise _ours(home, str(error)) from error


def _client(home: Home) -> MlflowClient:
    """A client. Of the home's own database one is made at a time: two that found no tables would make them over each other."""
    from mlflow import MlflowClient

    def made() -> MlflowClient:
        return MlflowClient(tracking_uri=home.tracking_uri, registry_uri=home.tracking_uri)

    if home.settings.tracking_uri is not None:
        return made()
    alone = os.open(home.path, os.O_RDONLY)
    try:
        fcntl.flock(alone, fcntl.LOCK_EX)
        client = made()
        client.search_registered_models(max_results=1)
        return client
    finally:
        os.close(alone)


@contextmanager
def impatiently() -> Iterator[None]:
    """Ask a server once, and for a second: what failed has taken its time already."""
    before = {name: os.environ.get(name) for name in _IMPATIENCE}
    os.environ.update(_IMPATIENCE)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def address(uri: str) -> str:
    """Where a tracking store is, without name and password; raise TrackingAddressInvalid where nothing could be there."""
    before, slashes, after = uri.partition("//")
    shown = f"{before}{slashes}{after.rpartition('@')[2]}" if slashes else uri.rpartition("@")[2]
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise TrackingAddressInvalid(address=shown) from error
    kind, _, driver = parts.scheme.partition("+")
    web = kind in ("http", "https")
    wrong = driver or not parts.hostname if web else kind == "sqlite" and parts.hostname
    if kind not in _SCHEMES or not slashes or wrong:
        raise TrackingAddressInvalid(address=shown)
    return f"{parts.scheme}://{parts.hostname or parts.path}{f':{port}' if port else ''}"


def _listen(home: Home) -> None:
    """Raise TrackingServerUnusable where a server is silent, before the seconds that MLflow takes to be imported; whatever it answers
    is left to MLflow, and so is a silence later on."""
    uri = home.settings.tracking_uri
    if uri is None or not uri.startswith("http") or "mlflow" in sys.modules:
        return
    import requests

    timeout, again = (os.environ[f"MLFLOW_HTTP_REQUEST_{name}"] for name in ("TIMEOUT", "MAX_RETRIES"))
    if not (timeout.isdigit() and again.isdigit()):
        return  # MLflow says what is wrong with its settings
    wait = int(timeout)
    for left in reversed(range(int(again) + 1)):
        try:
            _within(wait, partial(_knock, f"{uri.rstrip('/')}/health", wait))
            return
        except (requests.Timeout, TimeoutError) as error:
            if not left:
                raise _ours(home, "timed out") from error
            wait = 1  # it was silent for long: once more is for what was lost on the way
        except requests.RequestException:
            return


def _knock(page: str, wait: int) -> None:
    import requests

    requests.get(page, timeout=wait, allow_redirects=False, stream=True).close()


def _within(seconds: float | None, call: Callable[[], None]) -> None:
    """Raise TimeoutError where a call takes longer (None: however long it takes): who sends a byte now and then is never silent for as long as a timeout."""
    if seconds is None:
        call()
        return
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError("timed out")
    if raised:
        raise raised[0]


def _check_embedded(home: Home) -> None:
    """Whether the embedded store can be written: MLflow would only say so after the fit."""
    file = home.path / "mlflow.db"
    for place in (home.path, home.artifacts):
        if not os.access(place, os.W_OK):
            raise TrackingStoreUnusable(file=file, problem=f"{place} cannot be written")
        if shutil.disk_usage(place).free < _ROOM:
            raise DiskFull(path=place)
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=5)) as connection:
            connection.execute("PRAGMA schema_version")
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()
    except sqlite3.Error as error:
        raise _ours(home, str(error)) from error


#: What is said of an error, by a part of its message that no run's id or port may hold; the message itself may hold
#: an address with a password.
_PROBLEMS = {
    "disk is full": "the disk is full",
    "can't load plugin": "its driver is not installed",
    "readonly": "it is read-only",
    "read-only": "it is read-only",
    "not a database": "it is no database",
    "malformed": "it is damaged",
    "disk i/o error": "it is damaged, or the disk is",
    "unable to open": "it cannot be opened",
    "permission": "the right to it is missing",
    "locked": "another process holds it",
    "out-of-date database schema": "another version of MLflow made it",
    "can't locate revision": "another version of MLflow made it",
    "401": "it refuses the name or password",
    "403": "it refuses what is asked",
    "timed out": "it does not answer in time",
    "timeout expired": "it does not answer in time",
    "refused": "nothing answers there",
    "resolve": "there is no such host",
    "max retries": "it does not answer",
    "connection aborted": "it does not answer",
    "connection reset": "it does not answer",
    "does not exist": "it does not hold what it should",
    "not found": "it does not hold what it should",
    "no such table": "it does not hold what it should",
    "error code 5": "it fails",
    "error code": "it does not answer as MLflow does",
}


def _says(told: str, part: str) -> bool:
    """Whether a message says a part: a number only where it stands alone, not within an id."""
    return part in told if not part.isdigit() else bool(re.search(rf"(?<![\w-]){part}(?![\w-])", told))


def _ours(home: Home, message: str) -> RiskwarnError:
    told = message.lower()
    if home.settings.tracking_uri is None and "disk is full" in told:
        return DiskFull(path=home.path / "mlflow.db")
    problem = next((said for part, said in _PROBLEMS.items() if _says(told, part)), "MLflow cannot use it")
    if home.settings.tracking_uri is None:
        return TrackingStoreUnusable(file=home.path / "mlflow.db", problem=problem)
    return TrackingServerUnusable(address=address(home.settings.tracking_uri), problem=problem)
