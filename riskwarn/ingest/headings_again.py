"""Headings that are printed again in the midst of a table, at the top of each page: rows that are no records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.ingest.heading_words import OF_GROUPS, plain_heading
from riskwarn.ingest.values.cells import equal, filled, strings

#: The name of a group of headings is no longer.
_LONGEST_GROUP = 12
#: So many cells that are their own headings make a row of them.
_FEWEST = 2
#: What tells equal headings apart, and is not printed: 类型（受理情况）, 类型（2）.
_APART = re.compile(r"（[^（）]*）$")
_DIGIT = re.compile(r"\d")
#: What names a part of a table: by its number, or as a list.
_PART = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十\d]{1,3}\s*(?:部分|[、.．)）])|[（(][一二三四五六七八九十\d]{1,3}[)）])\s*[㐀-鿿]{2}"
    r"|(?:部分|清单|台账|一览表|登记表|明细表?|汇总表?)\s*$"
)


def headings_again(cells: Mapping[str, pa.Array], headings: Mapping[str, str], numbers: npt.NDArray[np.int64]) -> Flags:
    """(rows,) which rows repeat the headings: every filled cell is the heading of its column, in at least two of them.

    Above such a row may stand that of the groups, with the headings that are merged over both: no figure is in it; and a line that
    names the part that follows (二、企业自查部分), in however many cells, or its groups where none of them is merged downwards. A unit alone there is no such name: it may hold for the rows below.
    `cells` are the columns that are read, `headings` theirs, both by field; `numbers` are those of the rows in the file.
    """
    rows = len(numbers)
    own, other = np.zeros(rows, dtype=np.int16), np.zeros(rows, dtype=bool)
    equal = {name: _is_heading(cell, headings[name]) for name, cell in cells.items()}
    for name, same in equal.items():
        own += same
        other |= filled(cells[name]) & ~same
    again = (own >= _FEWEST) & ~other
    above = np.flatnonzero((own > 0) & other)
    above = above[np.isin(numbers[above] + 1, numbers[again])]
    for row in above.tolist():
        again[row] = not any(_DIGIT.search(text) for text in _texts(cells, row))
    over = np.isin(numbers + 1, numbers[again]) & ~again
    for row in np.flatnonzero(over).tolist():
        texts = _texts(cells, row)
        named = len(texts) == 1 and all(map(_PART.search, texts))
        again[row] = named or _are_groups(cells, row, ~over & ~again)
    return again


def _are_groups(cells: Mapping[str, pa.Array], row: int, others: Flags) -> bool:
    """Whether the groups of two-storey headings stand in a row: words without a figure that no other row bears in its column."""
    there = {name: text for name, cell in cells.items() if (text := strings(cell.slice(row, 1))[0].as_py())}
    if any(_DIGIT.search(text) or len(text) > _LONGEST_GROUP for text in there.values()):
        return False
    if len(set(there.values())) < _FEWEST and not any(map(OF_GROUPS.search, there.values())):
        return False
    return not any((equal(cells[name], text) & others).any() for name, text in there.items())


def _texts(cells: Mapping[str, pa.Array], row: int) -> set[str]:
    """What stands in a row."""
    return {text for cell in cells.values() if (text := strings(cell.slice(row, 1))[0].as_py())}


def _is_heading(cells: pa.Array, heading: str) -> Flags:
    printed = unicodedata.normalize("NFKC", heading).strip()
    bare = unicodedata.normalize("NFKC", _APART.sub("", heading)).strip()
    words = pa.array(sorted({heading, printed, bare, plain_heading(heading)} - {""}), pa.string())
    if pa.types.is_dictionary(cells.type):
        known = pc.is_in(cells.dictionary, value_set=words)
        found = pc.fill_null(known.take(cells.indices), False)
    else:
        found = pc.fill_null(pc.is_in(cells, value_set=words), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
