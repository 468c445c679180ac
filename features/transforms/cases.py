"""Records that stay open until they are closed or answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.encoding.encode import KINDS
from features.encoding.records import Records
from features.engine.spans import NEVER, Integers, Spans
from features.engine.sums import visible_rows
from features.panel.panel import Panel
from features.transforms.selections import Adjusted, Chosen, Selection
from features.transforms.transform import Shared

#: Kinds of a call that ask for nothing, or ask again.
NO_DEMAND = ("inquiry", "suggestion", "praise", "repeat")

#: Whether a call of each code asks for something; the last is that of no kind, -1.
_ASKS = np.array([kind not in NO_DEMAND for kind in (*KINDS, "")])


@dataclass(frozen=True)
class Open(Chosen):
    """The records that any column sees open: while neither a closing nor an outcome is known."""

    source: str

    vocabularies = ("outcome",)

    def make(self, panel: Panel) -> tuple[Records, Spans]:
        """Choose them."""
        rows = panel.records(self.source)
        spans = panel.spans(self.source)
        spans = spans.between(spans.start, np.minimum(rows["closed_at"], rows["outcome"]))
        seen = visible_rows(panel.frame, spans)
        return rows.choose(seen), spans.rows(seen)


@dataclass(frozen=True)
class Ended(Chosen):
    """The records of which a closing or an outcome is known, counted then, weighted by the days for which they were seen open."""

    source: str

    unit = "days"
    vocabularies = ("outcome",)

    def make(self, panel: Panel) -> tuple[Records, Spans]:
        """Choose them."""
        rows, spans = panel.records(self.source), panel.spans(self.source)
        ended = np.minimum(rows["closed_at"], rows["outcome"])
        over = spans.counted(ended)
        seen = visible_rows(panel.frame, over)
        waited = np.maximum(0, _days(panel, ended[seen]) - _begun(panel, spans.rows(seen)))
        return rows.choose(seen), over.rows(seen).weighing(waited)


@dataclass(frozen=True)
class Begun(Adjusted):
    """Spans whose event lies no later than the first column that sees it, whatever its date says: no age is below nothing."""

    def spans(self, panel: Panel) -> Spans:
        """All, dated."""
        spans = self.selection.spans(panel)
        return spans.dated(_begun(panel, spans))


def _begun(panel: Panel, spans: Spans) -> npt.NDArray[np.int64]:
    """(rows,) the day of the event, or of the first column that sees it where that is earlier."""
    return np.minimum(spans.day, _days(panel, spans.start))


def _days(panel: Panel, columns: Integers) -> npt.NDArray[np.int64]:
    """The days from which columns look; before the first and after the last, theirs."""
    return panel.city.days[np.clip(columns, 0, len(panel.city.days) - 1)]


@dataclass(frozen=True)
class Unanswered(Chosen):
    """The records that any column sees without an answer or a closing.

    A column that has not yet seen any answer of the whole source cannot tell silence from a missing column: there
    demand is open for the days in which it should be answered.
    """

    source: str
    answer_days: int
    every_kind_asks: bool

    @property
    def vocabularies(self) -> tuple[str, ...]:
        """The kind, where it is asked."""
        return () if self.every_kind_asks else ("kind",)

    def make(self, panel: Panel) -> tuple[Records, Spans]:
        """Choose them."""
        rows, spans = panel.records(self.source), panel.spans(self.source)
        if not self.every_kind_asks:
            asks = np.flatnonzero(_ASKS[rows["kind"]])
            rows, spans = rows.choose(asks), spans.rows(asks)
        answered = np.minimum(rows["answered_at"], rows["closed_at"])
        first = panel.city.first_answers.get(self.source, int(NEVER))
        lapse = panel.column_on(spans.day + self.answer_days) - 1
        before = spans.between(spans.start, np.minimum(lapse, first))
        after = spans.between(min(first, int(NEVER) - 1) + 1, answered)
        early, late = visible_rows(panel.frame, before), visible_rows(panel.frame, after)
        return rows.choose(np.concatenate([early, late])), Spans.joined(before.rows(early), after.rows(late))


@dataclass(frozen=True)
class Overdue(Selection, Shared[Spans]):
    """The unanswered from the first column after their due time on, dated by the day on which they were due."""

    unanswered: Unanswered

    def spans(self, panel: Panel) -> Spans:
        """The overdue ones."""
        return self.on(panel)

    def make(self, panel: Panel) -> Spans:
        """Choose them."""
        rows, spans = self.unanswered.on(panel)
        due = rows["due_at"]
        late = replace(spans, start=np.maximum(spans.start, due + 1), day=rows["due_at_day"])
        return late.where(np.asarray(due < NEVER))


@dataclass(frozen=True)
class UnderWay(Selection):
    """What was begun and has not ended."""

    source: str

    def spans(self, panel: Panel) -> Spans:
        """Until the end is known."""
        spans = panel.spans(self.source)
        return spans.between(spans.start, panel.records(self.source)["ended_at"])


@dataclass(frozen=True)
class HoursSpent(Selection):
    """What ended, counted then, weighted by its hours; in tenths, so that sums are whole numbers and the same in any order."""

    source: str
    unit = "tenths of an hour"

    def spans(self, panel: Panel) -> Spans:
        """Those that ended."""
        rows = panel.records(self.source)
        tenths = np.rint(10 * rows["hours"]).astype(np.int64)
        return panel.spans(self.source).counted(rows["ended_at"]).weighing(tenths)
