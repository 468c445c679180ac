"""What a centre without a forecast would have told at the same load: where last month's count is highest, where the open backlog is oldest.

At the same load means: as many grids as the feed told of, in each week and team, or in each week wherever the rule likes best, no team
with more than its budget. And with the same calm: a grid is told of again once its notice has been closed and has rested, as of the feed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from experiments.alerts.feed import HORIZON, TARGET, Feed
from experiments.skill.known import Known
from riskwarn.words import Unit

#: (publication, grid) of the exports.
Told = list[tuple[int, int]]

#: Of a week, (grids,): what is highest is told of.
Order = Callable[[Known, int], np.ndarray]


def last_month(known: Known, week: int) -> np.ndarray:
    """(grids,) disputes that became known in the last four weeks."""
    return known.arrivals["disputes"][max(0, week - 4) : week].sum(axis=0)


def last_months_escalations(known: Known, week: int) -> np.ndarray:
    """(grids,) events of the target that became known in the last four weeks; of as many that with more disputes."""
    return known.counts.known[week] - known.counts.known[max(0, week - 4)] + 1e-3 * last_month(known, week)


def oldest_backlog(known: Known, week: int) -> np.ndarray:
    """(grids,) weeks for which the oldest open dispute has waited; of as many that with more of them."""
    waiting = known.open("disputes", week)
    oldest = np.zeros(known.exports.grids)
    np.maximum.at(oldest, waiting.rows["grid"].to_numpy(), waiting.age + 1.0)
    number = np.bincount(waiting.rows["grid"].to_numpy(), minlength=known.exports.grids)
    return oldest + 1e-3 * number


PEERS: dict[str, Order] = {
    "last month's count": last_month,
    "last month's escalations": last_months_escalations,
    "oldest backlog": oldest_backlog,
}


def told_by_feed(feed: Feed) -> Told:
    """What the feed told; of what was told at two levels the first."""
    number = {code: row for row, code in enumerate(feed.exports.grid_ids)}
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for one in feed.replayed.told:
        if one.target == TARGET:
            found.setdefault((one.alert, one.code), (one.publication, number[one.code]))
    return list(found.values())


def told_by_peer(feed: Feed, own: Told, order: Order, *, by_team: bool = True) -> Told:
    """As many in each week as the feed told of, and with `by_team` in each week and team."""
    known, weeks, team, budget = Known(feed.exports, feed.weekly), feed.weeks, _team_of(feed), _budgets(feed)
    rules = feed.configuration.alerts
    rests = -(-(rules.days_to_close("orange") + rules.rest_days) // 7)
    until = np.full(feed.exports.grids, -1)
    found: Told = []
    for publication, grids in sorted(_by_publication(own).items()):
        load = Counter(team[grid] for grid in grids)
        left = load if by_team else Counter({name: max(budget[name], load[name]) for name in budget})
        total = len(grids)
        for grid in np.argsort(-order(known, weeks[publication]), kind="stable").tolist():
            if total and left[team[grid]] > 0 and until[grid] < publication:
                total, left[team[grid]] = total - 1, left[team[grid]] - 1
                until[grid] = publication + rests - 1
                found.append((publication, grid))
    return found


def _by_publication(told: Told) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for publication, grid in told:
        found[publication].append(grid)
    return found


def _budgets(feed: Feed) -> dict[str, int]:
    return {one.id: one.notices_a_week for one in feed.teams.all}


def _team_of(feed: Feed) -> list[str]:
    places = feed.replayed.origins[0].said.places
    found = []
    for code in feed.exports.grid_ids:
        row = places[Unit.GRID].rows[code]
        lineage = [(Unit.GRID.value, code, ""), *((u.value, c, n) for u, c, n in places.lineage(Unit.GRID, row))]
        team = feed.teams.of(lineage)
        found.append("" if team is None else team.id)
    return found


def caught(feed: Feed, told: Sequence[tuple[int, int]]) -> np.ndarray:
    """(weeks, grids) which events of each week came in a grid in whose window it was told of, each once."""
    inside = np.zeros(feed.happened.shape, dtype=bool)
    for publication, grid in told:
        inside[publication : publication + HORIZON, grid] = True
    return np.where(inside, feed.happened, 0.0)
