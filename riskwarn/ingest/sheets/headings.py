"""Where a table begins: offices put titles above it, and merge cells over groups of columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Cells = Sequence[str | None]

#: A note above the headings, which is no group of them: 单位：户、人, 填报单位：…, 统计时间：2026年10月.
_NOTE = re.compile(
    r"(?:^|[\s,，、;；(（])(?:[㐀-鿿]{0,4}单位|(?:填报|填表|制表|统计|报送|上报|报告|编制|截止|截至|导出|打印|审核|负责)?(?:时间|日期|时段|期间|"
    r"年度|人|部门|范围)|(?:统计)?口径|表号|制定机关|批准文号|备案文号|数据来源|说明|备注|注)\s*[:：]"
)
_BRACKET = re.compile(r"[()（）\[\]【】]")

#: So many headings alone on a row are a table's.
_OF_A_TABLE = 4

#: So many rows are looked through for the headings.
LOOKED_THROUGH = 20


@dataclass(frozen=True)
class Found:
    """The headings of a table."""

    headings: tuple[str, ...]
    rows: int  # rows from the top of the sheet to the last row of headings
    known: frozenset[str] = frozenset()  # those of the headings that stand for a field
    lacking: str | None = None  # the first field that is needed and has no heading
    carried: Mapping[int, str] = field(default_factory=dict)  # position -> kind, of columns that merged cells carry on
    named_by: int | None = None  # position of the column that names a row


class Finder(Protocol):
    """Tells the headings of a table from the titles above them, and whether they are those of a source."""

    @property
    def separator(self) -> str | None:
        """What is known to stand between the cells of a text."""

    def __call__(self, top: Sequence[Cells]) -> Found:
        """The headings among the first rows."""

    def begins_table(self, cells: Sequence[str]) -> bool:
        """Whether most cells of a line are headings of some source: another table begins with it."""


def find_headings(top: Sequence[Cells], known: Callable[[str], bool], personal: Callable[[str], bool]) -> Found:
    """The headings among the first rows of a sheet.

    The first row of nothing but four or more headings that are `known`, with a record beneath it; else the row with the most, of equal
    ones the first, or two rows before it that have as many together;
    where none is known, the first row that is not a lone title. Cells merged downwards or over a group leave their text in the row above or below.
    """
    counted = [sum(1 for cell in row if cell and known(cell)) for row in top]
    if max(counted, default=0) < 2:
        best = next((index for index, row in enumerate(top) if sum(1 for cell in row if cell) > 1), 0)
        return _headings_at(best, top, known, personal)
    best = next(
        (at for at in range(counted.index(max(counted))) if _begins(at, top, counted)), counted.index(max(counted))
    )
    # Headings that are printed again below, on one row, hold no more than the two rows above do.
    tried = (_headings_at(at, top, known, personal) for at in range(best) if counted[at] >= 2)
    as_many = (one for one in tried if sum(map(known, filter(None, one.headings))) >= counted[best])
    return next(as_many, None) or _headings_at(best, top, known, personal)


def _begins(at: int, top: Sequence[Cells], counted: Sequence[int]) -> bool:
    """Whether a row is nothing but headings and has a record beneath it: a table stands there, and no title of the next one."""
    if counted[at] < _OF_A_TABLE or counted[at] < sum(1 for cell in top[at] if cell):
        return False
    below = next((after for after in range(at + 1, len(top)) if any(top[after])), at)
    return below > at and not counted[below] and 2 * sum(1 for cell in top[below] if cell) > counted[at]


def _headings_at(
    best: int, top: Sequence[Cells], known: Callable[[str], bool], personal: Callable[[str], bool]
) -> Found:
    """The headings where their fullest row is this one; those merged over or below it stand in the next or the last."""
    width = len(top[best]) if top else 0
    own = _padded(top[best], width) if top else []
    if best + 1 < len(top) and _continues(own, _padded(top[best + 1], width), known):
        groups = _spread(own)
        below = _padded(top[best + 1], width)
        named = [_under(group, sub, personal) if sub else group for group, sub in zip(groups, below, strict=True)]
        return Found(_told_apart(_once(named, own, below), groups), best + 2)
    if best > 0 and any(cell is None for cell in own):
        above = _padded(top[best - 1], width)
        groups = _spread(above)
        above = [None if cell and _NOTE.search(cell) else cell for cell in above]
        many = sum(1 for cell in above if cell) > 1
        named = [
            _under(group if many else None, sub, personal) if sub else (over if many else None)
            for group, over, sub in zip(groups, above, own, strict=True)
        ]
        return Found(_told_apart(named, groups if many else []), best + 1)
    if best > 0 and sum(1 for cell in top[best - 1] if cell and not _NOTE.search(cell)) > 1:
        groups = _spread(_padded(top[best - 1], width))
        return Found(_told_apart([_under(g, s, personal) for g, s in zip(groups, own, strict=True)], groups), best + 1)
    return Found(_told_apart(own, []), best + 1)


def _padded(row: Cells, width: int) -> list[str | None]:
    cells = [cell.strip() if cell and cell.strip() else None for cell in row[:width]]
    return cells + [None] * (width - len(cells))


def _continues(own: Cells, below: Cells, known: Callable[[str], bool]) -> bool:
    """Whether the row below holds the headings under merged ones: text only where it is free, or under a group."""
    if not any(below):
        return False
    gaps = [index for index, cell in enumerate(own) if cell is None]
    if not any(below[index] for index in gaps):
        return False
    alone = [index for index, cell in enumerate(own) if cell is not None and not _heads_group(own, index)]
    return not any(below[index] for index in alone) and any(cell and known(cell) for cell in below)


def _heads_group(own: Cells, index: int) -> bool:
    return index + 1 < len(own) and own[index + 1] is None


def _spread(row: Cells) -> list[str | None]:
    """Each cell's text carried on over the empty cells to its right; a note heads nothing, and ends what stands before it."""
    found: list[str | None] = []
    for cell in row:
        carried = cell if cell is not None else (found[-1] if found else None)
        found.append(None if carried and _NOTE.search(carried) else carried)
    return found


def _once(named: Sequence[str | None], own: Cells, below: Cells) -> list[str | None]:
    """A heading that was carried on, but has nothing under it, names no further column."""
    return [name if own[index] is not None or below[index] is not None else None for index, name in enumerate(named)]


def _told_apart(named: Sequence[str | None], groups: Sequence[str | None]) -> tuple[str, ...]:
    """Headings, of which several of one name get their group in brackets, or else their number: 类型（受理情况）, 类型（2）.

    What stands in brackets is no part of a heading where fields and people are looked for.
    """
    counted = Counter(name for name in named if name)
    found: list[str] = []
    for index, name in enumerate(named):
        group = groups[index] if index < len(groups) else None
        if name and counted[name] > 1 and group and group != name and not _BRACKET.search(group):
            name = f"{name}（{group}）"
        told, number = name or "", 2
        while name and told in found:
            told, number = f"{name}（{number}）", number + 1
        found.append(told)
    return tuple(found)


def _under(group: str | None, sub: str | None, personal: Callable[[str], bool]) -> str | None:
    """A column under a group about people is about people, whatever its own heading says."""
    if group and sub and personal(group):
        return f"{group}{sub}"
    return sub
