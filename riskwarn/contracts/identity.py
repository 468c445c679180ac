"""What makes two rows of a table versions of one thing: its record id where it has one, else what its contract names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from riskwarn.contracts.contract import Contract

if TYPE_CHECKING:
    import pandas as pd


def identities(frame: pd.DataFrame, contract: Contract) -> pd.Series:
    """(rows,) objects that are equal where two rows of a table, of the store or of a file, are versions of one thing."""
    import pandas as pd

    told = [["" if pd.isna(value) else str(value) for value in frame[name]] for name in contract.identity]
    own = pd.Series(["|".join(values) for values in zip(*told, strict=True)], index=frame.index, dtype=object)
    return own if "record_id" not in frame else frame["record_id"].astype(object).where(frame["record_id"].notna(), own)


def newest_of_each(versions: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The newest of the stored versions of each row of a table, which are sorted by load and row."""
    older = versions.duplicated(list(contract.identity), keep="last").to_numpy()
    if "record_id" in versions:
        known = versions["record_id"].notna().to_numpy()
        older = np.where(known, versions.duplicated("record_id", keep="last"), older)
        nameless = versions[~known].duplicated(list(contract.identity), keep="last").to_numpy()
        older[~known] = nameless
    return versions[~older].copy()


def newest_rows(versions: Iterable[Mapping[str, Any]], contract: Contract) -> list[Mapping[str, Any]]:
    """The same of rows, without pandas, which a server refuses."""
    newest: dict[object, tuple[int, Mapping[str, Any]]] = {}
    for place, row in enumerate(versions):
        record = row.get("record_id")
        newest[tuple(row[name] for name in contract.identity) if record is None else record] = place, row
    return [row for _, row in sorted(newest.values(), key=lambda one: one[0])]
