"""A home, opened in Python: what is loaded into it, its ledger, its catalogue, and its city as of a date."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from riskwarn.configuration import Configuration
from riskwarn.home import Home, make_home, open_home
from riskwarn.packages import check_packages
from riskwarn.settings import Settings, silence_telemetry
from riskwarn.workspace.asked import Day, day_or_none
from riskwarn.workspace.city import City
from riskwarn.workspace.frames import catalogue_frame, escaped

if TYPE_CHECKING:
    from riskwarn.ingest import Account
    from riskwarn.simulate.writing import Simulated


def open(path: str | os.PathLike[str] | None = None) -> Workspace:
    """Open a home.

    Parameters
    ----------
    path : its directory; else RISKWARN_HOME, else ``./riskwarn-home``.

    Raises
    ------
    HomeMissing, ConfigurationInvalid, SettingInvalid
    PackageShadowed : a file of one's own is called ``features``, ``training`` or ``serving``.

    Examples
    --------
    >>> import riskwarn as rw
    >>> rw.open("nowhere")
    Traceback (most recent call last):
        ...
    riskwarn.errors.HomeMissing: ...nowhere is not a riskwarn home: run riskwarn init (or name another with --home or RISKWARN_HOME).
    """
    settings = _settings()
    return Workspace(open_home(Path(path or settings.home), settings))


def init(path: str | os.PathLike[str], configuration: str | os.PathLike[str] | None = None) -> Workspace:
    """Make a home in a new or empty directory, or open the one that is there.

    Parameters
    ----------
    configuration : a YAML file that becomes its riskwarn.yaml.

    Raises
    ------
    HomeNotEmpty, FileMissing, ConfigurationInvalid, SettingInvalid, PackageShadowed
    """
    return Workspace(make_home(Path(path), _settings(), Path(configuration) if configuration else None))


def simulate_exports(
    directory: str | os.PathLike[str], *, grids: int = 400, weeks: int = 156, seed: int = 1
) -> Simulated:
    """Write the exports of an invented city, whose future is known, into a new or empty directory.

    Raises
    ------
    FolderNotEmpty
    """
    from riskwarn.simulate import simulate as write

    return write(Path(directory), grids=grids, weeks=weeks, seed=seed)


def _settings() -> Settings:
    silence_telemetry()
    check_packages()
    return Settings.from_environment(os.environ)


@dataclass(frozen=True)
class Workspace:
    """An opened home. Made by :func:`open` or :func:`init`."""

    home: Home

    @property
    def path(self) -> Path:
        """The home's directory."""
        return self.home.path

    @property
    def configuration(self) -> Configuration:
        """What its riskwarn.yaml declares."""
        return self.home.configuration

    def load(
        self,
        source: str,
        *files: str | os.PathLike[str],
        mapping: str | os.PathLike[str] | None = None,
        preset: str | None = None,
        exported_at: Day | datetime | None = None,
        now: datetime | None = None,
    ) -> Account:
        """Load exports of one source, each file as a load of its own; what ``riskwarn ingest`` does.

        Parameters
        ----------
        exported_at : when the department took the export, in the city's time; else now.
        now : the time of the load, aware; else the clock's.

        Raises
        ------
        UnknownSource, FileMissing, FileUnreadable, FileEmpty, ColumnMissing, HeadingClash, PrivateColumn, RefusedWord, GridsMissing
        """
        from riskwarn.ingest import ingest

        return ingest(
            self.home,
            source,
            [Path(file) for file in files],
            mapping=Path(mapping) if mapping else None,
            preset=preset,
            exported_at=self._instant(exported_at),
            database=self.home.settings.source_url,
            now=now or datetime.now(UTC),
        )

    def loads(self) -> pd.DataFrame:
        """The ledger, a row a load: source, file, exported_at, the counts of its account, and whether it is in force."""
        from riskwarn.store import ledger

        counts = ("read", "accepted", "duplicates", "corrected", "quarantined")
        rows = [
            {
                "load": row.load_id,
                "source": row.source,
                "file": row.file_name,
                "exported_at": pd.Timestamp(row.exported_at),
                **{name: row.account.get(name) for name in counts},
                "in_force": row.stands,
            }
            for row in ledger(self.home)
            if row.undoes is None and row.erases is None
        ]
        columns = ["load", "source", "file", "exported_at", *counts, "in_force"]
        return pd.DataFrame(rows, columns=columns).set_index("load")

    def city(self, as_of: Day | None = None, *, now: datetime | None = None) -> City:
        """What is known of the city as of a date.

        Parameters
        ----------
        as_of : a local date; else the midnight after the newest known record, never later than today.

        Raises
        ------
        GridsMissing, NothingKnown, AsOfInvalid
        """
        from features import read_city

        return City(self.home, read_city(self.home, day_or_none(as_of), now=now or datetime.now(UTC)))

    def catalogue(self) -> pd.DataFrame:
        """Every feature of this home's configuration, a row each, by name: family, source, what it counts, its meaning."""
        from features import catalogue

        return catalogue_frame(catalogue(self.configuration))

    def _instant(self, told: Day | datetime | None) -> datetime | None:
        if told is None or (isinstance(told, datetime) and told.tzinfo is not None):
            return told
        zone = self.configuration.calendar.timezone
        if isinstance(told, str):
            told = datetime.fromisoformat(told)
        moment = told if isinstance(told, datetime) else datetime.combine(told, time())
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)

    def _repr_html_(self) -> str:
        loads = self.loads()
        counted = loads[loads["in_force"]].groupby("source", sort=False)[["accepted", "corrected", "quarantined"]].sum()
        return f"<p><b>{escaped(self.configuration.city)}</b> <code>{escaped(str(self.path))}</code></p>{counted.to_html()}"
