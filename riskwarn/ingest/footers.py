"""Lines that are no records: totals, and who filled in and signed a table. Known where every other cell is empty, and at the
end of a table where labels stand in its cells (审核人, 填表日期) beside their answers.

The word of a total often stands in a column that is not read (序号): then all that is left of the line is one number, in a
column of no id, place or date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.ingest.values.cells import filled, strings

#: More filled cells than this has no such line.
_MOST_CELLS = 3

_TOTAL = r"^[\s(（]*(?:本页|本月|本期|全年|全市|全区|全县|累计)?(?:合\s*计|总\s*计|小\s*计|共\s*计)[\s)）]*[:：]?\s*(?:[\d,.]+\s*[件条起宗人户个]?)?\s*$"
_NUMBER = r"^\s*[\d,.]+\s*%?\s*$"
_LABEL = (
    r"^\s*(?:(?:填表|填报|制表|报表|报送|审核|审批|复核|统计|经办|单位|部门|主管|分管)(?:人|单位|部门|领导|负责人|日期|时间)?|负责人|"
    r"打印时间|打印日期|导出时间|导出日期|联系电话|盖章|签字|注|备注|说明)\s*(?:[(（][^)）]*[)）])?\s*"
)
_SIGNED = _LABEL + "[:：]"
#: A label whose answer stands in the next cell, with a colon or without.
_ASKED = rf"(?:{_LABEL}$)|(?:{_SIGNED})"
#: Signatures whose cells are filled stand in so many last rows.
_LAST = 20
#: Fields in which a label is never a value.
_NEVER_LABELS = frozenset({"record_id", "grid_id", "longitude", "latitude"})


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
        for name in _SUMMED & set(cells) if len(cells) > _MOST_CELLS else ():
            found[alone] |= _matches(strings(cells[name].take(pa.array(alone))), _NUMBER)
    last = max(rows - _LAST, 0)
    if len(columns) > 1 and rows:
        found[last:] |= _signed({name: cell.slice(last) for name, cell in cells.items()}, count[last:])
    return found


def _signed(cells: Mapping[str, pa.Array], count: npt.NDArray[np.int16]) -> Flags:
    """Which rows are labels and their answers, a cell each: two labels, or one in a column whose values are no words."""
    asked = {name: _matches(strings(cell), _ASKED) for name, cell in cells.items()}
    labels = np.sum(list(asked.values()), axis=0)
    never = [found for name, found in asked.items() if name in _NEVER_LABELS or name.endswith("_at")]
    return np.asarray((count > 1) & ((labels > 1) | np.any([np.zeros(len(count), dtype=bool), *never], axis=0)))


def _of_few(columns: Sequence[pa.Array]) -> Flags:
    texts = [strings(cell) for cell in columns]
    totals, signed, numbers = (
        np.array([_matches(text, pattern) for text in texts]) for pattern in (_TOTAL, _SIGNED, _NUMBER)
    )
    others = np.array([filled(text) for text in texts])
    total = totals.any(axis=0) & ~(others & ~totals & ~signed & ~numbers).any(axis=0)
    return np.asarray(total | (signed.any(axis=0) & ~(others & ~signed).any(axis=0)))


def _matches(texts: pa.Array, pattern: str) -> Flags:
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
