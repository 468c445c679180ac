"""Rows of the tables about who answers notices, and what became of them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from riskwarn.contracts.vocabulary import field_words, normalised
from riskwarn.ingest.plausibility import plausible
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.tables.tables import dated, in_range, known_grids, number
from riskwarn.ingest.tables.tables_of_places import units_by_name
from riskwarn.ingest.values.dates import naive_utc
from riskwarn.store import Store

#: Characters of the id of a team, and of a notice.
LONGEST_ID = 64

_BETWEEN = re.compile(r"[;；,，、/|]+")


def teams(reading: Reading, store: Store) -> pd.DataFrame:
    """The rows of `teams`: who answers in a unit. One that bears a person's name never comes here: it is a person."""
    frame = pd.DataFrame(index=pd.RangeIndex(reading.faults.rows))
    told = reading.text("team_id")
    frame["team_id"] = told
    reading.faults.add(told.isna().to_numpy(dtype=bool), "missing_name", "team_id", "empty")
    too_long = told.str.len().gt(LONGEST_ID).fillna(False).to_numpy(dtype=bool)
    reading.faults.add(too_long, "out_of_range", "team_id", "text")
    units, where = {**units_by_name(store), **{grid: grid for grid in known_grids(store)}}, reading.text("unit")
    frame["unit"] = where.map(units).astype(object)
    reading.faults.add(frame["unit"].isna().to_numpy(dtype=bool), "unknown_unit", "unit", "id")
    frame["services"] = _services(reading)
    for name in ("workers", "hours_a_week", "notices_a_week"):
        frame[name] = in_range(reading, name, number(reading, name))
    return dated(reading, frame, "valid_from", "valid_to")


def tickets(reading: Reading, _store: Store) -> pd.DataFrame:
    """The rows of `tickets`: where each stood, and since when."""
    frame = pd.DataFrame(index=pd.RangeIndex(reading.faults.rows))
    frame["alert_id"] = reading.text("alert_id")
    reading.faults.add(frame["alert_id"].isna().to_numpy(dtype=bool), "missing_name", "alert_id", "empty")
    frame["status"] = reading.words("status", "ticket_status")
    reading.faults.add(frame["status"].isna().to_numpy(dtype=bool), "bad_status", "status", "text")
    # Whoever changes a status by hand changes no time: then it stands so since the table was taken.
    left_empty = reading.text("updated_at").isna().to_numpy(dtype=bool)
    frame["updated_at"] = np.where(left_empty, naive_utc(reading.exported_at), plausible(reading, "updated_at"))
    reading.faults.add(frame["updated_at"].isna().to_numpy(dtype=bool), "missing_date", "updated_at", "empty")
    frame["closed_at"] = plausible(reading, "closed_at")
    frame["outcome"] = reading.words("outcome", "alert_outcome")
    frame["service"] = reading.words("service", "service")
    return frame


def _services(reading: Reading) -> pd.Series:
    """Services of each team as codes with ";" between them; a word that no list has is left out."""
    words = field_words("service")

    def codes(told: object) -> str | None:
        if not isinstance(told, str):
            return None
        found = (words.get(normalised(one)) for one in _BETWEEN.split(told))
        return ";".join(dict.fromkeys(one for one in found if one)) or None

    return reading.text("services").astype(object).map(codes)


#: The reader of each table.
READERS = {"teams": teams, "tickets": tickets}
