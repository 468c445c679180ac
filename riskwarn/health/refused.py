"""Refused rows by what is wrong with them: counts first, then where the first of them stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from riskwarn.contracts.reasons import REASONS, RULES
from riskwarn.store.repairs import NOT_LOADED

#: Rows that are named of each group.
EXAMPLES = 5


@dataclass(frozen=True)
class Group:
    """Refused rows of one file that share column and reason."""

    source: str
    file_name: str
    column: str
    reason: str
    rows: int
    examples: tuple[int, ...]  # numbers of rows in the file, the first ones

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
    numbers: dict[tuple[str, str, str, str], list[int]] = {}
    for row in rows:
        if row["reason"] != NOT_LOADED:
            key = (str(row["source"]), str(row["file_name"]), str(row["column"]), str(row["reason"]))
            numbers.setdefault(key, []).append(int(row["row"]))
    groups = [Group(*key, len(found), tuple(sorted(found)[:examples])) for key, found in numbers.items()]
    return sorted(groups, key=lambda group: (-group.rows, group.source, group.file_name, group.column))


def by_rule(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """(source, rule in words) -> rows that are by rule not loaded."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["reason"] == NOT_LOADED:
            _, rule = RULES.get(str(row["value_class"]), ("", REASONS[NOT_LOADED].en))
            key = (str(row["source"]), rule)
            counts[key] = counts.get(key, 0) + 1
    return counts
