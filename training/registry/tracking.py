"""The tracking store: the one place that opens MLflow, and where its errors become ours.

MLflow is imported inside the functions: it takes seconds, and most commands do not need it.
"""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from riskwarn.errors import RiskwarnError, TrackingServerUnusable, TrackingStoreUnusable
from riskwarn.home import Home
from riskwarn.settings import silence_telemetry

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: How long a server may be silent, in seconds, and how often it is asked again; MLflow's own settings go before these.
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}


def check_tracking(home: Home) -> None:
    """Raise TrackingServerUnusable or TrackingStoreUnusable where nothing could be registered: known before the fit, not after."""
    if home.settings.tracking_uri is None:
        _check_embedded(home)
    with tracking(home) as client:
        client.search_experiments(max_results=1)
        client.search_registered_models(max_results=1)


@contextmanager
def tracking(home: Home) -> Iterator[MlflowClient]:
    """A client of the home's tracking store; what the store cannot do is raised as one of our errors."""
    silence_telemetry()
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException
    from requests import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    # MLflow sets up its own logging on import; what it says of its tables is of no use to those who train.
    for name in ("alembic", "mlflow", "mlflow.store.db.utils"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield MlflowClient(tracking_uri=home.tracking_uri, registry_uri=home.tracking_uri)
    except RiskwarnError:
        raise
    except (MlflowException, SQLAlchemyError, RequestException, sqlite3.Error) as error:
        raise _ours(home, str(error)) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _ours(home, str(error)) from error


def _check_embedded(home: Home) -> None:
    """Whether the embedded store can be written: MLflow would only say so after the fit."""
    file = home.path / "mlflow.db"
    for place in (home.path, home.artifacts):
        if not os.access(place, os.W_OK):
            raise TrackingStoreUnusable(file=file, problem=f"{place} cannot be written")
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=30)) as connection:
            connection.execute("PRAGMA schema_version")
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()
    except sqlite3.Error as error:
        raise _ours(home, str(error)) from error


#: What is said of an error, by a part of its message; the message itself may hold an address with a password.
_SAID = (
    ("readonly", "it is read-only"),
    ("read-only", "it is read-only"),
    ("not a database", "it is no database"),
    ("malformed", "it is damaged"),
    ("disk i/o error", "it is damaged, or the disk is"),
    ("unable to open", "it cannot be opened"),
    ("permission", "the right to it is missing"),
    ("locked", "another process holds it"),
    ("out-of-date database schema", "another version of MLflow made it"),
    ("can't locate revision", "another version of MLflow made it"),
    ("401", "it refuses the name or password"),
    ("403", "it refuses what is asked"),
    ("timed out", "it does not answer in time"),
    ("refused", "nothing answers there"),
    ("resolve", "there is no such host"),
    ("max retries", "it does not answer"),
    ("does not exist", "it does not hold what it should"),
    ("not found", "it does not hold what it should"),
    ("no such table", "it does not hold what it should"),
    ("error code 5", "it fails"),
    ("error code", "it does not answer as MLflow does"),
)


def _ours(home: Home, message: str) -> RiskwarnError:
    told = message.lower()
    problem = next((said for part, said in _SAID if part in told), "MLflow cannot use it")
    if home.settings.tracking_uri is None:
        return TrackingStoreUnusable(file=home.path / "mlflow.db", problem=problem)
    parts = urlsplit(home.settings.tracking_uri)
    host = parts.hostname or parts.path
    return TrackingServerUnusable(
        address=f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}", problem=problem
    )
