"""``riskwarn doctor``: whether the machine, the home and what is installed are fit to serve."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from riskwarn.cli.notices import NOTHING_RAISED, target_named
from riskwarn.cli.session import Session, table
from riskwarn.messages import Joined, Listed, Message

COLUMNS = ("check", "verdict", "found")

#: What matters when something behaves differently elsewhere.
PACKAGES = (
    "riskwarn", "fastapi", "starlette", "uvicorn", "pydantic", "sqlalchemy", "numpy", "pandas", "pyarrow", "lightgbm",
    "scikit-learn", "numba", "mlflow",
)  # fmt: skip

#: Older ones lack what migrations ask of SQLite.
SOUND_SQLITE = (3, 35)
LOW_BYTES, LEAST_BYTES = 10_000_000_000, 1_000_000_000


class Fit(StrEnum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


FITS = {Fit.OK: Message("ok"), Fit.WARNING: Message("warning"), Fit.FAULT: Message("fault")}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    check: str
    verdict: Fit
    found: str


@click.command("doctor")
@click.pass_obj
def command(session: Session) -> None:
    """Look at what is installed, the disk, the clock, the database, permissions and telemetry; exit 1 where something is at fault."""
    home = session.home_with_families()
    found = [
        *_installed(),
        *_machine(home.path, home.configuration.timezone),
        *_database(home),
        *_targets(home),
        *_notices(home),
        *_private(home.path),
        *_telemetry(),
    ]
    rows = [{"check": Message(one.check), "verdict": FITS[one.verdict], "found": one.found} for one in found]
    faults = [one for one in found if one.verdict is Fit.FAULT]
    following = ["Something is at fault: see above."] if faults else ["Nothing is at fault."]
    told = [{"check": one.check, "verdict": one.verdict.value, "found": str(one.found)} for one in found]
    session.emit(told, [*table(rows, COLUMNS), *following])
    if faults:
        raise click.exceptions.Exit(1)


def _installed() -> Iterator[Check]:
    """Python, packages, and what answers requests."""
    yield Check(
        "Python", Fit.OK, f"{platform.python_version()} {platform.machine()} {platform.system()} {platform.release()}"
    )
    for name in PACKAGES:
        try:
            yield Check(name, Fit.OK, version(name))
        except PackageNotFoundError:
            yield Check(name, Fit.FAULT, Message("not installed"))
    loop = "uvloop" if find_spec("uvloop") else "asyncio"
    parser = "httptools" if find_spec("httptools") else "h11"
    fast = loop == "uvloop" and parser == "httptools"
    yield Check("event loop and parser", Fit.OK if fast else Fit.WARNING, f"{loop}, {parser}")


def _machine(home: Path, zone: str) -> Iterator[Check]:
    """Disk and clock."""
    free = shutil.disk_usage(home).free
    verdict = Fit.OK if free >= LOW_BYTES else Fit.WARNING if free >= LEAST_BYTES else Fit.FAULT
    yield Check("free disk", verdict, f"{free / 1e9:.1f} GB")
    now = datetime.now(UTC)
    local = now.astimezone().isoformat(timespec="seconds")
    yield Check(
        "clock",
        Fit.OK if now.year >= 2026 else Fit.FAULT,
        Message("{now}; the city's zone is {zone}", now=local, zone=zone),
    )
    told = _synchronised()
    if told is not None:
        yield Check("clock is synchronised", Fit.OK if told else Fit.WARNING, Message("yes") if told else Message("no"))


def _synchronised() -> bool | None:
    """Whether the system keeps its clock by the network's; None where that cannot be asked."""
    folder = Path("/run/systemd/timesync")
    return (folder / "synchronized").exists() if folder.is_dir() else None


def _database(home: Any) -> Iterator[Check]:
    """The operational database, which is opened and asked."""
    from riskwarn.migrations import HEAD

    engine = home.database
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            sound = connection.exec_driver_sql("PRAGMA quick_check").scalar()
            verdict = Fit.OK if sound == "ok" and sqlite3.sqlite_version_info >= SOUND_SQLITE else Fit.FAULT
            yield Check("database", verdict, f"SQLite {sqlite3.sqlite_version}, {sound}")
        else:
            told = connection.exec_driver_sql("SELECT version()").scalar()
            yield Check("database", Fit.OK, str(told).split(" on ", 1)[0])
    yield Check("version of its tables", Fit.OK, HEAD)


def _targets(home: Any) -> Iterator[Check]:
    """Whether anything is suspended: a target that nobody resumes is forgotten in silence."""
    from serving.snapshots.suspensions import suspensions_of

    zone = home.configuration.calendar.timezone
    gone = [
        Joined(" ", [target_named(home.configuration, one.target), f"({one.at.astimezone(zone):%Y-%m-%d %H:%M})"])
        for one in suspensions_of(home).values()
    ]
    found = Listed(gone) or Message("none")
    yield Check("suspended targets", Fit.WARNING if gone else Fit.OK, found)


def _notices(home: Any) -> Iterator[Check]:
    """Whether anything raises a notice: nobody misses what never comes."""
    alerts = home.configuration.alerts
    verdict, found = (Fit.WARNING, NOTHING_RAISED) if alerts.raise_nothing else (Fit.OK, str(len(alerts.rules)))
    yield Check("rules of notices", verdict, found)


def _private(home: Path) -> Iterator[Check]:
    """Whether others of this machine can read the home, and whether we can write it."""
    from riskwarn.home import ID_KEY

    yield Check("permissions of the home", *_for_us_alone(home))
    yield Check("permissions of id.key", *_for_us_alone(home / ID_KEY))
    writable = os.access(home, os.W_OK)
    yield Check(
        "home can be written", Fit.OK if writable else Fit.WARNING, Message("yes") if writable else Message("no")
    )


def _for_us_alone(path: Path) -> tuple[Fit, str]:
    """Whether nobody else is allowed anything of a path, and its mode."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return Fit.FAULT if mode & 0o077 else Fit.OK, f"{mode:04o}"


def _telemetry() -> Iterator[Check]:
    """Whether a library would send anything to its makers."""
    off = os.environ.get("MLFLOW_DISABLE_TELEMETRY") == "true" and os.environ.get("DO_NOT_TRACK") == "true"
    yield Check("telemetry of MLflow", Fit.OK if off else Fit.FAULT, Message("off") if off else Message("on"))
    sends = [name for name in os.environ if name.startswith("OTEL_EXPORTER") or name == "FASTAPI_OTEL_AUTO_CONFIGURE"]
    verdict, found = (Fit.WARNING, Message("set, and ignored by the server: {names}", names=Listed(sorted(sends)))) if sends else (Fit.OK, Message("off"))  # fmt: skip
    yield Check("telemetry of FastAPI", verdict, found)
