"""The feed over one simulated city: who was told of what in which week, and what came, event by event."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from experiments.skill.exported import Exports, Weekly, read_exports, weekly
from experiments.skill.homes import Size, city, home, riskwarn
from riskwarn.configuration import Configuration
from riskwarn.home import open_home
from riskwarn.settings import Settings
from serving.alerts.origins import Origin, origins_of_backtest
from serving.alerts.replaying import Replayed, replay
from serving.alerts.sources import teams_of
from serving.alerts.teams import Teams

TARGET, HORIZON = "conflict", 4


@dataclass(frozen=True)
class Scale:
    """How large a city is, how long it is looked at, and how often the model is fitted."""

    grids: int = 350
    weeks: int = 260  # of records
    origins: int = 130  # weekly scorings at their end
    refit_every: int = 26


@dataclass(frozen=True)
class Feed:
    """One city, and what its feed would have told."""

    exports: Exports
    weekly: Weekly
    configuration: Configuration
    teams: Teams
    replayed: Replayed

    @property
    def weeks(self) -> list[int]:
        """Of each origin the week of the counts at whose Monday it stands."""
        return [self.weekly.mondays.index(origin.said.as_of) for origin in self.replayed.origins]

    @property
    def happened(self) -> np.ndarray:
        """(origins + HORIZON - 1, grids) events of the target, week by week from the first origin on."""
        first, last = self.weeks[0], self.weeks[-1] + HORIZON
        return self.weekly.happened[first:last]


def feed(cache: Path, seed: int, scale: Scale) -> Feed:
    """The feed of a city; its exports, home and back-test are made where the cache does not hold them."""
    size = Size(scale.grids, scale.weeks, truth_every=52, futures=100)
    folder = city(cache, "first", seed, size)
    place = cache / f"{folder.name}-home-h{HORIZON}"
    home(place, folder, [HORIZON])
    exports = read_exports(folder)
    counts = weekly(exports, TARGET, exports.end - timedelta(weeks=scale.weeks))
    origins = origins_of(place, exports.end, scale)
    opened = open_home(place, Settings(threads=1))
    teams = teams_of(opened, origins[0].said.places, origins[-1].said.as_of)
    return Feed(exports, counts, opened.configuration, teams, replay(opened.configuration, origins, teams))


def origins_of(place: Path, end: date, scale: Scale) -> list[Origin]:
    """The weekly scorings of a home, whose windows have passed by the end of its records, by a back-test that stays in the cache."""
    last = end - timedelta(weeks=HORIZON)
    first = last - timedelta(weeks=scale.origins - 1)
    kept = place.parent / f"{place.name}-{TARGET}-{first}-{last}-refit{scale.refit_every}.parquet"
    if not kept.exists():
        told = riskwarn(
            "--home", place, "backtest", "--target", TARGET, "--horizon", HORIZON, "--from", first, "--to", last,
            "--refit-every", scale.refit_every,
        )  # fmt: skip
        shutil.copyfile(told["predictions"], kept.with_suffix(".new"))
        kept.with_suffix(".new").replace(kept)
    return origins_of_backtest(open_home(place, Settings(threads=1)), kept)
