"""The rows of a file that go to quarantine: where, why and of what class; never their content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from riskwarn.contracts.reasons import RULES
from riskwarn.ingest.reading import Reading
from riskwarn.messages import Listed, Message
from riskwarn.store.repairs import NOT_LOADED, in_sheet


@dataclass
class Refusals:
    """Rows that go to quarantine, with the heading that stands in the file where there is one."""

    file: str
    headings: dict[str, str]  # field -> heading
    origin: Callable[[int], tuple[str, int]]  # of a row of the file: its sheet, and its number in it
    titles: Mapping[str, str] = field(default_factory=dict)  # sheet -> its title as it is kept
    rows: list[dict[str, object]] = field(default_factory=list)

    def reasons(self) -> dict[str, int]:
        """How many rows have each reason."""
        return dict(Counter(str(row["reason"]) for row in self.rows))

    def rules(self) -> dict[str, int]:
        """How many rows each rule kept from being loaded."""
        return dict(Counter(str(row["value_class"]) for row in self.rows if row["reason"] == NOT_LOADED))

    def notes(self, ruled_out: Mapping[tuple[str, str, str], int]) -> list[str]:
        """The rules, in words, with their counts; of each the columns that told it, and the words of its own list."""
        notes: list[str] = []
        for rule, rows in self.rules().items():
            told: dict[str, dict[str, int]] = {}
            for (one, name, word), number in ruled_out.items():
                if one == rule and number:
                    told.setdefault(self.headings.get(name, name), {})[word] = number
            notes.append(by_rule(rule, rows, [column_told(column, words) for column, words in told.items()]))
        return notes

    def add(self, reading: Reading, ids: pa.Array | None = None) -> None:
        """Take the faulty rows of a batch; `ids` are keyed digests by which a repaired row is known again."""
        faulty = list(reading.faults)
        known = (
            [None] * len(faulty)
            if ids is None
            else ids.take(pa.array([row for row, _ in faulty], pa.int64())).to_pylist()
        )
        for (row, fault), record in zip(faulty, known, strict=True):
            column = self.headings.get(fault.column, fault.column)
            kept = None if fault.reason in (NOT_LOADED, "rounded_id") else record
            self._row(int(reading.numbers[row]), column, fault.value_class, fault.reason, kept)
        for number in reading.ragged:
            self._row(int(number), "", "row", "ragged_row", None)

    def _row(self, row: int, column: str, value_class: str, reason: str, record: int | None) -> None:
        told = {"column": column, "value_class": value_class, "reason": reason, "record": record}
        sheet, number = self.origin(row)
        self.rows.append({"file_name": in_sheet(self.file, self.titles.get(sheet, "")), "row": number, **told})


def by_rule(rule: str, rows: int, columns: Sequence[str]) -> str:
    """How many rows a rule keeps from being loaded, and the columns that tell it."""
    said = "not loaded by rule: {rows} row(s), {rule}: {columns}"
    return Message(said, rows=rows, rule=RULES[rule][1], columns=Listed(columns))


def column_told(column: str, words: Mapping[str, int]) -> str:
    """A column, and the words of a rule's own list (or "") that stand in it -> rows."""
    listed = [f"{word} {rows}" for word, rows in words.items() if word]
    return Message("{column} ({words})", column=column, words=Listed(listed)) if listed else column
