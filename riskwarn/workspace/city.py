"""What is known of a city as of a date: its grids, its features, and what is to be forecast of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from riskwarn.configuration import usual_horizon
from riskwarn.errors import ArgumentInvalid
from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.workspace.asked import Day, argument_invalid, chosen_names, day
from riskwarn.workspace.backtests import Task
from riskwarn.workspace.frames import Features

if TYPE_CHECKING:
    import features


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
        days = [day(one) for one in origins] if origins is not None else [self.as_of]
        every = catalogue(self.known.configuration)
        chosen = [feature.name for feature in every]
        if families is not None:
            wanted = chosen_names("family of features", families, (feature.family for feature in every))
            chosen = [feature.name for feature in every if feature.family in wanted]
        if names is not None:
            wanted = chosen_names("feature", names, (feature.name for feature in every))
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
            raise argument_invalid("target", target, Message("the name of a declared target"))
        if horizon is not None and (isinstance(horizon, bool) or not isinstance(horizon, int) or horizon < 1):
            raise ArgumentInvalid(
                argument="horizon", given=repr(horizon), wanted=Message("a whole number of periods from 1")
            )
        if X is not None and not isinstance(X, Features):
            raise argument_invalid("X", X, Message("what city.features(…) returns, not its frame"))
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
