"""Needs that wait for an answer: unanswered, overdue, by how many days. The only way in which petitions enter.

Nothing here depends on how many people stand behind a petition.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.declaration import Declared, Subject
from features.matrix import Feature
from features.panel import Array, Panel, Spans, column
from riskwarn.periods import period_index
from riskwarn.words import Quantity

#: Kinds of a hotline call that ask for nothing, or ask again.
NO_DEMAND = ("inquiry", "suggestion", "praise", "repeat")

#: Days for which demand counts as open while no export of its source has ever shown an answer.
STATUTORY_DAYS = 60


def unanswered(panel: Panel, source: str) -> Spans:
    """The source's spans while no answer or closing is known.

    A column that has not yet seen any answer of the whole source cannot tell silence from a missing column: there
    demand is open for the statutory time.
    """
    spans = panel.spans(source)
    rows = panel.rows(source)
    if len(rows) == 0:
        return spans
    if source == "hotline":
        asks = ~rows["kind"].isin(NO_DEMAND).to_numpy(dtype=bool)
        spans = spans.weighing(asks.astype(np.float64))
    answered = np.minimum(
        period_index(panel.edges, column(rows, "answered_at_known")),
        period_index(panel.edges, column(rows, "closed_at_known")),
    )
    first_answer = int(answered.min()) + 1
    lapse = np.searchsorted(panel.days, spans.day + STATUTORY_DAYS).astype(np.int64) - 1
    before = spans.between(spans.start, np.minimum(lapse, first_answer - 1))
    after = spans.between(np.full_like(spans.start, first_answer), answered)
    return Spans(*(np.concatenate([getattr(before, name), getattr(after, name)]) for name in Spans.__annotations__))


def overdue(panel: Panel, source: str) -> Spans:
    """The unanswered spans from the first column after their due time; `day` is the due day."""
    rows = panel.rows(source)
    spans = unanswered(panel, source)
    if len(rows) == 0:
        return spans
    due = np.tile(column(rows, "due_at"), 2)
    late = period_index(panel.edges, due) + 1
    late[np.isnat(due)] = panel.columns
    day = panel.city.calendar.local_days(due)
    return Spans(spans.grid, spans.known, np.maximum(spans.start, late), spans.stop, day, spans.weight).where(
        ~np.isnat(due)
    )


def demand(subject: Subject) -> Iterator[Declared]:
    """Unanswered and overdue demand, and the days by which it is overdue."""
    source = subject.source

    def days_overdue(panel: Panel) -> Array:
        spans = overdue(panel, source)
        due = panel.holding(spans.weighing(spans.day.astype(np.float64)))
        return panel.days[:, None] * panel.holding(spans) - due

    def declared(name: str, zh: str, en: str) -> Feature:
        return Feature(f"{source}_{name}", "demand", source, zh, en, Quantity.EXTENSIVE)

    yield Declared(
        declared("unanswered", f"未答复{subject.zh}诉求数", f"{subject.en} without an answer"),
        lambda panel: panel.keep(("unanswered", source), lambda: panel.holding(unanswered(panel, source))),
    )
    yield Declared(
        declared("overdue", f"超期未答复{subject.zh}诉求数", f"{subject.en} without an answer past the due date"),
        lambda panel: panel.keep(("overdue", source), lambda: panel.holding(overdue(panel, source))),
    )
    yield Declared(
        declared(
            "days_overdue", f"未答复{subject.zh}诉求超期天数合计", f"days by which {subject.en} are overdue, in all"
        ),
        days_overdue,
    )
