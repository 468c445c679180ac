"""Which of several columns whose headings stand for one field is it, where what stands below the headings decides.

Of ids the business number goes before the technical one (a UUID, a snowflake number) where both tell the same rows apart:
it was given at registration and stays through a change of system, a new export and Excel, which rounds long numbers.
Where they tell different rows apart, the id of a matter goes before that of a line: rows that share it and the time of the
event are versions of one matter. Where rows that share it tell of several events, it is counted anew each year or town.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.contracts.sources import PLACE
from riskwarn.ingest.mapping_proposal.profile import Column
from riskwarn.messages import Listed, Message

#: Fewer rows tell nothing of what a column is.
FEWEST_ROWS = 10
#: Of its own value in so many filled rows is an id; so great a share of rows that agree are versions of one matter.
_OFTEN, _AGREE = 0.5, 0.9
#: A column that is empty in so many more rows than the fullest is no id of all rows.
_EMPTIER = 0.02

_TECHNICAL = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|[0-9a-f]{24}|[1-9]\d{15,18}")
#: A long number that begins with a day is one that an office gave.
_DATED = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])")
_PLACES = {part for name in PLACE for part in name.split("+")}

Settled = tuple[Column, Message]


def settled(field: str, columns: Sequence[Column], cells: pd.DataFrame, moments: pd.Series | None) -> Settled | None:
    """The column that is the field, and on what ground; None where it stays open.

    `cells` are (rows, …) texts by position; `moments` are the times of the events as text, which tell versions of one
    matter from several.
    """
    columns = [column for column in columns if column.position in cells]
    if len(columns) < 2 or len(cells) < FEWEST_ROWS:
        return None
    full = [column for column in columns if column.empty < 1]
    if len(full) == 1:
        return full[0], said("the only one of {rivals} in which something stands", columns)
    if field == "record_id":
        return _identity(columns, full, cells, moments)
    return _other(field, columns, full, cells)


def _identity(
    columns: Sequence[Column], full: Sequence[Column], cells: pd.DataFrame, moments: pd.Series | None
) -> Settled | None:
    """The id among several: whole, no number of lines, and of those left the one that tells matters apart."""
    fullest = min((column.empty for column in full), default=1.0)
    numbered = [column for column in full if not column.holds.startswith("id that Excel")]
    able = [
        column
        for column in numbered
        if column.empty <= fullest + _EMPTIER
        and column.distinct >= _OFTEN
        and not _counts_lines(cells[column.position])
    ]
    if len(able) == 1:
        return able[0], said(
            "of {rivals} the only one that is filled, no number of lines, and tells rows apart", columns
        )
    if not able:
        return None
    groups = {column.position: _numbered(cells[column.position]) for column in able}
    best = able[0]
    for column in able[1:]:
        better = _better(best, column, cells, groups, moments)
        if better is None:
            return None
        best = better
    same = all(_refines(groups[best.position], groups[one.position]) for one in able) and all(
        _refines(groups[one.position], groups[best.position]) for one in able
    )
    if same and any(_technical(cells[one.position]) for one in able if one is not best):
        return best, said("of {rivals}, which tell the same rows apart, the number that an office gives", columns)
    if same:
        return best, said("of {rivals}, which tell the same rows apart, the first", columns)
    return best, said("of {rivals} the one that tells matters apart, and neither their versions nor years", columns)


def _better(
    one: Column,
    other: Column,
    cells: pd.DataFrame,
    groups: dict[int, npt.NDArray[np.int64]],
    moments: pd.Series | None,
) -> Column | None:
    """Which of two ids is to be preferred; None where nothing tells."""
    mine, yours = groups[one.position], groups[other.position]
    finer, coarser = _refines(mine, yours), _refines(yours, mine)
    if finer and coarser:
        technical = [_technical(cells[column.position]) for column in (one, other)]
        return other if technical[0] and not technical[1] else one
    if not (finer or coarser) or moments is None:
        return None
    fine, coarse = (one, other) if finer else (other, one)
    return coarse if _one_matter(groups[coarse.position], moments) else fine


def _one_matter(group: npt.NDArray[np.int64], moments: pd.Series) -> bool:
    """Whether rows that share an id share the time of their event."""
    frame = pd.DataFrame({"id": group, "moment": moments.to_numpy()})
    frame = frame[(frame["id"] >= 0) & frame["id"].duplicated(keep=False)]
    return bool(len(frame)) and bool((frame.groupby("id")["moment"].nunique() <= 1).mean() >= _AGREE)


def _other(field: str, columns: Sequence[Column], full: Sequence[Column], cells: pd.DataFrame) -> Settled | None:
    """Of columns that are equal where both are filled the fullest, else the only one that is not the same in every row."""
    fullest = min(full, key=lambda column: column.empty)
    if all(_equal(cells[fullest.position], cells[one.position]) for one in full if one is not fullest):
        return fullest, said("of {rivals}, which say the same, the fullest", columns)
    told = [column for column in full if cells[column.position].nunique() > 1]
    # Of places the constant one may be right: the other may be where somebody lives.
    if len(told) == 1 and field not in _PLACES:
        return told[0], said("of {rivals} the only one that is not the same in every row", columns)
    return None


def _equal(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns say the same where both say something, and the second says nothing beside the first."""
    there = other.notna()
    return bool(there.any()) and bool((one[there] == other[there]).all())


def _counts_lines(cells: pd.Series) -> bool:
    """Whether a column numbers the rows of a list: from 1 on, or by one from row to row."""
    numbers = pd.to_numeric(cells.dropna(), errors="coerce")
    if numbers.empty or numbers.isna().any() or numbers.abs().max() >= 1e9:
        return False
    steps = numbers.diff().dropna()
    return bool((steps == 1).mean() >= _AGREE) if len(steps) else False


def _technical(cells: pd.Series) -> bool:
    texts = cells.dropna().head(200)
    return len(texts) > 0 and all(_TECHNICAL.fullmatch(text) and not _DATED.match(text) for text in texts)


def _numbered(cells: pd.Series) -> npt.NDArray[np.int64]:
    return pd.factorize(cells)[0].astype(np.int64)


def _refines(fine: npt.NDArray[np.int64], coarse: npt.NDArray[np.int64]) -> bool:
    """Whether rows that share the first share the second."""
    there = (fine >= 0) & (coarse >= 0)
    pairs = pd.DataFrame({"fine": fine[there], "coarse": coarse[there]}).drop_duplicates()
    return not pairs["fine"].duplicated().any()


def said(template: str, columns: Sequence[Column]) -> Message:
    """Why one of some columns is chosen."""
    return Message(template, rivals=Listed(column.heading for column in columns))
