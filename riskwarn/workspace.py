"""riskwarn in Python: an opened home, a city as of a date, and features as frames.

Everything here calls what the command line calls and gives the same numbers; see docs/notebook.md for a first hour.
The rooms of features are imported inside the methods: this is, beside the command line, the only module of `riskwarn`
that opens another package.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from riskwarn.configuration import Configuration, usual_horizon
from riskwarn.errors import ArgumentInvalid, UnknownTarget
from riskwarn.home import Home, make_home, open_home
from riskwarn.messages import Message
from riskwarn.packages import check_packages
from riskwarn.settings import Settings, silence_telemetry

if TYPE_CHECKING:
    import features
    import training
    from riskwarn.ingest import Account
    from riskwarn.simulate.writing import Simulated
    from training.routines.comparing import Comparison

#: A date, or the text of one: ``2026-10-01``.
Day = date | str


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

        return City(self.home, read_city(self.home, _day(as_of), now=now or datetime.now(UTC)))

    def catalogue(self) -> pd.DataFrame:
        """Every feature of this home's configuration, a row each, by name: family, source, what it counts, its meaning."""
        from features import catalogue

        return _catalogue(catalogue(self.configuration))

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
        return f"<p><b>{_escaped(self.configuration.city)}</b> <code>{_escaped(str(self.path))}</code></p>{counted.to_html()}"


@dataclass(frozen=True)
class City:
    """What is known of a city as of a date. Made by :meth:`Workspace.city`."""

    home: Home
    known: features.City

    @property
    def as_of(self) -> date:
        """The local midnight from which one looks."""
        return self.known.as_of

    def origins(self, periods: int) -> list[date]:
        """The as-of and the dates whole periods before it, `periods` of them in all, the oldest first."""
        calendar = self.known.calendar
        return [calendar.shift(self.as_of, -step) for step in reversed(range(periods))]

    def grids(self) -> pd.DataFrame:
        """The grids in force, by grid_id: code and name of the units above, and the centre (WGS-84)."""
        places = self.known.geography
        units = {
            f"{unit.value}_{what}": [words[place] for place in found.of_grid]
            for unit, found in places.units.items()
            for what, words in (("code", found.codes), ("name", found.names))
            if unit.value != "city"
        }
        frame = pd.DataFrame({**units, "longitude": places.longitude, "latitude": places.latitude})
        return frame.set_index(pd.Index(places.grid_ids, name="grid_id"))

    def features(
        self,
        families: Iterable[str] | None = None,
        *,
        names: Iterable[str] | None = None,
        origins: Sequence[Day] | None = None,
    ) -> Features:
        """Features of every grid, as of the city's as-of or of several dates before it.

        Parameters
        ----------
        families : only these families; `names` : only these features; all where neither is given.
        origins : dates whole periods before the as-of, rising (see :meth:`origins`); only the as-of where none are given.

        Raises
        ------
        UnknownTarget : a family or feature that the catalogue does not have.
        AsOfInvalid : an origin that does not lie whole periods before the as-of.
        """
        from features import build_features, catalogue, chosen_executor

        executor = chosen_executor(self.home.settings.dask, self.home.settings.threads)
        days = [_required_day(day) for day in origins] if origins is not None else [self.as_of]
        every = catalogue(self.known.configuration)
        chosen = [feature.name for feature in every]
        if families is not None:
            wanted = _known("family of features", families, (feature.family for feature in every))
            chosen = [feature.name for feature in every if feature.family in wanted]
        if names is not None:
            wanted = _known("feature", names, (feature.name for feature in every))
            chosen = [name for name in chosen if name in wanted]
        return Features(build_features(self.known, days, executor=executor, names=chosen))

    def task(self, target: str, horizon: int | None = None, X: Features | None = None) -> Task:  # noqa: N803
        """What is to be forecast, with the features that a forecaster may read.

        Parameters
        ----------
        target : a declared target; `horizon` : in periods, else 4 where it is declared, else the first.
        X : features of :meth:`features` as of every origin that is to be learnt from; else the target's core columns.

        Raises
        ------
        UnknownTarget, TargetSourceMissing
        ArgumentInvalid : what is given is of another kind, such as a frame of features in place of the features.
        """
        if not isinstance(target, str):
            raise _argument("target", target, Message("the name of a declared target"))
        if horizon is not None and (isinstance(horizon, bool) or not isinstance(horizon, int) or horizon < 1):
            raise ArgumentInvalid(
                argument="horizon", given=repr(horizon), wanted=Message("a whole number of periods from 1")
            )
        if X is not None and not isinstance(X, Features):
            raise _argument("X", X, Message("what city.features(…) returns, not its frame"))
        from features.panel.panel import encoded
        from training import make_task
        from training.routines.backtest import features_for

        home, numbers = self.home, encoded(self.known)
        [name] = home.configuration.chosen_targets(target)
        matrix = (
            X.matrix
            if X is not None
            else features_for(self.known, name, settings=home.settings, scratch=home.features, numbers=numbers)
        )
        periods = horizon or usual_horizon(home.configuration.horizons)
        return Task(home, make_task(self.known, name, periods, matrix, numbers))


@dataclass(frozen=True)
class Task:
    """A target and horizon with the features of its origins. Made by :meth:`City.task`."""

    home: Home
    task: training.ForecastTask

    def origins(self) -> list[date]:
        """The origins whose window has passed, with time for reports to arrive."""
        return self.task.mature(self.task.as_of)

    def labels(self) -> pd.DataFrame:
        """(origins, grids) events of each mature window; NaN where the source was silent, so that nothing is known."""
        origins = self.origins()
        counts = self.task.labels(origins, self.task.as_of)
        index = pd.DatetimeIndex(origins, name="as_of")
        return pd.DataFrame(counts, index=index, columns=pd.Index(self.task.inputs.matrix.grid_ids, name="grid_id"))

    def __repr__(self) -> str:
        names = len(self.task.inputs.matrix.features)
        return f"Task({self.task.target}, horizon {self.task.horizon}, {len(self.origins())} mature origins, {names} features)"


def backtest(
    task: Task,
    models: Mapping[str, Any] | None = None,
    *,
    origins: int = 26,
    refit_every: int = 13,
    own: bool = True,
) -> Backtest:
    """Back-test estimators of one's own beside riskwarn's model and every baseline, on the same origins.

    Parameters
    ----------
    models : name -> an estimator of scikit-learn's kind, not fitted: a classifier of whether anything comes, or a regressor of
        counts. It is cloned and fitted anew every `refit_every` origins on what was known then.
    origins : the newest mature ones that are judged, at most half of all; `own` : whether riskwarn's model is fitted, too.

    Raises
    ------
    ArgumentInvalid, ForecasterInvalid : what is given is of another kind.
    ForecasterNameTaken : a name that riskwarn's model, its parts, a baseline or a column of the frame has.
    ForecastInvalid : an estimator gives no number, or a probability outside 0 to 1.
    HistoryTooShort, TargetWithoutEvents, TargetEverywhere
    """
    from training.routines.comparing import compare

    if not isinstance(task, Task):
        raise _argument("task", task, Message("what city.task(…) returns"))

    threads = task.home.settings.threads
    return Backtest(
        compare(
            task.task,
            {} if models is None else models,
            number=origins,
            refit_every=refit_every,
            own=own,
            threads=threads,
        )
    )


@dataclass(frozen=True)
class Backtest:
    """Forecasters side by side. Made by :func:`backtest`."""

    compared: Comparison

    def table(self) -> pd.DataFrame:
        """A row a forecaster, the lowest log loss first: its metrics over the judged origins."""
        return pd.DataFrame(self.compared.evaluation.metrics).T.sort_values("log_loss")

    def frame(self) -> pd.DataFrame:
        """A row an origin and grid: scores and counts of every forecaster, and what came."""
        return self.compared.frame()

    def _shown(self) -> pd.DataFrame:
        """The best thirty rows of the table and its first figures."""
        return self.table()[["log_loss", "average_precision", "capture_5", "calibration"]].head(30)

    def __repr__(self) -> str:
        task, origins = self.compared.task, self.compared.origins
        head = f"Backtest({task.target}, horizon {task.horizon}, {len(origins)} origins, {origins[0]} to {origins[-1]})"
        return f"{head}\n{self._shown().to_string(float_format=lambda x: f'{x:.4g}')}"

    def _repr_html_(self) -> str:
        return str(self._shown().to_html(float_format=lambda x: f"{x:.4g}"))


@dataclass(frozen=True)
class Features:
    """Features of grids as of one or several dates. Made by :meth:`City.features`."""

    matrix: features.FeatureMatrix

    def __len__(self) -> int:
        return len(self.matrix.origins) * len(self.matrix.grid_ids)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        index = pd.MultiIndex.from_product(
            [pd.DatetimeIndex(self.matrix.origins), self.matrix.grid_ids], names=["as_of", "grid_id"]
        )
        return pd.DataFrame(self.matrix.rows(self.matrix.origins), index=index, columns=self.matrix.names)

    def frame(self) -> pd.DataFrame:
        """(origins * grids, features) float32 under an index (as_of, grid_id); NaN where a feature is not known."""
        return self._frame.copy(deep=False)

    def describe(self) -> pd.DataFrame:
        """A row a feature: its meaning, and how it is distributed over the grids and dates."""
        from features.pages import distribution

        rows = self.matrix.values.reshape(len(self.matrix.features), -1).astype("float64")
        told = pd.DataFrame([asdict(distribution(column)) for column in rows], index=self.matrix.names)
        return _catalogue(self.matrix.features)[["family", "source", "unit", "zh", "en"]].join(told)

    def __repr__(self) -> str:
        dates = f"{self.matrix.origins[0]}" if len(self.matrix.origins) == 1 else f"{len(self.matrix.origins)} dates"
        return f"Features({len(self.matrix.grid_ids)} grids, {len(self.matrix.features)} features, as of {dates})"

    def _repr_html_(self) -> str:
        return f"<p>{_escaped(repr(self))}</p>{self.describe().to_html(max_rows=60, float_format=lambda x: f'{x:.4g}')}"


def _catalogue(rows: Sequence[features.Feature]) -> pd.DataFrame:
    frame = pd.DataFrame([asdict(feature) for feature in rows]).set_index("name")
    return frame.assign(quantity=frame["quantity"].map(str))


def _known(what: str, asked: Iterable[str], known: Iterable[str]) -> set[str]:
    every = list(dict.fromkeys(known))
    wanted = list(asked)
    for name in wanted:
        if name not in every:
            raise UnknownTarget(name=name, what=what, known=", ".join(every if len(every) < 60 else [*every[:60], "…"]))
    return set(wanted)


def _argument(argument: str, given: object, wanted: Message) -> ArgumentInvalid:
    kind = Message("of type {name}", name=type(given).__name__)
    return ArgumentInvalid(argument=argument, given=kind, wanted=wanted)


def _day(told: Day | None) -> date | None:
    return None if told is None else _required_day(told)


def _required_day(told: Day) -> date:
    return date.fromisoformat(told) if isinstance(told, str) else told


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
