"""What is asked of the feed of a city, as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from experiments.alerts.feed import TARGET, Feed
from experiments.alerts.peers import PEERS, caught, told_by_feed, told_by_peer
from serving.alerts.replaying import Told

#: Fewer grids with a promise say nothing of whether it was kept.
LEAST = 30

#: Weeks after a notice has ended within which another of the same grid is one that was opened again.
AGAIN = timedelta(weeks=4)


@dataclass(frozen=True)
class Level:
    """What was promised of a level, and what came of that."""

    level: str
    told: int  # grids that were told of with a promise, and of which it is known what came
    precision: float  # of these
    stated: float  # what was promised, on the mean
    lower: float
    upper: float
    all_told: int  # with and without a promise
    all_precision: float

    @property
    def kept(self) -> bool:
        """Whether what came lies in the interval that was promised."""
        return self.lower <= self.precision <= self.upper


@dataclass(frozen=True)
class Figures:
    """One city."""

    seed: int
    weeks: int
    notices: int
    grids: int  # that were told of
    most: int  # notices of a team in a week
    over_budget: int  # teams and weeks
    again: float  # the share of what was told of again within `AGAIN`
    events: int
    caught: dict[
        str, float
    ]  # by whom: events in a grid that was told of within its window; peers with the load of each team and week
    caught_weekly: dict[str, float]  # … with the load of each week, wherever the peer likes best
    levels: tuple[Level, ...]
    held: dict[str, int]


def figures(seed: int, feed: Feed) -> Figures:
    """All that is asked of a city."""
    found, own = feed.replayed, told_by_feed(feed)
    budgets = {one.id: one.notices_a_week for one in feed.teams.all}
    load = Counter((one.budget_team, one.week) for one in found.alerts if one.week is not None)
    over = sum(number > budgets[str(team)] for (team, _), number in load.items())
    by_team, by_week = (
        {"feed": own} | {name: told_by_peer(feed, own, order, by_team=by_team) for name, order in PEERS.items()}
        for by_team in (True, False)
    )
    return Figures(
        seed, len(found.origins), len(found.alerts), len(own), max(load.values(), default=0), over, again(feed),
        int(feed.happened.sum()), *({name: float(caught(feed, told).sum()) for name, told in by.items()} for by in (by_team, by_week)),
        tuple(levels([one for one in found.told if one.target == TARGET])), dict(found.held),
    )  # fmt: skip


def levels(told: Sequence[Told]) -> list[Level]:
    """Each level of which something was promised for as many as make a promise."""
    found = []
    for level in sorted({one.level for one in told}):
        known = [one for one in told if one.level == level and not np.isnan(one.came)]
        promised = [one for one in known if one.stated is not None]
        if len(promised) < LEAST:
            continue
        stated = np.array([one.stated for one in promised]).mean(axis=0)
        found.append(
            Level(
                level, len(promised), float(np.mean([one.came > 0 for one in promised])), *(float(one) for one in stated),
                len(known), float(np.mean([one.came > 0 for one in known])),
            )
        )  # fmt: skip
    return found


def again(feed: Feed) -> float:
    """The share of grids that a notice told of within `AGAIN` after another had ended that told of them."""
    alerts = {one.id: one for one in feed.replayed.alerts}
    ended: dict[tuple[str, str], list[str]] = {}
    back, seen = 0, set[tuple[str, str]]()
    for one in feed.replayed.told:
        if (one.alert, one.code) in seen:
            continue
        seen.add((one.alert, one.code))
        at = feed.replayed.origins[one.publication].said.as_of
        others = [alerts[other] for other in ended.get((one.target, one.code), ())]
        back += any(
            other.ended_at is not None and timedelta(0) <= at - other.ended_at.date() < AGAIN for other in others
        )
        ended.setdefault((one.target, one.code), []).append(one.alert)
    return back / len(seen) if seen else 0.0
