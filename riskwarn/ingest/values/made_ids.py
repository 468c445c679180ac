"""Ids that are made of several cells: of what they tell, and not of how an office happened to write it.

A day is one whether it is written 2026.3.1 or 2026年3月1日, and a place with blanks in its name is the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.ingest.values.cells import each, plain, plain_ids
from riskwarn.ingest.values.clock import TIME_OF, time_of_day
from riskwarn.ingest.values.dates import Decide, instants

#: An instant as typed cells of workbooks give it: every other way to write one leads to this.
_WRITTEN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"
_BLANKS = r"\s+"


def made_ids(
    parts: Mapping[str, pa.Array], fields: Mapping[str, str], zone: ZoneInfo, order_of: Callable[[str], Decide]
) -> pa.Array:
    """(rows,) text of the ids of rows; null where none of the parts tells anything.

    `parts` are trimmed cells in the order in which they make the id; `fields` says which of them are read as a field, and
    `order_of` how the dates of a field are ordered.
    """
    told = []
    for name, cells in parts.items():
        field = fields.get(name, "")
        if field.startswith(TIME_OF):
            told.append(pc.coalesce(plain(each(cells, time_of_day)), plain(cells)))
        elif field.endswith("_at"):
            told.append(_moments(plain(cells), zone, order_of(field)))
        else:
            told.append(pc.replace_substring_regex(plain(plain_ids(cells)), _BLANKS, ""))
    together = pc.binary_join_element_wise(*told, "|", null_handling="replace", null_replacement="")
    nothing = pc.equal(together, "|" * (len(told) - 1))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), together)


def _moments(cells: pa.Array, zone: ZoneInfo, decide: Decide) -> pa.Array:
    """Dates and times as local ``2026-03-01T08:05:00``; what cannot be read as one stays as it is."""
    other = np.asarray(
        pc.fill_null(pc.invert(pc.match_substring_regex(cells, _WRITTEN)), False).to_numpy(zero_copy_only=False)
    )
    if not other.any():
        return cells
    rest = cells.filter(pa.array(other))
    found, _ = instants(rest, zone, decide)
    local = pd.DatetimeIndex(found).tz_localize("UTC").tz_convert(zone).tz_localize(None).to_numpy("datetime64[s]")
    read = ~np.isnat(found)
    written = pa.array(np.datetime_as_string(local).astype(object), pa.string(), mask=~read)
    return pc.replace_with_mask(cells, pa.array(other), pc.coalesce(written, rest))
