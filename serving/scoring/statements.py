"""Which statement is made of each place, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Flags
from serving.scoring.numbers import KINDS, Numbers, Usual
from serving.scoring.sentences import LANGUAGES, Statement, Theme, Words, direction_said, sentences
from serving.scoring.shown import UNKNOWN, Codes, is_never, usual_shown

#: A number stands apart from what is usual as it is told, or is told as no range: the sentence needs no comparison.
_APART = 2
_COMPARED = {1: "more", -1: "less", 0: "alike"}

_NOTHING: Words = dict.fromkeys(LANGUAGES, "")


@dataclass(frozen=True)
class Said:
    """Which statement is made of each place, and the codes of its numbers."""

    theme: Theme
    statement: Codes
    apart: npt.NDArray[np.int8]  # 1: its number stands apart from the usual as its effect does; -1: the other way
    value: Codes
    second: Codes
    low: Codes  # -2 where nothing is usual
    high: Codes
    kind: Codes
    beside: npt.NDArray[
        np.int8
    ]  # it is told as a range that overlaps the usual: 1 more, -1 less, 0 about alike; else `_APART`
    numbers: Numbers

    @property
    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """All that a text depends on."""
        return self.statement, self.apart, self.value, self.second, self.low, self.high, self.kind, self.beside

    def nothing(self, row: int) -> bool:
        """Whether it says of a place that there is none of what it counts."""
        return self.theme.statements[int(self.statement[row])].zero is not None and int(self.value[row]) == 0

    def words(self, row: int, up: bool) -> dict[str, str]:
        """The text of one place, by language."""
        one = self.theme.statements[int(self.statement[row])]
        value, second, low, high = (int(codes[row]) for codes in (self.value, self.second, self.low, self.high))
        said, also = one.words, self.theme.all
        if one.zero is not None and value == 0:
            said, also = one.zero, self.theme.all_of_none
            if one.never is not None and one.second is not None and is_never(one.second, second):
                said, also = one.never, _NOTHING
        found = {}
        for language in LANGUAGES:
            own = said[language]
            if one.number is not None:
                own = own.replace("{value}", self._shown(one.number, value, language))
            if one.second is not None:
                told = self._shown(one.second, second, language)
                own = own.replace("{second}", "none" if told == "no" else told)
            parts = [own]
            if one.number is not None and low != -2:
                kind = KINDS[int(self.kind[row])]
                usual = (self.theme.before if kind == "past" else sentences()["usual"][kind])[language]
                compared = _COMPARED.get(int(self.beside[row]))
                told = usual.replace("{usual}", usual_shown(one.number, low, high, language))
                parts.append(told if compared is None else told + sentences()["beside"][compared][language])
            # Nothing here and usually nothing is no reason why a score is high or low; nor is a number with nothing to hold it against.
            nothing, alone = self.nothing(row) and low == high == 0, one.number is not None and low == -2
            if self.apart[row] != 1 and self.theme.directed and not nothing and not alone:
                opposed = bool(self.apart[row] == -1 and also[language])
                parts.append(direction_said(up, also, opposed=opposed)[language])
            found[language] = ("；" if language == "zh" else "; ").join(parts)
        return found

    def _shown(self, number: str, code: int, language: str) -> str:
        return self.numbers.words(self.theme.names[number], number, code, language)


def said_of(theme: Theme, chosen: Codes, up: Flags, numbers: Numbers) -> Said:
    """Of each place the first statement whose number stands apart from what is usual as its effect does; where none does, the first
    whose number does not stand apart against it."""
    usable = [index for index, one in enumerate(theme.statements) if _has(theme, one, numbers)]
    size = len(chosen)
    statement, value, second, low, high, kind = (np.full(size, -2, dtype=np.int64) for _ in range(6))
    beside = np.full(size, _APART, dtype=np.int8)
    found = Said(theme, statement, np.zeros(size, dtype=np.int8), value, second, low, high, kind, beside, numbers)
    for index in usable:
        one = theme.statements[index]
        value, second, level, usual = _codes(theme, one, chosen, numbers)
        apart, stands = np.zeros(size, dtype=np.int8), np.full(size, _APART, dtype=np.int8)
        if usual is not None and one.number is not None:
            name = theme.names[one.number]
            low, high = usual.low[chosen], usual.high[chosen]
            below = (level < low) | ((level == 0) & (high > 0))
            away = (level > high).astype(np.int8) - below
            apart = np.where(low != -2, np.where(up, away, -away), 0).astype(np.int8)
            leans = away
            if not one.past:
                # What is told may read as more than usual where the number itself does not stand apart.
                reads = numbers.reads(name, one.number)[chosen]
                apart[(apart == 0) & (reads == np.where(up, -1, 1))] = -1
                leans = np.where(away == 0, reads, away)
            stands = np.where(numbers.overlaps(name, one.number, usual)[chosen], leans, _APART).astype(np.int8)
            apart[level < 0] = -2  # there is no such number
        taken = (found.statement == -2) | ((apart > found.apart) & (usual is not None))
        taken &= (level != UNKNOWN) & (second != UNKNOWN)
        found.statement[taken], found.apart[taken] = index, apart[taken]
        found.value[taken], found.second[taken] = value[taken], second[taken]
        found.beside[taken] = stands[taken]
        for own, column in (
            () if usual is None else ((found.low, usual.low), (found.high, usual.high), (found.kind, usual.kind))
        ):
            own[taken] = column[chosen][taken]
        if usual is None:
            found.low[taken] = found.high[taken] = found.kind[taken] = -2
    return found


def _has(theme: Theme, one: Statement, numbers: Numbers) -> bool:
    """Whether the numbers of a statement are at hand."""
    wanted = [number for number in (one.number, one.second, "half" if one.past else None) if number is not None]
    return all(theme.names[number] in numbers.values for number in wanted)


def _codes(theme: Theme, one: Statement, chosen: Codes, numbers: Numbers) -> tuple[Codes, Codes, Codes, Usual | None]:
    """(values, second values, values as they are compared, what is usual) of a statement."""
    nothing = np.full(len(chosen), -2, dtype=np.int64)
    second = nothing if one.second is None else numbers.told(theme.names[one.second], one.second)[chosen]
    if one.number is None:
        return nothing, second, nothing, None
    name = theme.names[one.number]
    value, level = numbers.told(name, one.number)[chosen], numbers.codes(name, one.number)[chosen]
    if one.past:
        return value, second, level, numbers.before(theme.names["half"], one.number)
    return value, second, level, numbers.usual(name, one.number)
