"""Rates of all history, each shrunk to the rate of the unit above with a fixed weight: nothing is fitted.

A grid is exposed from the period in which any record of the target's source was first seen, in the whole city: silence
before a feed began says nothing. A grid that is new has the exposure of the others, for what happened on its ground before
is carried to it by the lineage of grids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from features.engine import cellwise
from features.engine.sums import Narrow, Reals, Sums
from features.panel.distances import NEAR
from features.panel.panel import Panel
from features.panel.partition import LOCAL, Indices
from features.transforms.amounts import Holding, Intensive, SummedAge
from features.transforms.cases import Begun, Ended, Open
from features.transforms.selections import Severe
from features.transforms.targets import EventsOf
from features.transforms.transform import Shared, Transform
from features.transforms.units import summed_over_units
from riskwarn.words import Unit

#: Every unit and the one to whose rate its own is shrunk.
_ABOVE = {Unit.COMMUNITY: Unit.TOWN, Unit.TOWN: Unit.DISTRICT, Unit.DISTRICT: Unit.CITY}


@dataclass(frozen=True)
class ShrunkRates(Shared[Reals]):
    """(columns, units) events per grid and period since the source was first seen, above zero everywhere.

    (n + k · rate of the unit above) / (grids · periods + k); of the city (n + ½) / (grids · periods + 1).
    """

    events: EventsOf
    k: int  # periods of one grid that the unit above counts for
    level: Unit

    def make(self, panel: Panel) -> Reals:
        """From the city down."""
        level = panel.partition.levels[self.level]
        exposure = level.sizes * _periods(self.events, panel)[:, None]
        count = _count(self.events, self.level, panel)
        if self.level is Unit.CITY:
            return np.ascontiguousarray((count + 0.5) / (exposure + 1.0))
        above = _ABOVE[self.level]
        prior = np.take(ShrunkRates(self.events, self.k, above).on(panel), _unit_above(panel, self.level), axis=1)
        return np.ascontiguousarray((count + self.k * prior) / (exposure + self.k))


@dataclass(frozen=True)
class DaysAtRisk(Transform):
    """The days for which the cases of a source have lain open in all history, weighted by severity."""

    source: str

    unit = "severity days"

    def compute(self, panel: Panel) -> Sums:
        """Of those that are open, and of those that were."""
        waiting = SummedAge(Begun(Severe(Open(self.source)))).compute(panel)
        return waiting + Holding(Severe(Ended(self.source))).compute(panel)


@dataclass(frozen=True)
class ShrunkIncidence(Shared[Reals]):
    """(columns, units) events for each day at risk, above zero everywhere.

    (n + w · incidence of the unit above) / (days at risk + w), where w is the days in which the whole city has `k` events;
    of the city (n + ½) / (days at risk + 1).
    """

    events: EventsOf
    exposure: DaysAtRisk
    k: int  # events that the unit above counts for
    level: Unit

    def make(self, panel: Panel) -> Reals:
        """From the city down."""
        count, days = _count(self.events, self.level, panel), summed_over_units(self.exposure, self.level, panel)
        if self.level is Unit.CITY:
            return np.ascontiguousarray((count + 0.5) / (days + 1.0))
        above = _ABOVE[self.level]
        prior = np.take(replace(self, level=above).on(panel), _unit_above(panel, self.level), axis=1)
        weight = self.weight(panel)
        return np.ascontiguousarray((count + weight * prior) / (days + weight))

    def weight(self, panel: Panel) -> Reals:
        """(columns, 1) the days at risk in which the whole city has `k` events."""
        return self.k / replace(self, level=Unit.CITY).on(panel)


@dataclass(frozen=True)
class LogIncidenceOfGrid(Intensive):
    """The logarithm of how often events came for each day at risk of a case, shrunk to the grid's community: places in which
    as much lies open differ by what becomes of it (a rate per person-time; the shrinkage is of Marshall 1991, its weight fixed)."""

    events: EventsOf
    exposure: DaysAtRisk
    k: int

    word = "log rate"

    @property
    def totals(self) -> tuple[Transform, ...]:
        """Events and days at risk, whose sums over district and city it is shrunk to."""
        return (Holding(self.events), self.exposure)

    def compute(self, panel: Panel) -> Reals:
        """Events and days of the grid alone."""
        above = ShrunkIncidence(self.events, self.exposure, self.k, Unit.COMMUNITY)
        weight = above.weight(panel)
        prior = np.take(weight * above.on(panel), panel.partition.levels[Unit.COMMUNITY].of_core, axis=1)
        found: Reals = np.log(prior + Holding(self.events).compute(panel))
        found -= np.log(self.exposure.compute(panel) + weight)
        return found


@dataclass(frozen=True)
class LogRate(Intensive):
    """The logarithm of a shrunk rate of all history."""

    events: EventsOf
    k: int

    word = "log rate"

    @property
    def totals(self) -> tuple[Transform, ...]:
        """The events, whose sums over district and city it is shrunk to."""
        return (Holding(self.events),)


@dataclass(frozen=True)
class LogRateOfUnit(LogRate):
    """Of the unit in which the grid lies."""

    level: Unit

    def compute(self, panel: Panel) -> Narrow:
        """The same for all its grids."""
        logs = np.log(ShrunkRates(self.events, self.k, self.level).on(panel))
        found: Narrow = np.empty((panel.columns, panel.grids), dtype=np.float32)
        cellwise.spread_over_cells(found, logs, panel.partition.levels[self.level].of_core)
        return found


@dataclass(frozen=True)
class LogRateOfGrid(LogRate):
    """Of the grid itself, shrunk to its community."""

    def compute(self, panel: Panel) -> Narrow:
        """One grid's exposure."""
        return _shrunk(self, panel, Holding(self.events).compute(panel), np.ones(panel.grids, dtype=np.int64))


@dataclass(frozen=True)
class LogRateOfNeighbours(LogRate):
    """Of the grids next door together, shrunk to the grid's own community."""

    def compute(self, panel: Panel) -> Narrow:
        """The exposure of as many grids as there are next door: of one that has none, its community's rate."""
        near = panel.partition.seen(NEAR, Holding(self.events).compute(panel.through(LOCAL)))
        return _shrunk(self, panel, near, np.diff(panel.partition.neighbourhoods[NEAR].indptr).astype(np.int64))


def _shrunk(rate: LogRate, panel: Panel, count: Sums, grids: Indices) -> Narrow:
    """(columns, cells) logarithms of (n + k · rate of the community) / (grids · periods + k)."""
    prior = rate.k * ShrunkRates(rate.events, rate.k, Unit.COMMUNITY).on(panel)
    number = np.arange(grids.max(initial=0) + 1)
    exposure = np.log(number * _periods(rate.events, panel)[:, None] + float(rate.k))
    found: Narrow = np.empty((panel.columns, panel.grids), dtype=np.float32)
    unit = panel.partition.levels[Unit.COMMUNITY].of_core
    cellwise.log_rate(found, count, prior, np.log(prior), unit, exposure, grids)
    return found


def _unit_above(panel: Panel, level: Unit) -> Indices:
    """(units,) the unit above each."""
    of_core = panel.partition.levels[level].of_core
    unit = np.zeros(len(panel.partition.levels[level].sizes), dtype=np.int64)
    unit[of_core] = panel.partition.levels[_ABOVE[level]].of_core
    return unit


def _periods(events: EventsOf, panel: Panel) -> Reals:
    """(columns,) whole periods since the source of the events was first seen; 0 before."""
    first = panel.city.first_seen.get(events.rule.source, panel.begin + panel.columns)
    return np.maximum(np.arange(panel.begin, panel.begin + panel.columns) - first, 0).astype(np.float64)


def _count(events: EventsOf, level: Unit, panel: Panel) -> Reals:
    """(columns, units) events of each unit, in its grids and in none of them."""
    return summed_over_units(Holding(events), level, panel)
