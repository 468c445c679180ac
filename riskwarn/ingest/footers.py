"""Lines that are no records: totals, and who filled in and signed a table. Known where every other cell is empty, and at the
end of a table where labels stand in its cells (审核人, 填表日期) beside their answers.

The word of a total often stands in a column that is not read (序号): then all that is left of the line is one number, in a
column of no id, place or date, or a cell that only counts (共123件). A subtotal may have a number in every column of numbers
(小计, 洪家楼街道共32个网格, 9812): such a line has no id and no date, and a cell that counts. Its word may stand in the
column of the ids itself, as may the number of them (鱼洞街道小计, 41个), or name what is summed (鱼洞街道小计); a unit that is
called so has an id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from riskwarn.arrays import Flags
from riskwarn.ingest.columns import field_of_several, holds_dates
from riskwarn.ingest.heading_words import UNIT_NAMES
from riskwarn.ingest.sheets.last_lines import (
    ASKED,
    COUNTED,
    DAY,
    DAY_IN_NUMERALS,
    GROUP,
    NUMBER,
    PART_COUNTED,
    SIGNED,
    TOTAL,
    TOTAL_OF,
)
from riskwarn.ingest.values.cells import filled, matches, strings

#: More filled cells than this has no such line, unless more columns count.
_MOST_CELLS = 3

#: Signatures whose cells are filled stand in so many last rows.
_LAST = 20
#: Fields in which a label is never a value.
_NEVER_LABELS = frozenset({"record_id", "grid_id", "longitude", "latitude"})
#: The ids of rows: a line without one may be a subtotal.
_IDS = ("record_id", "grid_id", "name")
#: A number of so many digits is an id, and no sum.
_LONG = r"^\d{6,}$"
#: Fields in which a number alone is no more than a total.
_SUMMED = frozenset(
    {"category", "category_final", "category_detail", "severity", "urgency", "status", "outcome", "form", "kind", "count",
     "people", "injured", "killed", "text"}
)  # fmt: skip
#: Fields whose columns count: a total may stand in each of them.
_COUNTING = frozenset({"count", "people", "injured", "killed"})


def footers(cells: Mapping[str, pa.Array], rows: int) -> Flags:
    """(rows,) whether a row is a total or a signature: one cell says so, and of the others none holds more than a number.

    `cells` are the columns that are read, field -> (rows,) text.
    """
    columns = list(cells.values())
    count, again = np.zeros(rows, dtype=np.int16), np.zeros(rows, dtype=np.int16)
    for name, cell in cells.items():
        there = filled(cell)
        count += there
        if name.startswith("identity_"):
            again += there  # a column that is read for the id, too
    found = np.zeros(rows, dtype=bool)
    most = max(_MOST_CELLS, 1 + sum(field_of_several(name) in _COUNTING for name in cells))
    few = np.flatnonzero((count > 0) & (count - again <= most))
    if len(columns) > 1 and len(few):
        found[few] = _of_few({name: cell.take(pa.array(few)) for name, cell in cells.items()})
        alone = few[count[few] == 1]
        if len(cells) > _MOST_CELLS:
            only = [strings(cell.take(pa.array(alone))) for cell in cells.values()]
            summed = np.array([field_of_several(name) in _SUMMED for name in cells])
            found[alone] |= _each(only, COUNTED).any(axis=0) | _each(only, NUMBER)[summed].any(axis=0)
            if _IDS[0] in cells:
                found[alone] |= matches(strings(cells[_IDS[0]].take(pa.array(alone))), GROUP)
    if len(cells) > 1 and (named := [name for name in _IDS if name in cells]):
        nameless = _without_id(cells, named[0], count)
        if len(nameless):
            some = {name: cell.take(pa.array(nameless)) for name, cell in cells.items()}
            found[nameless] |= _subtotals(some, named[0])
    last = max(rows - _LAST, 0)
    if len(columns) > 1 and rows:
        ending = {name: cell.slice(last) for name, cell in cells.items()}
        found[last:] |= _signed(ending, count[last:]) | (_dated(ending) & (count - again == 1)[last:])
    return found


def _signed(cells: Mapping[str, pa.Array], count: npt.NDArray[np.int16]) -> Flags:
    """Which rows are labels and their answers, a cell each: two labels, or one in a column whose values are no words."""
    asked = _each(_texts(cells), ASKED)
    never = np.array([name in _NEVER_LABELS or name.endswith("_at") for name in cells])
    return np.asarray((count > 1) & ((asked.sum(axis=0) > 1) | asked[never].any(axis=0)))


def _dated(cells: Mapping[str, pa.Array]) -> Flags:
    """In which rows a day stands that is none of an event: below a signature, in whatever column comes there."""
    texts = _texts(cells)
    dateless = np.array([not holds_dates(name) and not name.startswith("identity_") for name in cells])
    return np.asarray(_each(texts, DAY_IN_NUMERALS).any(axis=0) | _each(texts, DAY)[dateless].any(axis=0))


def _texts(cells: Mapping[str, pa.Array]) -> list[pa.Array]:
    return [strings(cell) for cell in cells.values()]


def _each(texts: Sequence[pa.Array], pattern: str) -> Flags:
    """(columns, rows) whether a pattern is found in each cell of columns of one length: it is compiled once for all of them, which
    takes longer than to look at the few cells that come here."""
    return matches(pa.concat_arrays(texts), pattern).reshape(len(texts), -1)


def totals_of(labels: Sequence[pa.Array], cells: Mapping[str, pa.Array], rows: int) -> Flags:
    """(rows,) which rows are called a total in a column that numbers or places them and is not read.

    Of something (鱼洞街道小计) only a row without an id is the total, and in a table that has no ids none.
    """
    found = np.zeros(rows, dtype=bool)
    named = next((name for name in _IDS[:2] if name in cells), None)
    for label in labels:
        texts = strings(label)
        found |= matches(texts, TOTAL)
        if named is None:
            continue
        of = np.flatnonzero(matches(texts, TOTAL_OF) & ~found)
        if len(of):
            ids = cells[named].take(pa.array(of))
            found[of] = ~filled(ids) | matches(strings(ids), COUNTED)
    return found


def _without_id(cells: Mapping[str, pa.Array], name: str, count: npt.NDArray[np.int16]) -> npt.NDArray[np.intp]:
    """The rows with something in them, no date, and no id but the word of a total, or a number of ids (41个)."""
    bare = count > 0
    for other in cells:
        if other.endswith("_at"):
            bare &= ~filled(cells[other])
    rows = np.flatnonzero(bare)
    ids = cells[name].take(pa.array(rows))
    return rows[~filled(ids) | matches(strings(ids), rf"{TOTAL}|{COUNTED}")]


def _subtotals(cells: Mapping[str, pa.Array], ids: str) -> Flags:
    """Which rows are called a total or only count, and hold numbers besides, in however many columns.

    The unit that is summed may be named beside the word (鱼洞街道, 小计). What counts in the column of the `ids` is no such word.
    """
    texts = _texts(cells)
    called, called_of, counted, numbers = (_each(texts, pattern) for pattern in (TOTAL, TOTAL_OF, COUNTED, NUMBER))
    there = np.array([filled(text) for text in texts])
    units = np.array([[name in UNIT_NAMES] for name in cells]) & called.any(axis=0)
    strange = there & ~(called | called_of | counted | numbers | units)
    # A cell that only counts tells little where few are read.
    alone = counted & np.array([[name != ids] for name in texts])
    words = (called | called_of).any(axis=0) | ((len(cells) > _MOST_CELLS) & alone.any(axis=0))
    return np.asarray(words & ~strange.any(axis=0))


def _of_few(cells: Mapping[str, pa.Array]) -> Flags:
    texts = _texts(cells)
    totals, signed, numbers = (
        _each(texts, pattern) for pattern in (TOTAL, SIGNED, rf"{NUMBER}|{COUNTED}|{PART_COUNTED}")
    )
    others = np.array([filled(text) for text in texts])
    total = totals.any(axis=0) & ~(others & ~totals & ~signed & ~numbers).any(axis=0)
    # A unit may be called 合计: it has an id.
    named = np.any(
        [np.zeros_like(total), *(matches(strings(cells[id]), _LONG) for id in _IDS[:2] if id in cells)], axis=0
    )
    days = _each(texts, rf"{DAY}|{DAY_IN_NUMERALS}")
    return np.asarray((total & ~named) | (signed.any(axis=0) & ~(others & ~signed & ~days).any(axis=0)))
