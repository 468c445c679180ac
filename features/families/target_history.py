"""A target's own history, where outcomes make its events: what the escalations of a register without that date would tell."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family, Subject
from features.transforms.amounts import DaysSince, Decayed, Within
from features.transforms.targets import EventsOf
from features.windows import HALF_LIVES, SHORT_AND_LONG, YEAR
from riskwarn.configuration import Target
from riskwarn.store.targets import rule_of

TARGET_HISTORY = Family("target_history", theme="escalation")


def events_within(target: str, declared: Target, subject: Subject, window: int) -> Declared:
    """Events of a target that became known in a window."""
    return TARGET_HISTORY.declare(
        subject.source,
        f"{target}_events_{window}",
        Within(EventsOf(target, rule_of(declared)), window),
        f"{subject.zh_last(window)}{declared.zh or target}件数",
        f"events of {declared.en or target} {subject.en_last(window)}",
    )


def target_history(target: str, declared: Target, subject: Subject) -> Iterator[Declared]:
    """Windowed and fading counts of a target's events, and the days since the latest.

    An event counts when it could be told, by its date or by its outcome, until the record proves to have been referred.
    """
    source, events = subject.source, EventsOf(target, rule_of(declared))
    zh, en = declared.zh or target, f"events of {declared.en or target}"
    short, long = SHORT_AND_LONG[subject.period]
    year = YEAR[subject.period]
    for window in (short, long, 2 * year):
        yield events_within(target, declared, subject, window)
    for half_life in (*HALF_LIVES[subject.period], 2.0 * year):
        yield TARGET_HISTORY.declare(
            source,
            f"{target}_events_decayed_{half_life:g}",
            Decayed(events, half_life),
            f"{zh}累积（半衰期{half_life:g}{subject.zh_period}）",
            f"{en}, fading by half every {half_life:g} {subject.en_period}",
        )
    yield TARGET_HISTORY.declare(
        source,
        f"{target}_events_recency",
        DaysSince(events),
        f"距最近一次{zh}的天数",
        f"days since the latest of the {en}",
    )
