"""Needs that wait for an answer: unanswered, overdue, by how many days, asked again. The only way in which petitions enter.

Nothing here depends on how many people stand behind a petition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from features.encoding.encode import KINDS, SATISFACTION
from features.encoding.records import Records
from features.engine.spans import NEVER, Spans
from features.engine.sums import ratio, visible_rows
from features.families.backlog import summed_age
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Panel
from features.windows import SHORT_AND_LONG
from riskwarn.contracts import Contract
from riskwarn.words import Quantity

DEMAND = Family("demand", theme="waiting")
CONTENT = Family("content", theme="waiting")

#: Kinds of a hotline call that ask for nothing, or ask again.
NO_DEMAND = ("inquiry", "suggestion", "praise", "repeat")

#: Whether a call of each code asks for something; the last is that of no kind, -1.
_ASKS = np.array([kind not in NO_DEMAND for kind in (*KINDS, "")])


def unanswered(panel: Panel, contract: Contract) -> Spans:
    """The source's spans while no answer or closing is known.

    A column that has not yet seen any answer of the whole source cannot tell silence from a missing column: there
    demand is open for `answer_days`.
    """
    return _unanswered(panel, contract)[1]


def _unanswered(panel: Panel, contract: Contract) -> tuple[Records, Spans]:
    """The unanswered spans that any column sees, and the record of each."""
    source = contract.source

    def make() -> tuple[Records, Spans]:
        rows, spans = panel.records(source), panel.spans(source)
        if not contract.every_kind_asks:
            asks = np.flatnonzero(_ASKS[rows["kind"]])
            rows, spans = rows.choose(asks), spans.rows(asks)
        answered = np.minimum(rows["answered_at"], rows["closed_at"])
        first = panel.city.first_answers.get(source, int(NEVER))
        lapse = panel.column_on(spans.day + contract.answer_days) - 1
        before = spans.between(spans.start, np.minimum(lapse, first))
        after = spans.between(min(first, int(NEVER) - 1) + 1, answered)
        early, late = visible_rows(panel.frame, before), visible_rows(panel.frame, after)
        return rows.choose(np.concatenate([early, late])), Spans.joined(before.rows(early), after.rows(late))

    return panel.keep((source, "unanswered"), make)


def overdue(panel: Panel, contract: Contract) -> Spans:
    """The unanswered spans from the first column after their due time; `day` is the due day."""

    def make() -> Spans:
        rows, spans = _unanswered(panel, contract)
        due = rows["due_at"]
        late = replace(spans, start=np.maximum(spans.start, due + 1), day=rows["due_at_day"])
        return late.where(np.asarray(due < NEVER))

    return panel.keep((contract.source, "overdue spans"), make)


def demand(subject: Subject) -> Iterator[Declared]:
    """Unanswered and overdue demand, the days by which it is overdue, and what was opened again."""
    source, zh, en, contract = subject.source, subject.zh, subject.en, subject.contract
    _, long = SHORT_AND_LONG[subject.period]
    yield DEMAND.feature(
        source,
        f"{source}_unanswered",
        f"未答复{zh}诉求数",
        f"{en} without an answer",
        lambda panel: panel.holding(unanswered(panel, contract)),
    )
    yield DEMAND.feature(
        source,
        f"{source}_overdue",
        f"超期未答复{zh}诉求数",
        f"{en} without an answer past the due date",
        lambda panel: panel.holding(overdue(panel, contract)),
    )
    yield DEMAND.feature(
        source,
        f"{source}_days_overdue",
        f"未答复{zh}诉求超期天数合计",
        f"days by which {en} are overdue, in all",
        lambda panel: summed_age(panel, overdue(panel, contract)),
        unit="days",
    )
    yield DEMAND.feature(
        source,
        f"{source}_days_unanswered",
        f"未答复{zh}诉求等待天数合计",
        f"days for which {en} have waited for an answer, in all",
        lambda panel: summed_age(panel, unanswered(panel, contract)),
        unit="days",
    )
    yield DEMAND.feature(
        source,
        f"{source}_reopened_{long}",
        f"{subject.zh_last(long)}重新办理的{zh}数",
        f"{en} opened again {subject.en_last(long)}",
        lambda panel: panel.within(panel.told(source, long, "reopened_at")[1], long),
        window=long,
    )


def contentment(subject: Subject) -> Iterator[Declared]:
    """Whether people are content with the answers, and how often they must ask again."""
    source, zh, en = subject.source, subject.zh, subject.en
    dissatisfied = SATISFACTION.index("dissatisfied")
    short, long = SHORT_AND_LONG[subject.period]

    def judged(panel: Panel) -> Spans:
        rows, spans = panel.told(source, long, "satisfaction_at")
        return spans.where(np.asarray(rows["satisfaction"] >= 0))

    def discontent(panel: Panel) -> Spans:
        rows, spans = panel.told(source, long, "satisfaction_at")
        return spans.where(np.asarray(rows["satisfaction"] == dissatisfied))

    def again(panel: Panel) -> Spans:
        rows, spans = panel.told(source, long)
        return spans.where(np.asarray(rows["kind"] == KINDS.index("repeat")))

    yield CONTENT.feature(
        source,
        f"{source}_dissatisfied_{long}",
        f"{subject.zh_last(long)}{zh}不满意数",
        f"{en} judged dissatisfied {subject.en_last(long)}",
        lambda panel: panel.within(discontent(panel), long),
        window=long,
    )
    yield CONTENT.feature(
        source,
        f"{source}_dissatisfied_share_{long}",
        f"{subject.zh_last(long)}{zh}不满意占已评价之比",
        f"share judged dissatisfied among {en} that were judged {subject.en_last(long)}",
        lambda panel: ratio(panel.within(discontent(panel), long), panel.within(judged(panel), long)),
        quantity=Quantity.INTENSIVE,
        transform="share",
        unit="",
        window=long,
    )
    for window in (short, long):
        yield CONTENT.feature(
            source,
            f"{source}_asked_again_{window}",
            f"{subject.zh_last(window)}{zh}催办和重复数",
            f"{en} that ask again {subject.en_last(window)}",
            lambda panel, window=window: panel.within(again(panel), window),  # type: ignore[misc]
            window=window,
        )
    yield CONTENT.feature(
        source,
        f"{source}_asked_again_share_{long}",
        f"{subject.zh_last(long)}{zh}催办和重复占比",
        f"share of {en} that ask again {subject.en_last(long)}",
        lambda panel: ratio(panel.within(again(panel), long), panel.within(panel.told(source, long)[1], long)),
        quantity=Quantity.INTENSIVE,
        transform="share",
        unit="",
        window=long,
    )
