"""Publications to go through on paper: the kept snapshots, or the origins of a back-test, and what came after each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from features.city import city_around
from riskwarn.arrays import Reals
from riskwarn.configuration import Configuration
from riskwarn.errors import SnapshotDamaged
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.alerts.candidates import Said
from serving.columns.gaps import DataGaps
from serving.columns.members import same_members
from serving.columns.places import Places, Places32
from serving.columns.scores import LEVEL_NUMBERS, Block, Scores
from serving.scoring.levels import levels
from serving.scoring.places import placed
from serving.snapshots import published
from serving.snapshots.files import PLACES, read_scores
from training.models.members import ranks_of

#: (target, horizon, as-of, codes of grids) -> events of the window, (grids,), NaN where they are not known.
Came = Callable[[str, int, date, Sequence[str]], Reals]


@dataclass(frozen=True)
class Origin:
    """One publication, and what came after it; counts are NaN where that is not known yet."""

    said: Said
    came: dict[Block, Reals]  # (grids,)


def origins_of_backtest(home: Home, file: Path) -> list[Origin]:
    """The origins of the predictions of a back-test, of the places of the newest snapshot; where there is none, of those in force now."""
    newest = published.newest(home)
    places = (
        placed(city_around(home)).places
        if newest is None
        else Places.from_arrow(pq.read_table(home.snapshots / newest.id / PLACES, memory_map=False))
    )
    return list(_origins(home.configuration, places, pd.read_parquet(file)))


def _origins(configuration: Configuration, places: Places, frame: pd.DataFrame) -> Iterator[Origin]:
    codes = places[Unit.GRID].codes
    towns = {unit: rows for unit, rows in places.ancestors().items() if unit is not Unit.GRID}
    for as_of, rows in frame.groupby("as_of", sort=True):
        scores: dict[Block, dict[Unit, Scores]] = {}
        came: dict[Block, Reals] = {}
        for (target, horizon), own in rows.groupby(["target", "horizon"], sort=True):
            ordered = own.set_index("grid_id").reindex(codes)
            block = str(target), int(str(horizon))
            score = ordered["probability"].fillna(0.0).to_numpy(dtype=np.float64)
            expected = ordered["expected_count"].fillna(0.0).to_numpy(dtype=np.float64)
            rank = ranks_of(score, codes)
            names = levels(score, rank, configuration.levels)
            level = np.array([LEVEL_NUMBERS[name] for name in names], dtype=np.int8)
            scores[block] = {Unit.GRID: _scores(score, expected, rank, level)}
            for unit, of_grid in towns.items():
                total: Reals = np.bincount(of_grid, expected, len(places[unit])).astype(np.float64)
                nothing = np.full(len(total), np.nan)
                scores[block][unit] = _scores(
                    nothing, total, ranks_of(total, places[unit].codes), np.full(len(total), -1, dtype=np.int8)
                )
            came[block] = ordered["observed"].to_numpy(dtype=np.float64)
        day = pd.Timestamp(as_of).date()  # type: ignore[arg-type]
        yield Origin(Said(day, places, scores, DataGaps()), came)


def _scores(score: Reals, expected: Reals, rank: Places32, level: npt.NDArray[np.int8]) -> Scores:
    nothing, none = np.full(len(score), np.nan), np.full(len(score), -1, dtype=np.int32)
    return Scores(
        score, expected, none, none, nothing, rank, none, none, level, level, nothing, nothing, nothing, none,
        nothing, nothing,
    )  # fmt: skip


def origins_of_snapshots(home: Home, came: Came) -> list[Origin]:
    """The kept snapshots of the places of the newest, by the same tree, one an as-of, the oldest first.

    `came(target, horizon, as_of, codes)` gives the events of a window, (grids,), NaN where they are not known.
    """
    configuration, newest = home.configuration, published.newest(home)
    rows = {row.as_of: row for row in sorted(published.listed(home), key=lambda row: row.sequence)}
    fates = published.fates(home)
    found: list[Origin] = []
    today: Places | None = None
    for as_of in sorted(rows, reverse=True):
        row = rows[as_of]
        if row.id in fates or newest is None:
            continue
        try:
            places, scores = read_scores(home.snapshots / row.id, row.manifest["files"])
        except SnapshotDamaged:
            continue
        today = today or places
        if not same_members(places, today):
            break  # grids were re-drawn, or a unit holds others: what came before is of another city
        gaps = DataGaps.from_list(row.manifest["gaps"])
        blocks = {
            block: came(block[0], block[1], as_of, places[Unit.GRID].codes)
            for block in scores
            if block[0] in configuration.targets
        }
        found.append(Origin(Said(as_of, places, scores, gaps), blocks))
    return found[::-1]
