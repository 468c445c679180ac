"""Memory of escalations: conflicts that turned to harm in the grid before, and near it."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family, Subject
from features.panel.distances import RINGS_M
from features.transforms.amounts import DaysSince, Decayed, Within
from features.transforms.ratios import LogitOfShare, SmoothedShare
from features.transforms.selections import Recorded, Selection
from features.transforms.targets import Escalated
from features.transforms.transform import Once
from features.transforms.units import SumOverRing
from features.windows import HALF_LIVES, NEAR_HALF_LIVES, SHORT_AND_LONG, YEAR

ESCALATION = Family("escalation", theme="escalation")
NEAR_REPEAT = Family("near_repeat", theme="near_repeat")


def escalated_within(subject: Subject, window: int) -> Declared:
    """Escalations that became known in a window."""
    return ESCALATION.declare(
        subject.source,
        f"{subject.source}_escalated_{window}",
        Within(Escalated(subject.source), window),
        f"{subject.zh_last(window)}{subject.zh}升级数",
        f"escalations of {subject.en} {subject.en_last(window)}",
    )


def escalation(subject: Subject) -> Iterator[Declared]:
    """Windowed and fading counts of escalations, the days since the latest, and the share of cases that escalated."""
    source, zh, en = subject.source, subject.zh, subject.en
    short, long = SHORT_AND_LONG[subject.period]
    year = YEAR[subject.period]
    escalated = Escalated(source)
    for window in (short, long, 2 * year):
        yield escalated_within(subject, window)
    for half_life in (*HALF_LIVES[subject.period], 2.0 * year):
        yield ESCALATION.declare(
            source,
            f"{source}_escalated_decayed_{half_life:g}",
            Decayed(escalated, half_life),
            f"{zh}升级累积（半衰期{half_life:g}{subject.zh_period}）",
            f"escalations of {en}, fading by half every {half_life:g} {subject.en_period}",
        )
    yield ESCALATION.declare(
        source,
        f"{source}_escalated_recency",
        DaysSince(escalated),
        f"距最近一次{zh}升级的天数",
        f"days since the latest escalation of {en}",
    )
    yield ESCALATION.declare(
        source,
        f"{source}_escalated_share_{year}",
        SmoothedShare(Within(escalated, year), Within(Recorded(source), year)),
        f"{subject.zh_last(year)}{zh}升级占比",
        f"escalations against {en} {subject.en_last(year)}, each with a little added",
    )


def escalated_logit(subject: Subject) -> Declared:
    """The share of cases that escalated, on the scale on which a regression adds."""
    source, year = subject.source, YEAR[subject.period]
    return ESCALATION.declare(
        source,
        f"{source}_escalated_logit_{year}",
        LogitOfShare(Within(Escalated(source), year), Within(Recorded(source), year)),
        f"{subject.zh_last(year)}{subject.zh}升级占比（对数几率）",
        f"escalations against {subject.en} {subject.en_last(year)}, each with a little added, as a logit",
    )


def near_repeat(subject: Subject, *, escalated: bool) -> Iterator[Declared]:
    """Intensity at fixed time decays and distance rings of what happens again nearby (Townsley et al. 2003)."""
    source = subject.source
    zh = f"{subject.zh}升级" if escalated else subject.zh
    en = f"escalations of {subject.en}" if escalated else subject.en
    repeated: Selection = Escalated(source) if escalated else Recorded(source)
    for ring, (inner, outer) in enumerate(RINGS_M):
        for half_life in NEAR_HALF_LIVES[subject.period]:
            yield NEAR_REPEAT.declare(
                source,
                f"{source}_{'escalated_' if escalated else ''}ring_{outer}_{half_life:g}",
                SumOverRing(Once(Decayed(repeated, half_life)), ring),
                f"周边{inner}至{outer}米{zh}累积（半衰期{half_life:g}{subject.zh_period}）",
                f"{en} {inner} to {outer} m away, fading by half every {half_life:g} {subject.en_period}",
            )
