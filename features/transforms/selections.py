"""Which records, and at which columns each of them holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from features.encoding.records import Records
from features.engine.spans import Parted, Spans
from features.engine.sums import visible_rows
from features.panel.panel import Panel
from features.transforms.transform import Shared


@dataclass(frozen=True)
class Selection(ABC):
    """Spans of records."""

    @property
    def unit(self) -> str:
        """What the sum of their weights counts."""
        return "records"

    @property
    def longest(self) -> int | None:
        """The longest window for which the spans are whole; None where they are so for any."""
        return None

    @property
    def vocabularies(self) -> tuple[str, ...]:
        """The fields whose words decide what is selected, and how it is weighted."""
        return ()

    @abstractmethod
    def spans(self, panel: Panel) -> Spans:
        """The spans on a panel."""


@dataclass(frozen=True)
class Rows(Selection):
    """Spans each of which is that of a record, so that more can be chosen by the record's fields."""

    @abstractmethod
    def records(self, panel: Panel) -> Records:
        """The record of each span."""


@dataclass(frozen=True)
class Recorded(Rows):
    """All that is believed of a source, counted when it became known."""

    source: str

    def spans(self, panel: Panel) -> Spans:
        """Those of the source."""
        return panel.spans(self.source)

    def records(self, panel: Panel) -> Records:
        """Those of the source."""
        return panel.records(self.source)


@dataclass(frozen=True)
class Chosen(Rows, Shared[tuple[Records, Spans]]):
    """Records and spans that are chosen together, once."""

    def spans(self, panel: Panel) -> Spans:
        """The chosen ones."""
        return self.on(panel)[1]

    def records(self, panel: Panel) -> Records:
        """The chosen ones."""
        return self.on(panel)[0]


@dataclass(frozen=True)
class Recent(Chosen):
    """The records that became known, or whose field did, within so many periods of any column, counted then."""

    source: str
    periods: int  # those of the longest window that is asked for
    field: str | None = None

    @property
    def longest(self) -> int:
        """The periods."""
        return self.periods

    def make(self, panel: Panel) -> tuple[Records, Spans]:
        """Choose them."""
        rows, spans = panel.records(self.source), panel.spans(self.source)
        spans = spans if self.field is None else spans.counted(rows[self.field])
        seen = visible_rows(panel.frame, spans, self.periods)
        return rows.choose(seen), spans.rows(seen)


@dataclass(frozen=True)
class Refined(Selection):
    """Some of the rows, or all with other weights."""

    rows: Rows

    @property
    def longest(self) -> int | None:
        """That of the rows."""
        return self.rows.longest


@dataclass(frozen=True)
class Where(Refined):
    """The rows whose field holds this code."""

    field: str
    code: int

    @property
    def vocabularies(self) -> tuple[str, ...]:
        """The field."""
        return (self.field,)

    def spans(self, panel: Panel) -> Spans:
        """Those with the code."""
        return self.rows.spans(panel).where(np.asarray(self.rows.records(panel)[self.field] == self.code))


@dataclass(frozen=True)
class Judged(Refined):
    """The rows whose field holds any code."""

    field: str

    @property
    def vocabularies(self) -> tuple[str, ...]:
        """The field."""
        return (self.field,)

    def spans(self, panel: Panel) -> Spans:
        """Those with a code."""
        return self.rows.spans(panel).where(np.asarray(self.rows.records(panel)[self.field] >= 0))


@dataclass(frozen=True)
class Severe(Refined):
    """The rows weighted by severity (1 to 4)."""

    unit = "severity points"
    vocabularies = ("severity",)

    def spans(self, panel: Panel) -> Spans:
        """All, weighted."""
        return self.rows.spans(panel).weighing(self.rows.records(panel)["severity"].astype(np.int32))


@dataclass(frozen=True)
class Delayed(Refined):
    """The rows weighted by the days from event to registration."""

    unit = "days"

    def spans(self, panel: Panel) -> Spans:
        """All, weighted."""
        return self.rows.spans(panel).weighing(self.rows.records(panel)["delay"].astype(np.int64))


@dataclass(frozen=True)
class TimeTaken(Refined):
    """The rows weighted by the days from the event to another day of the record."""

    day: str

    unit = "days"

    def spans(self, panel: Panel) -> Spans:
        """All, weighted."""
        records = self.rows.records(panel)
        return self.rows.spans(panel).weighing(np.maximum(0, records[self.day] - records["day"]))


@dataclass(frozen=True)
class Adjusted(Selection):
    """The spans of a selection, dated otherwise or seen by other columns; its words are those of the part that is adjusted."""

    selection: Selection

    @property
    def unit(self) -> str:
        """That of the spans."""
        return self.selection.unit


@dataclass(frozen=True)
class Older(Adjusted):
    """Spans from the first column on that sees the record at least so many days old."""

    days: int

    def spans(self, panel: Panel) -> Spans:
        """Those, later."""
        spans = self.selection.spans(panel)
        return spans.between(panel.column_on(spans.day + self.days), spans.stop)


@dataclass(frozen=True)
class OfAge(Adjusted):
    """Spans at the columns that see the record at least `low` and less than `high` days old; None: of any greater age."""

    low: int
    high: int | None

    def spans(self, panel: Panel) -> Spans:
        """Those, for as long."""
        spans = self.selection.spans(panel)
        if self.high is not None:
            spans = spans.between(spans.start, panel.column_on(spans.day + self.high) - 1)
        return spans if self.low == 0 else spans.between(panel.column_on(spans.day + self.low), spans.stop)


@dataclass(frozen=True)
class InOrder(Shared[Parted]):
    """Rows in the order of a field's codes, so that those of one code lie side by side."""

    rows: Rows
    field: str

    def make(self, panel: Panel) -> Parted:
        """Sort them."""
        return self.rows.spans(panel).parted(self.rows.records(panel)[self.field])


@dataclass(frozen=True)
class OfSeverity(Refined):
    """The rows of one weight of severity (1 to 4); what bears no word has the least."""

    weight: int

    vocabularies = ("severity",)

    def spans(self, panel: Panel) -> Spans:
        """Without a copy."""
        return InOrder(self.rows, "severity").on(panel).of(self.weight)
