"""Needs that wait for an answer: unanswered, overdue, by how many days, asked again. The only way in which petitions enter.

Nothing here depends on how many people stand behind a petition.
"""

from __future__ import annotations

from collections.abc import Iterator

from features.encoding.encode import KINDS, SATISFACTION
from features.families.counts import recent
from features.families.declaration import Declared, Family, Subject
from features.transforms.amounts import Holding, SummedAge, Within
from features.transforms.cases import Overdue, Unanswered
from features.transforms.ratios import Ratio
from features.transforms.selections import Judged, Where
from features.windows import SHORT_AND_LONG

DEMAND = Family("demand", theme="waiting")
CONTENT = Family("content", theme="waiting")


def waiting(subject: Subject) -> Unanswered:
    """The records without an answer."""
    return Unanswered(subject.source, subject.contract.answer_days, subject.contract.every_kind_asks)


def unanswered(subject: Subject) -> Declared:
    """Demand without an answer."""
    source, zh, en = subject.source, subject.zh, subject.en
    return DEMAND.declare(
        source, f"{source}_unanswered", Holding(waiting(subject)), f"未答复{zh}诉求数", f"{en} without an answer"
    )


def overdue(subject: Subject) -> Declared:
    """Demand without an answer that is past its due date."""
    source, zh, en = subject.source, subject.zh, subject.en
    return DEMAND.declare(
        source,
        f"{source}_overdue",
        Holding(Overdue(waiting(subject))),
        f"超期未答复{zh}诉求数",
        f"{en} without an answer past the due date",
    )


def demand(subject: Subject) -> Iterator[Declared]:
    """Unanswered and overdue demand, the days by which it is overdue, and what was opened again."""
    source, zh, en = subject.source, subject.zh, subject.en
    _, long = SHORT_AND_LONG[subject.period]
    yield unanswered(subject)
    yield overdue(subject)
    yield DEMAND.declare(
        source,
        f"{source}_days_overdue",
        SummedAge(Overdue(waiting(subject))),
        f"未答复{zh}诉求超期天数合计",
        f"days by which {en} are overdue, in all",
    )
    yield DEMAND.declare(
        source,
        f"{source}_days_unanswered",
        SummedAge(waiting(subject)),
        f"未答复{zh}诉求等待天数合计",
        f"days for which {en} have waited for an answer, in all",
    )
    yield DEMAND.declare(
        source,
        f"{source}_reopened_{long}",
        Within(recent(subject, "reopened_at"), long),
        f"{subject.zh_last(long)}重新办理的{zh}数",
        f"{en} opened again {subject.en_last(long)}",
    )


def contentment(subject: Subject) -> Iterator[Declared]:
    """Whether people are content with the answers, and how often they must ask again."""
    source, zh, en = subject.source, subject.zh, subject.en
    short, long = SHORT_AND_LONG[subject.period]
    judged = recent(subject, "satisfaction_at")
    dissatisfied = Within(Where(judged, "satisfaction", SATISFACTION.index("dissatisfied")), long)
    again = Where(recent(subject), "kind", KINDS.index("repeat"))
    yield CONTENT.declare(
        source,
        f"{source}_dissatisfied_{long}",
        dissatisfied,
        f"{subject.zh_last(long)}{zh}不满意数",
        f"{en} judged dissatisfied {subject.en_last(long)}",
    )
    yield CONTENT.declare(
        source,
        f"{source}_dissatisfied_share_{long}",
        Ratio(dissatisfied, Within(Judged(judged, "satisfaction"), long)),
        f"{subject.zh_last(long)}{zh}不满意占已评价之比",
        f"share judged dissatisfied among {en} that were judged {subject.en_last(long)}",
    )
    for window in (short, long):
        yield CONTENT.declare(
            source,
            f"{source}_asked_again_{window}",
            Within(again, window),
            f"{subject.zh_last(window)}{zh}催办和重复数",
            f"{en} that ask again {subject.en_last(window)}",
        )
    yield CONTENT.declare(
        source,
        f"{source}_asked_again_share_{long}",
        Ratio(Within(again, long), Within(recent(subject), long)),
        f"{subject.zh_last(long)}{zh}催办和重复占比",
        f"share of {en} that ask again {subject.en_last(long)}",
    )
