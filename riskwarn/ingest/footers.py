"""Lines that are no records: totals, and who filled in and signed a table. Known where every other cell is empty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.ingest.values.cells import filled, strings

#: More filled cells than this has no such line.
_MOST_CELLS = 3

_TOTAL = r"^[\s(（]*(?:本页|本月|本期|全年|全市|全区|全县|累计)?(?:合\s*计|总\s*计|小\s*计|共\s*计)[\s)）]*[:：]?\s*(?:[\d,.]+\s*[件条起宗人户个]?)?\s*$"
_NUMBER = r"^\s*[\d,.]+\s*%?\s*$"
_SIGNED = (
    r"^\s*(?:(?:填表|填报|制表|报表|报送|审核|审批|复核|统计|经办|单位|部门|主管|分管)(?:人|单位|部门|领导|负责人|日期|时间)?|负责人|"
    r"打印时间|打印日期|导出时间|导出日期|联系电话|盖章|签字|注|备注|说明)\s*(?:[(（][^)）]*[)）])?\s*[:：]"
)


def footers(cells: Iterable[pa.Array], rows: int) -> Flags:
    """(rows,) whether a row is a total or a signature: one cell says so, and of the others none holds more than a number.

    `cells` are the columns that are read, (rows,) text each.
    """
    columns = list(cells)
    count = np.zeros(rows, dtype=np.int16)
    for cell in columns:
        count += filled(cell)
    found = np.zeros(rows, dtype=bool)
    few = np.flatnonzero((count > 0) & (count <= _MOST_CELLS))
    if len(columns) > 1 and len(few):
        found[few] = _of_few([cell.take(pa.array(few)) for cell in columns])
    return found


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
