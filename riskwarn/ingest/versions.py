"""What of a load is new: first versions, corrections, and what is stored already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.contracts.schema import EVENTS, TABLES, VERSION_COLUMNS

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sorted:
    """The rows of a load, told apart; arrays (rows,)."""

    accepted: Flags
    corrected: Flags
    duplicates: Flags


def content_digest(frame: pd.DataFrame, source: str) -> pd.Series:
    """16 bytes of each row's content: two keyed 64-bit hashes over the columns that say something of the record."""
    schema = TABLES.get(source, EVENTS)
    version = {name for name, _ in VERSION_COLUMNS} - {"known_at", "withdrawn"}
    columns = [name for name in schema.names if name not in version and name in frame]
    # Instants and numbers enter as text, so that a column's dtype (all null or not) does not matter.
    plain = frame[columns].astype("str").fillna("")
    halves = [
        pd.util.hash_pandas_object(plain, index=False, hash_key=key).to_numpy()
        for key in ("riskwarn-content", "content-riskwarn")
    ]
    both = np.column_stack(halves).astype("<u8")
    return pd.Series([row.tobytes() for row in both], index=frame.index, dtype=object)


def sort_out(incoming: pd.DataFrame, stored: pd.DataFrame) -> Sorted:
    """Tell new records, corrections and duplicates apart.

    Both have `identity`, `content` and `version_at`; `stored` in the order of its loads. A row is a duplicate where
    it equals the newest stored version, any stored version and is no younger than the newest (an old file again), or an
    earlier row of its own file; a correction where its record is known with another content.
    """
    count = len(incoming)
    if count == 0:
        return Sorted(*(np.zeros(0, dtype=bool) for _ in range(3)))
    stored = stored.sort_values("version_at", kind="stable")
    newest = stored.drop_duplicates("identity", keep="last").set_index("identity")
    beside = newest.reindex(incoming["identity"])
    newest_at = beside["version_at"].to_numpy(dtype="datetime64[us]")
    known = incoming["identity"].isin(newest.index).to_numpy(dtype=bool)
    pairs = pd.MultiIndex.from_frame(incoming[["identity", "content"]])
    ever = (
        pairs.isin(pd.MultiIndex.from_frame(stored[["identity", "content"]]))
        if len(stored)
        else np.zeros(count, dtype=bool)
    )
    older = ~(incoming["version_at"].to_numpy(dtype="datetime64[us]") > newest_at)
    same = beside["content"].to_numpy(dtype=object) == incoming["content"].to_numpy(dtype=object)
    again = incoming.duplicated(["identity", "content"]).to_numpy(dtype=bool)
    duplicates = again | (known & (same | (ever & older)))
    first = ~known & ~incoming["identity"].duplicated().to_numpy(dtype=bool)
    accepted = first & ~duplicates
    return Sorted(accepted, ~accepted & ~duplicates, duplicates)
