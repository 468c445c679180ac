"""The past of the second city as tables, a row a thing, in weeks; and its state at the as-ofs that are to be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from experiments.skill.second.dynamics import Columns, State, quiet, step
from experiments.skill.second.world import END, WARM_UP, World, make_world


@dataclass(frozen=True)
class Past:
    """What has happened. Weeks count from the founding; a week that never came is <NA>."""

    world: World
    seed: int
    weeks: int
    disputes: pd.DataFrame  # by number: grid, kind, grade, marked, opened, ended, how (escalated, settled, failed)
    faults: pd.DataFrame  # by number: grid, kind, grade, opened, found, mended
    incidents: pd.DataFrame  # grid, kind, opened
    visits: pd.DataFrame  # grid, opened
    waiting: np.ndarray  # (weeks, grids) open disputes
    troubled: np.ndarray  # (weeks, grids) open faults
    mood: np.ndarray  # (weeks, communities)
    states: Mapping[date, State]

    def week_of(self, monday: date) -> int:
        """The number of the week that begins then."""
        return WARM_UP + self.weeks - (END - monday).days // 7


def live(grids: int, weeks: int, seed: int, judged: Sequence[int]) -> Past:
    """Let the city live for `weeks` weeks; states are kept at `judged` weeks before the end. Deterministic by seed."""
    world = make_world(grids, weeks, np.random.default_rng([seed, 2]))
    rng = np.random.default_rng([seed, 3])
    wanted = {WARM_UP + weeks - back: END - timedelta(weeks=back) for back in judged}
    state, states, number = quiet(world), {}, 0
    books: dict[str, list[tuple[int, Columns]]] = {
        name: [] for name in ("opened", "escalated", "settled", "failed", "faults", "found", "mended")
    }
    incidents, visits, waiting, troubled, mood = [], [], [], [], []
    for week in range(WARM_UP + weeks):
        state, happened = step(world, state, week, rng, number)
        number += max(len(happened.opened.lane), len(happened.faults.lane))
        for name, book in books.items():
            book.append((week, getattr(happened, name)))
        incidents.append(pd.DataFrame({"grid": happened.incidents, "kind": happened.incident_kinds, "opened": week}))
        visits.append(pd.DataFrame({"grid": happened.visits, "opened": week}))
        waiting.append(happened.waiting)
        troubled.append(happened.troubled)
        mood.append(state.mood[0])
        if week + 1 in wanted:
            states[wanted[week + 1]] = state
    disputes = _table(books["opened"], ["marked"])
    for how in ("escalated", "settled", "failed"):
        ends = _weeks(books[how])
        disputes.loc[ends.index, "ended"] = ends
        disputes.loc[ends.index, "how"] = how
    faults = _table(books["faults"], [])
    for what in ("found", "mended"):
        faults[what] = _weeks(books[what]).reindex(faults.index).astype("Int64")
    return Past(
        world, seed, weeks, disputes.astype({"ended": "Int64"}), faults, pd.concat(incidents, ignore_index=True),
        pd.concat(visits, ignore_index=True), np.array(waiting), np.array(troubled), np.array(mood), states,
    )  # fmt: skip


def _table(book: list[tuple[int, Columns]], more: list[str]) -> pd.DataFrame:
    whole = {
        name: np.concatenate([getattr(columns, name) for _, columns in book])
        for name in ("number", "lane", "kind", "grade", *more)
    }
    opened = np.repeat([week for week, _ in book], [len(columns.lane) for _, columns in book])
    return pd.DataFrame(whole).rename(columns={"lane": "grid"}).assign(opened=opened).set_index("number")


def _weeks(book: list[tuple[int, Columns]]) -> pd.Series:
    numbers = np.concatenate([columns.number for _, columns in book])
    return pd.Series(np.repeat([week for week, _ in book], [len(columns.lane) for _, columns in book]), index=numbers)
