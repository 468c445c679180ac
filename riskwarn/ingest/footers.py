"""Lines that are no records: totals, and who filled in and signed a table. Known where every other cell is empty, and at the
end of a table where labels stand in its cells (审核人, 填表日期) beside their answers.

The word of a total often stands in a column that is not read (序号): then all that is left of the line is one number, in a
column of no id, place or date, or a cell that only counts (共123件). A subtotal may have a number in every column of numbers
(小计, 洪家楼街道共32个网格, 9812): such a line has no id and no date, and a cell that counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.ingest.sheets.last_lines import ASKED, COUNTED, NUMBER, SIGNED, TOTAL
from riskwarn.ingest.values.cells import filled, strings

#: More filled cells than this has no such line.
_MOST_CELLS = 3

#: Signatures whose cells are filled stand in so many last rows.
_LAST = 20
#: Fields in which a label is never a value.
_NEVER_LABELS = frozenset({"record_id", "grid_id", "longitude", "latitude"})


#: Headings of the column that numbers the rows of a list.
_ROW_NUMBERS = frozenset({"序号", "序", "行号", "项次", "No", "No.", "NO", "NO."})
#: The ids of rows: a line without one may be a subtotal.
_IDS = ("record_id", "grid_id", "name")
#: Fields in which a number alone is no more than a total.
_SUMMED = frozenset(
    {"category", "category_final", "category_detail", "severity", "urgency", "status", "outcome", "form", "kind", "count",
     "people", "injured", "killed", "text"}
)  # fmt: skip


def footers(cells: Mapping[str, pa.Array], rows: int) -> Flags:
    """(rows,) whether a row is a total or a signature: one cell says so, and of the others none holds more than a number.

    `cells` are the columns that are read, field -> (rows,) text.
    """
    columns = list(cells.values())
    count = np.zeros(rows, dtype=np.int16)
    for cell in columns:
        count += filled(cell)
    found = np.zeros(rows, dtype=bool)
    few = np.flatnonzero((count > 0) & (count <= _MOST_CELLS))
    if len(columns) > 1 and len(few):
        found[few] = _of_few([cell.take(pa.array(few)) for cell in columns])
        alone = few[count[few] == 1]
        if len(cells) > _MOST_CELLS:
            for name, cell in cells.items():
                only = strings(cell.take(pa.array(alone)))
                found[alone] |= _matches(only, COUNTED)
                if name in _SUMMED:
                    found[alone] |= _matches(only, NUMBER)
    if len(cells) > _MOST_CELLS and (named := [name for name in _IDS if name in cells]):
        nameless = np.flatnonzero((count > 1) & ~filled(cells[named[0]]))
        dated = [filled(cells[name]) for name in cells if name.endswith("_at")]
        if dated:
            nameless = nameless[~np.logical_or.reduce(dated)[nameless]]
        if len(nameless):
            found[nameless] |= _subtotals([cell.take(pa.array(nameless)) for cell in columns])
    last = max(rows - _LAST, 0)
    if len(columns) > 1 and rows:
        found[last:] |= _signed({name: cell.slice(last) for name, cell in cells.items()}, count[last:])
    return found


def _signed(cells: Mapping[str, pa.Array], count: npt.NDArray[np.int16]) -> Flags:
    """Which rows are labels and their answers, a cell each: two labels, or one in a column whose values are no words."""
    asked = {name: _matches(strings(cell), ASKED) for name, cell in cells.items()}
    labels = np.sum(list(asked.values()), axis=0)
    never = [found for name, found in asked.items() if name in _NEVER_LABELS or name.endswith("_at")]
    return np.asarray((count > 1) & ((labels > 1) | np.any([np.zeros(len(count), dtype=bool), *never], axis=0)))


def row_label(headings: Sequence[str], read: Collection[int]) -> int | None:
    """Where the column stands that numbers the rows (序号), if it is not read otherwise: totals call themselves so in it."""
    found = (at for at, heading in enumerate(headings) if "".join(heading.split()) in _ROW_NUMBERS and at not in read)
    return next(found, None)


def totals_of(labels: pa.Array) -> Flags:
    """(rows,) which rows are called a total in the column that numbers them."""
    return _matches(strings(labels), TOTAL)


def _subtotals(columns: Sequence[pa.Array]) -> Flags:
    """Which rows are a total or a count, and numbers, in however many columns."""
    texts = [strings(cell) for cell in columns]
    totals, numbers = (
        np.array([_matches(text, one) | _matches(text, other) for text in texts])
        for one, other in ((TOTAL, COUNTED), (NUMBER, NUMBER))
    )
    others = np.array([filled(text) for text in texts])
    return np.asarray(totals.any(axis=0) & ~(others & ~totals & ~numbers).any(axis=0))


def _of_few(columns: Sequence[pa.Array]) -> Flags:
    texts = [strings(cell) for cell in columns]
    totals, signed, numbers = (
        np.array([_matches(text, pattern) for text in texts]) for pattern in (TOTAL, SIGNED, rf"{NUMBER}|{COUNTED}")
    )
    others = np.array([filled(text) for text in texts])
    total = totals.any(axis=0) & ~(others & ~totals & ~signed & ~numbers).any(axis=0)
    return np.asarray(total | (signed.any(axis=0) & ~(others & ~signed).any(axis=0)))


def _matches(texts: pa.Array, pattern: str) -> Flags:
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
