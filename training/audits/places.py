"""Where the records lie that became events, and where those that did not: where nearly all of a unit's lie in a few of its grids, and hardly
any of the others, the place was written because of what came of them.

A grid may be busy, and its records graver than others. What does not come by itself is that records of a few grids become events ten times
as often as those of the same category, severity and age elsewhere, and that hardly any other record of the unit does: so it looks where a
record is given the grid of a police station, or of the office that took it over, once it has become an event. The other way round, that few
grids have most of what came to nothing and hardly an event, it looks where records are given the grid of the office that settled them.

A grid is held to its community, town or district, of all records and of the newest year alone; an office may serve all of it, or several
posts do. Which grids are looked at is settled by one half of the records and judged by the other, so that a place with few records tells
nothing of itself. Communities are too small to be judged one by one: all of the city are, and all of a district. That records of the few
grids do so at most :data:`TIMES` times as often is tested exactly (:mod:`training.audits.odds`): were it so everywhere, anything at all would be found in :data:`ERROR` of cities at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.geography import Geography
from riskwarn.messages import Listed, Message
from riskwarn.words import Unit
from training.audits.leakage import Leak
from training.audits.odds import Tables, ratios

#: Grids looked at in a unit: so large a part of those that have records, and one at least; the next where the one before finds nothing. And
#: the share of the events (or of the others) that is too much for them, beyond the 95 % interval: of one unit, and of several together.
FEW: dict[float, tuple[float, float]] = {0.1: (0.8, 0.6), 0.2: (0.9, 0.8), 1 / 3: (0.95, 0.9)}

#: A unit is judged from so many grids and events on; all of a kind together from so many of them on, each of so many grids.
LEAST_GRIDS, LEAST_EVENTS, LEAST_TOGETHER = 10, 30, 5
TOGETHER_GRIDS = {Unit.COMMUNITY: 3, Unit.TOWN: 5}

#: Records there became events so many times as often, or as seldom, as elsewhere in the unit; that none does is wrongly denied in
#: so large a part of cities at most.
TIMES, ERROR = 10.0, 0.01

#: Of the few grids those are told that hold so large a part of their events, and so many are named.
ENOUGH_OF_THEM, NAMED = 0.05, 3

#: Records of a category, severity and age that say no more than those of all do.
FEW_RECORDS = 10

_YEAR = np.timedelta64(365, "D")

#: The order in which findings are told.
_LEVELS = (Unit.TOWN, Unit.DISTRICT, Unit.COMMUNITY)

#: Halves that judge, and spans of records: each is asked of its own.
_LOOKS = 4


@dataclass(frozen=True)
class Records:
    """What is asked of the records that lie in a grid; arrays (records,)."""

    grid: Indices
    happened: Flags  # whether it became an event
    stratum: Indices  # its category, severity and half-year, as a number

    @property
    def half(self) -> Indices:
        """Which half it belongs to: 0 or 1."""
        return np.arange(len(self.grid)) % 2

    def only(self, some: Flags) -> Records:
        """Those of them alone."""
        return Records(self.grid[some], self.happened[some], self.stratum[some])


@dataclass(frozen=True)
class Held:
    """What the few grids of a unit hold of its events, or of its others."""

    level: Unit
    unit: int
    others: bool  # whether what is held is what did not become an event
    grids: Indices  # the most suspect first
    among: int
    whole: float  # events (or others) in the unit
    share: float  # of them in the few grids
    chance: float  # share that would lie there by category, severity and age
    alike: int  # units of those asked together that are so
    asked: int
    limit: float  # the share that is too much


@dataclass(frozen=True)
class Judged:
    """What the few grids of every unit of a level hold; arrays (units,) where nothing else is said."""

    level: Unit
    others: bool
    most: tuple[float, float]  # the share that is too much: of one unit, of several together
    among: Indices  # grids with records
    inside: Reals  # events (or others) in the few grids
    whole: Reals
    events: Reals
    chance: Reals
    ratios: Reals  # (halves, steps, units) logarithms of the likelihood ratios against TIMES
    district: Indices
    few: tuple[Indices, Indices]  # (the few grids of all units by all records, the most suspect first; their units)

    def questions(self) -> Iterator[tuple[Indices, float]]:
        """(the units that are judged together, the share that is too much)."""
        if self.level is not Unit.COMMUNITY:
            yield from ((np.array([unit]), self.most[0]) for unit in np.flatnonzero(self.among >= LEAST_GRIDS))
        if self.level in TOGETHER_GRIDS:
            units = np.flatnonzero((self.among >= TOGETHER_GRIDS[self.level]) & (self.whole > 0))
            own = [units[self.district[units] == one] for one in np.unique(self.district[units])]
            groups = [units, *(own if self.level is Unit.COMMUNITY and len(own) > 1 else [])]
            yield from ((some, self.most[1]) for some in groups if len(some) >= LEAST_TOGETHER)

    def evidence(self, units: Indices) -> float:
        """The strongest that either half gives of these units together."""
        return float(self.ratios[:, :, units].sum(axis=2).max(initial=0.0))

    def beyond(self, units: Indices, most: float) -> bool:
        """Whether more than `most` lies in the few grids of these units together, beyond the interval, and of most of them."""
        inside, whole = float(self.inside[units].sum()), float(self.whole[units].sum())
        lower = float(stats.beta.ppf(0.025, max(inside, 0.5), whole - inside + 1))
        return self.events[units].sum() >= LEAST_EVENTS and lower > most and 2 * len(self._alike(units)) > len(units)

    def held(self, units: Indices) -> Held:
        """These units, told by the one that has most among those that are alike."""
        alike = self._alike(units)
        most = int(alike[np.argmax(self.whole[alike])])
        grids = self.few[0][self.few[1] == most]
        share = float(self.inside[most] / self.whole[most])
        return Held(
            self.level, most, self.others, grids, int(self.among[most]), float(self.whole[most]), share,
            float(self.chance[most]), len(alike), len(units), self.most[len(units) > 1],
        )  # fmt: skip

    def _alike(self, units: Indices) -> Indices:
        return units[self.inside[units] > self.most[1] * self.whole[units]]


def places(target: str, source: str, first: pd.DataFrame, happened: Flags, geography: Geography) -> list[Leak]:
    """The findings that a target's events lie in a few grids because they are events, or what came to nothing because of that; `first`
    are the first versions of its source's records, (records,), and `happened` which of them became events."""
    grid = first["grid"].to_numpy()
    records = Records(grid, happened, strata(first)).only(grid >= 0)
    known = first["known_at"].to_numpy(dtype="datetime64[us]")[grid >= 0]
    found = dict[bool, Leak]()
    for since in (known.min(), known.max() - _YEAR) if len(known) else ():
        told = held(records.only(known >= since), geography)
        for others in {one.others for one in told} - set(found):
            found[others] = _leak(target, source, [one for one in told if one.others == others], geography)
    return [found[others] for others in sorted(found)]


def strata(first: pd.DataFrame) -> Indices:
    """(records,) category, severity and half-year of registration as one number."""
    halves = first["known_at"].to_numpy(dtype="datetime64[M]").astype(np.int64) // 6
    number = np.zeros(len(first), dtype=np.int64)
    for values in (halves, first["category"], first["severity"]):
        codes, names = pd.factorize(np.asarray(values), use_na_sentinel=False)
        number = number * len(names) + codes
    return np.asarray(pd.factorize(number)[0], dtype=np.int64)


def expected(stratum: Indices, happened: Flags) -> Reals:
    """(records,) how many events there are to each record that is none, of its stratum; 0 of the events themselves."""
    size = int(stratum.max(initial=-1)) + 1
    events, others = (np.bincount(stratum[flags], minlength=size) for flags in (happened, ~happened))
    # Of few records it is that of all.
    usual = happened.sum() / max(1, (~happened).sum())
    odds = (events + FEW_RECORDS * usual) / (others + FEW_RECORDS)
    return np.where(happened, 0.0, odds[stratum])


def held(records: Records, geography: Geography) -> list[Held]:
    """The units whose events, or others, a few of their grids hold, by the smallest part of :data:`FEW` of which there are any: towns
    before districts and communities, the most events first."""
    for part in FEW:
        judged = [one for level in _LEVELS for one in _judged(level, part, records, geography)]
        asked = [(one, units, most) for one in judged for units, most in one.questions()]
        limit = float(np.log(_LOOKS * len(FEW) * max(1, len(asked)) / ERROR))
        found = [
            one.held(units) for one, units, most in asked if one.beyond(units, most) and one.evidence(units) > limit
        ]
        if found:
            return sorted(found, key=lambda one: (_LEVELS.index(one.level), one.asked > 1, -one.whole))
    return []


def _judged(level: Unit, part: float, records: Records, geography: Geography) -> Iterator[Judged]:
    """What the few grids of the units of a level hold of their events, and of what did not become one."""
    of_grid, size = geography.units[level].of_grid, len(geography)
    units = int(of_grid.max(initial=-1)) + 1
    district = np.zeros(units, dtype=np.int64)
    district[of_grid] = geography.units[Unit.DISTRICT].of_grid
    # Of one unit, stratum and half is a table.
    cell = (of_grid[records.grid] * (records.stratum.max(initial=0) + 1) + records.stratum) * 2 + records.half
    cell, table = np.unique(cell, return_inverse=True)
    half, unit = cell % 2, cell // 2 // (records.stratum.max(initial=0) + 1)
    seen = np.bincount(records.grid, minlength=size) > 0
    among = np.bincount(of_grid[seen], minlength=units)
    few = np.maximum(1, (part * among).astype(np.int64))
    for others in (False, True):
        held = records.happened != others
        weights = expected(records.stratum, held)
        events, usual = (
            _sums(records.half * size + records.grid, one, 2 * size).reshape(2, size) for one in (held, weights)
        )
        ranked = [_ranked(some, fitting, of_grid, seen) for some, fitting in zip(events, usual, strict=True)]
        # The few of one half are judged by the other.
        chosen = np.stack([one < few[of_grid] for one in ranked[::-1]])
        inside = chosen[records.half, records.grid]
        counts = np.bincount(table * 4 + records.happened * 2 + inside, minlength=4 * len(cell)).reshape(-1, 4).T
        others_outside, others_inside, events_outside, events_inside = counts
        against = ratios(
            Tables(events_inside, others_inside, events_outside, others_outside), 1 / TIMES if others else TIMES
        )
        sums = [[np.bincount(unit[half == one], step[half == one], units) for step in against] for one in (0, 1)]
        of_units = of_grid[records.grid]
        usual_inside, usual_whole = (_sums(of_units, weights * flags, units) for flags in (inside, 1))
        best = _ranked(events.sum(axis=0), usual.sum(axis=0), of_grid, seen)
        bearing = events.sum(axis=0)
        most = np.flatnonzero(best < few[of_grid])
        most = most[np.argsort(best[most], kind="stable")]
        borne = np.bincount(of_grid[most], bearing[most], units)
        most = most[bearing[most] >= ENOUGH_OF_THEM * borne[of_grid[most]]]
        yield Judged(
            level, others, FEW[part], among,
            _sums(of_units, held & inside, units), _sums(of_units, held, units), _sums(of_units, records.happened, units),
            np.minimum(usual_inside / np.maximum(usual_whole, 1e-9), 1.0), np.array(sums), district,
            (most, of_grid[most]),
        )  # fmt: skip


def _sums(of: Indices, amounts: Reals | Flags, size: int) -> Reals:
    """(size,) what amounts come to, of each number."""
    return np.bincount(of, amounts, size).astype(np.float64, copy=False)


def _ranked(events: Reals, usual: Reals, of_grid: Indices, seen: Flags) -> Indices:
    """(grids,) the place of each grid in its unit, 0 where records became events more often than is usual; those without records last."""
    units = int(of_grid.max(initial=-1)) + 1
    level = np.bincount(of_grid, events, units) / np.maximum(np.bincount(of_grid, usual, units), 1e-9)
    suspicion = np.where(seen, (events + 1) / (usual * level[of_grid] + 1), -1.0)
    order = np.lexsort((-suspicion, of_grid))
    sizes = np.bincount(of_grid, minlength=units)
    place = np.empty(len(of_grid), dtype=np.int64)
    place[order] = np.arange(len(of_grid)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return place


def _leak(target: str, source: str, found: list[Held], geography: Geography) -> Leak:
    """What is said of the units that are found, by the first of them."""
    most = found[0]
    units = sum(one.asked == 1 for one in found) if most.asked == 1 else most.alike
    communities = most.level is Unit.COMMUNITY
    told = {
        "share": f"{100 * most.share:.1f}", "records": f"{most.whole:,.0f}", "source": source, "target": target,
        "unit": geography.units[most.level].names[most.unit], "few": len(most.grids), "among": most.among,
        "named": Listed([geography.grid_ids[grid] for grid in most.grids[:NAMED]]), "usual": f"{100 * most.chance:.1f}",
        "alike": Message("{units} of {asked} communities are alike", units=units, asked=most.asked)
        if communities else Message("{units} towns and districts are alike", units=units),
    }  # fmt: skip
    if most.others:
        sentence = Message(
            "{share} % of the {records} records of {source} that did not become “{target}” in {unit} lie in {few} of its {among} grids ({named}), "
            "where {usual} % would by category, severity and age ({alike}): the model reads the grid; look whether the place is written anew "
            "once a record came to nothing (the grid of the office that settled it), and where it is map the column of where it happened, or "
            "leave grid_id out; where so many quarrels truly are there and hardly one grows (a market, a hall of services), nothing is wrong",
            **told,
        )
    else:
        sentence = Message(
            "{share} % of the {records} records of {source} that became “{target}” in {unit} lie in {few} of its {among} grids ({named}), where "
            "{usual} % would by category, severity and age ({alike}): the model reads the grid; look whether the place is written anew once a "
            "record has become an event (the grid of the police station, or of the office that took it over), and where it is map the column "
            "of where it happened, or leave grid_id out; where it truly befalls there (a station, a bar street), nothing is wrong",
            **told,
        )
    return Leak("own_record", f"{source}.grid_id", most.share, most.limit, sentence)
