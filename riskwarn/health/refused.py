"""Refused rows by what is wrong with them: counts first, then where the first of them stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from riskwarn.contracts.reasons import REASONS, RULES
from riskwarn.store.repairs import NOT_LOADED, file_and_sheet, in_sheet

#: Rows that are named of each group.
EXAMPLES = 5


@dataclass(frozen=True)
class Group:
    """Refused rows of one file that share column and reason, in whatever sheets of it."""

    source: str
    file_name: str
    column: str
    reason: str
    rows: int
    examples: tuple[str, ...]  # numbers of the first rows in the file, with the sheet where there are several

    @property
    def what(self) -> str:
        """What is wrong, in words."""
        return REASONS[self.reason].en

    @property
    def repair(self) -> str:
        """How it is repaired, in words."""
        return REASONS[self.reason].repair


def by_reason(rows: Iterable[Mapping[str, Any]], examples: int = EXAMPLES) -> list[Group]:
    """The groups of rows that somebody can repair, the largest first; `rows` as :meth:`riskwarn.store.Store.quarantined` gives them."""
    numbers: dict[tuple[str, str, str, str], list[tuple[str, int]]] = {}
    for row in rows:
        if row["reason"] != NOT_LOADED:
            file, sheet = file_and_sheet(str(row["file_name"]))
            key = (str(row["source"]), file, str(row["column"]), str(row["reason"]))
            numbers.setdefault(key, []).append((sheet, int(row["row"])))
    groups = [_group(key, found, examples) for key, found in numbers.items()]
    return sorted(groups, key=lambda group: (-group.rows, group.source, group.file_name, group.column))


def _group(key: tuple[str, str, str, str], found: list[tuple[str, int]], examples: int) -> Group:
    source, file, column, reason = key
    sheets = dict.fromkeys(sheet for sheet, _ in found)
    if len(sheets) == 1:
        told = [str(number) for _, number in sorted(found)[:examples]]
        return Group(source, in_sheet(file, next(iter(sheets))), column, reason, len(found), tuple(told))
    told = [f"{sheet} {number}".strip() for sheet, number in found[:examples]]
    return Group(source, file, column, reason, len(found), tuple(told))


def by_rule(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """(source, rule in words) -> rows that are by rule not loaded."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["reason"] == NOT_LOADED:
            _, rule = RULES.get(str(row["value_class"]), ("", REASONS[NOT_LOADED].en))
            key = (str(row["source"]), rule)
            counts[key] = counts.get(key, 0) + 1
    return counts
