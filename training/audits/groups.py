"""For whom a forecast is right: calibration and false negatives (who is not helped) by district, kind of grid and quartile of residents.

Groups that are small, or in which too little came, are withheld; where that leaves one group alone, the next smallest is withheld
with it, for it could be told from the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.periods import Instants
from training.audits.audit import Audit, Value
from training.evaluation.groups import LEAST_EVENTS, GroupRow, Groups, by_group
from training.evaluation.judged import Judged
from training.evaluation.metrics import BUDGET
from training.intervals.counts import Reals

#: A group of fewer grids is withheld.
LEAST_GRIDS = 10

#: Numbers of residents by whose quartiles it is told: as they are, and one over another. Origin and poverty are no features by
#: default; whether their quartiles are forecast as well as others is what an audit is for.
NUMBERS = ("population", "share_over_65", "share_under_15", "housing_age")
SHARES = {
    "share_migrant": ("migrant_population", "population"),
    "rentals_per_household": ("rental_units", "households"),
    "alone_over_65": ("living_alone_over_65", "population"),
}

_FIGURES = (
    "grids", "events", "calibration_level", "level_lower", "level_upper", "selected", "missed", "missed_lower", "missed_upper",
    "pit_inside", "pit_below", "pit_above",
)  # fmt: skip


def groups(judged: Judged, labels: Mapping[str, npt.NDArray[Any]]) -> Audit:
    """One row a group; a withheld group has no figure but its name. `labels` are those of `training.evaluation.groups.group_labels`."""
    found = by_group(judged, labels, BUDGET)
    rows: list[dict[str, Value]] = []
    shown: list[GroupRow] = []
    for _, some in groupby(found.rows, key=lambda row: row.by):
        members = list(some)
        hidden = withheld(members, judged.outcomes.horizon)
        for row in members:
            kept = row.group not in hidden
            figures = _figures(row) if kept else dict.fromkeys(_FIGURES)
            rows.append({"by": row.by, "group": row.group, "withheld": int(not kept), **figures})
            shown += [row] if kept else []
    facts: dict[str, Value] = {
        "budget": BUDGET,
        "groups": len(rows),
        "withheld": len(rows) - len(shown),
        "least_grids": LEAST_GRIDS,
        "least_events": LEAST_EVENTS,
    }
    for by in labels:
        missed, level = Groups(BUDGET, tuple(shown)).spread(by) or (None, None)
        facts |= {f"missed_difference_{by}": missed, f"level_quotient_{by}": level}
    return Audit("groups", facts, tuple(rows))


def withheld(rows: Sequence[GroupRow], horizon: int) -> set[str]:
    """The groups of one division that are not shown. Events are counted in each of the windows that hold them."""
    hidden = {row.group for row in rows if row.grids < LEAST_GRIDS or row.events < LEAST_EVENTS * horizon}
    others = sorted((row for row in rows if row.group not in hidden), key=lambda row: (row.events, row.grids))
    return hidden | {others[0].group} if len(hidden) == 1 and others else hidden


def resident_numbers(demographics: pd.DataFrame, grids: int, instant: np.datetime64) -> dict[str, Reals]:
    """Name -> (grids,) the newest numbers of residents that were known before an instant, NaN where none was."""
    known: Instants = demographics["known_at"].to_numpy(dtype="datetime64[us]")
    rows = demographics[np.isnat(known) | (known < instant)]
    # Rows lie by grid and time; the last that is known of each number holds.
    newest = rows.groupby("grid").last()
    place = newest.index.to_numpy(dtype=np.int64)

    def number(name: str) -> Reals:
        found = np.full(grids, np.nan)
        if name in newest:
            found[place] = newest[name].to_numpy(dtype=np.float64, na_value=np.nan)
        return found

    def told() -> Iterator[tuple[str, Reals]]:
        for name in NUMBERS:
            yield name, number(name)
        for name, (above, below) in SHARES.items():
            whole = number(below)
            yield name, np.divide(number(above), whole, out=np.full(grids, np.nan), where=whole > 0)

    return {name: values for name, values in told() if not np.isnan(values).all()}


def _figures(row: GroupRow) -> dict[str, Value]:
    told = asdict(row)
    for name, interval in (("level", row.level_interval), ("missed", row.missed_interval)):
        told[f"{name}_lower"], told[f"{name}_upper"] = interval or (None, None)
    return {name: told[name] for name in _FIGURES}
