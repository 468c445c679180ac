"""A snapshot as pandas frames, for analysts; a server never imports this."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from riskwarn.home import Home
from serving.columns.places import DOWNWARDS, Places
from serving.snapshots.files import PLACES, REASONS, SCORES, TEXTS


def scores_frame(home: Home, snapshot: str) -> pd.DataFrame:
    """One row a target, horizon and unit, with the unit's name, parent (code), residents, and whether details are withheld."""
    folder = home.snapshots / snapshot
    places = Places.from_arrow(pq.read_table(folder / PLACES))
    rows = []
    above: tuple[str, ...] = ()
    for unit in DOWNWARDS:
        level = places[unit]
        rows.append(
            pd.DataFrame(
                {
                    "unit": unit.value,
                    "code": level.codes,
                    "name": level.names,
                    "parent": np.array([*above, None], dtype=object)[level.parents],
                    "residents": level.residents,
                    "suppressed": level.suppressed,
                }
            )
        )
        above = level.codes
    scores: pd.DataFrame = pq.read_table(folder / SCORES).to_pandas()
    return scores.merge(pd.concat(rows, ignore_index=True), on=["unit", "code"], how="left", validate="many_to_one")


def reasons_frame(home: Home, snapshot: str) -> pd.DataFrame:
    """One row a target, horizon, unit (its code) and reason, the strongest first; effects in millionths of a probability."""
    folder = home.snapshots / snapshot
    places = Places.from_arrow(pq.read_table(folder / PLACES))
    reasons: pd.DataFrame = pq.read_table(folder / REASONS).to_pandas()
    texts: pd.DataFrame = pq.read_table(folder / TEXTS).to_pandas()
    code = np.full(len(reasons), None, dtype=object)
    for unit in DOWNWARDS:
        own = (reasons["unit"] == unit.value).to_numpy()
        code[own] = np.array(places[unit].codes, dtype=object)[reasons["row"].to_numpy()[own]]
    told = reasons.assign(code=code)
    return told.merge(texts, left_on="text", right_index=True, how="left").drop(columns=["row", "text"])
