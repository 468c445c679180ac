"""Where the records lie that became events: where nearly all of a town's lie in a few of its grids, the place was written because of it.

A grid may be busy, and its records graver than others. What does not come by itself is that records of a few grids become events ten times
as often as those of the same category, severity and age elsewhere, and that hardly any other record of the town or district does: so it looks
where a record is given the grid of a police station, or of the office that took it over, once it has become an event.

A grid is held to its unit above, of all records and of the newest year alone. Which grids are looked at is settled by one half of the
records and judged by the other, so that a place with few records tells nothing of itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.geography import Geography
from riskwarn.messages import Listed, Message
from riskwarn.words import Unit
from training.audits.leakage import Leak

#: Grids looked at in a unit: so large a part of those that have records, and one at least.
FEW = 0.1

#: A unit is judged from so many grids and events on; the towns together with those of fewer grids, from so many towns on.
LEAST_GRIDS, LEAST_EVENTS, TOGETHER_GRIDS, TOGETHER_TOWNS = 10, 30, 5, 5

#: More than this share of the events lies in the few grids, beyond the 95 % interval: of one unit, and of the towns together.
MOST_HELD, MOST_HELD_TOGETHER = 0.8, 0.6

#: And records there became events so many times as often as elsewhere in the unit.
TIMES = 10.0

#: Of the few grids those are told that hold so large a part of their events, and so many are named.
ENOUGH_OF_THEM, NAMED = 0.05, 3

#: Records of a category, severity and age that say no more than those of all do.
FEW_RECORDS = 10

_YEAR = np.timedelta64(365, "D")


@dataclass(frozen=True)
class Held:
    """What the few grids of a unit hold of its events."""

    level: Unit
    unit: int
    grids: Indices  # of all records, the most suspect first
    among: int
    inside: float  # events in the few grids
    events: float
    chance: float  # share of the events that would lie there by category, severity and age

    @property
    def share(self) -> float:
        """The share of the events that lie in the few grids."""
        return self.inside / max(1.0, self.events)

    def beyond(self, most: float) -> bool:
        """Whether more of the events lie there than `most`, and hardly any elsewhere."""
        lower = float(stats.beta.ppf(0.025, max(self.inside, 0.5), self.events - self.inside + 1))
        often, elsewhere = lower * (1 - self.chance), (1 - lower) * self.chance
        return self.events >= LEAST_EVENTS and lower > most and often >= TIMES * elsewhere


def places(target: str, source: str, first: pd.DataFrame, happened: Flags, geography: Geography) -> list[Leak]:
    """The finding that a target's events lie in a few grids because they are events; `first` are the first versions of its source's
    records, (records,), and `happened` which of them became events."""
    known = first["known_at"].to_numpy(dtype="datetime64[us]")
    if not len(known):
        return []
    for since in (known.min(), known.max() - _YEAR):
        own = (first["grid"].to_numpy() >= 0) & (known >= since)
        some = first[own]
        found = held(some["grid"].to_numpy(), happened[own], expected(some, happened[own]), geography)
        if found:
            return [_leak(target, source, found, geography)]
    return []


def expected(first: pd.DataFrame, happened: Flags) -> Reals:
    """(records,) how many events there are to each record that is none, by category, severity and half-year; 0 of the events themselves."""
    halves = (first["known_at"].to_numpy(dtype="datetime64[M]").astype(np.int64)) // 6
    kind = first["category"].astype(str) + "\0" + first["severity"].astype(str)
    _, stratum = np.unique(np.char.add(kind.to_numpy(dtype=str), halves.astype(str)), return_inverse=True)
    events, others = (
        np.bincount(stratum[flags], minlength=stratum.max(initial=0) + 1) for flags in (happened, ~happened)
    )
    # Of few records it is that of all.
    usual = happened.sum() / max(1, (~happened).sum())
    odds = (events + FEW_RECORDS * usual) / (others + FEW_RECORDS)
    return np.where(happened, 0.0, odds[stratum])


def held(grids: Indices, happened: Flags, weights: Reals, geography: Geography) -> list[Held]:
    """The units whose events a few of their grids hold, towns before districts and the most events first; `weights` is as of :func:`expected`."""
    halves = np.arange(len(grids)) % 2
    events, usual = (
        np.stack([np.bincount(grids[halves == half], one[halves == half], len(geography)) for half in (0, 1)]).astype(
            float
        )
        for one in (happened.astype(float), weights)
    )
    found = list[Held]()
    for level in (Unit.TOWN, Unit.DISTRICT):
        of_units = list(_of_units(level, events, usual, geography.units[level].of_grid))
        found += [one for one in of_units if one.among >= LEAST_GRIDS and one.beyond(MOST_HELD)]
        if level is Unit.TOWN and not found and len(of_units) >= TOGETHER_TOWNS:
            found += _together(of_units)
    return sorted(found, key=lambda one: (one.level is not Unit.TOWN, -one.events))


def _of_units(level: Unit, events: Reals, usual: Reals, of_grid: Indices) -> Iterator[Held]:
    """What the few grids of each unit hold that has grids enough; `events` and `usual` are (halves, grids)."""
    order = np.argsort(of_grid, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(of_grid[order])) + 1):
        own = own[(events + usual).sum(axis=0)[own] > 0]
        if len(own) < TOGETHER_GRIDS or not events[:, own].sum():
            continue
        few = max(1, int(FEW * len(own)))
        inside, chance = 0.0, 0.0
        for learnt, judged in ((0, 1), (1, 0)):
            grids = _suspect(events[learnt, own], usual[learnt, own])[:few]
            inside += float(events[judged, own[grids]].sum())
            chance += float(usual[judged, own[grids]].sum())
        most = own[_suspect(events[:, own].sum(axis=0), usual[:, own].sum(axis=0))[:few]]
        bearing = events[:, most].sum(axis=0)
        most = most[bearing >= ENOUGH_OF_THEM * bearing.sum()]
        share = chance / max(float(usual[:, own].sum()), 1e-9)
        yield Held(level, int(of_grid[own[0]]), most, len(own), inside, float(events[:, own].sum()), min(share, 1.0))


def _suspect(events: Reals, usual: Reals) -> npt.NDArray[np.int64]:
    """Grids in the order in which their records became events more often than is usual."""
    fitting = usual * events.sum() / max(float(usual.sum()), 1e-9)
    return np.argsort(-(events + 1) / (fitting + 1), kind="stable")


def _together(towns: list[Held]) -> list[Held]:
    """Those towns whose few grids hold more than others' where they do so in all towns together."""
    inside, events = sum(one.inside for one in towns), sum(one.events for one in towns)
    chance = sum(one.chance * one.events for one in towns) / max(1.0, events)
    every = Held(Unit.TOWN, -1, np.zeros(0, dtype=np.int64), 0, inside, events, chance)
    return [one for one in towns if one.share > MOST_HELD_TOGETHER] if every.beyond(MOST_HELD_TOGETHER) else []


def _leak(target: str, source: str, found: list[Held], geography: Geography) -> Leak:
    most = found[0]
    sentence = Message(
        "{share} % of the {events} records of {source} that became {target} in {unit} lie in {few} of its {among} grids ({named}), where {usual} % "
        "would by category, severity and age ({units} towns and districts are alike): the model reads the grid; look whether the place "
        "is written anew once a record has become an event (the grid of the police station, or of the office that took it over), and where "
        "it is map the column of where it happened, or leave grid_id out",
        share=f"{100 * most.share:.1f}", events=f"{most.events:,.0f}", source=source, target=target,
        unit=geography.units[most.level].names[most.unit], few=len(most.grids), among=most.among,
        named=Listed([geography.grid_ids[grid] for grid in most.grids[:NAMED]]), usual=f"{100 * most.chance:.1f}", units=len(found),
    )  # fmt: skip
    return Leak("own_record", f"{source}.grid_id", most.share, MOST_HELD, sentence)
