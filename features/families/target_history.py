"""A target's own history, where outcomes make its events: what the escalations of a register without that date would tell."""

from __future__ import annotations

from collections.abc import Iterator

from features.encoding.target_events import events_name
from features.families.declaration import Declared, Family, Subject
from features.windows import HALF_LIVES, SHORT_AND_LONG, YEAR
from riskwarn.configuration import Target
from riskwarn.store.targets import rule_of
from riskwarn.words import Quantity

TARGET_HISTORY = Family("target_history", theme="escalation")


def target_history(target: str, declared: Target, subject: Subject) -> Iterator[Declared]:
    """Windowed and fading counts of a target's events, and the days since the latest.

    An event counts when it could be told, by its date or by its outcome, until the record proves to have been referred.
    """
    source, events = subject.source, events_name(target)
    zh, en = declared.zh or target, f"events of {declared.en or target}"
    rule = rule_of(declared)
    by = "; ".join(
        ", ".join(words)
        for words in ((rule.date or "",), *vars(rule).values())
        if isinstance(words, tuple) and any(words)
    )
    unit = f"events ({by})"  # what makes one is part of the declaration: another target gives other numbers
    short, long = SHORT_AND_LONG[subject.period]
    year = YEAR[subject.period]
    for window in (short, long, 2 * year):
        yield TARGET_HISTORY.feature(
            source,
            f"{target}_events_{window}",
            f"{subject.zh_last(window)}{zh}件数",
            f"{en} {subject.en_last(window)}",
            lambda panel, window=window: panel.within(panel.spans(events), window),  # type: ignore[misc]
            unit=unit,
            window=window,
        )
    for half_life in (*HALF_LIVES[subject.period], 2.0 * year):
        yield TARGET_HISTORY.feature(
            source,
            f"{target}_events_decayed_{half_life:g}",
            f"{zh}累积（半衰期{half_life:g}{subject.zh_period}）",
            f"{en}, fading by half every {half_life:g} {subject.en_period}",
            lambda panel, half_life=half_life: panel.decayed(panel.spans(events), half_life),  # type: ignore[misc]
            transform="decayed sum",
            unit=unit,
        )
    yield TARGET_HISTORY.feature(
        source,
        f"{target}_events_recency",
        f"距最近一次{zh}的天数",
        f"days since the latest of the {en}",
        lambda panel: panel.days_since(panel.spans(events)),
        quantity=Quantity.INTENSIVE,
        transform="days since",
        unit="days",
    )
