"""The whole memory of a target's own events: rates of all history, and counts that fade, of the grid and of what is around it."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family, Subject
from features.families.spatial import UNITS
from features.transforms.amounts import Decayed
from features.transforms.rates import DaysAtRisk, LogIncidenceOfGrid, LogRateOfGrid, LogRateOfNeighbours, LogRateOfUnit
from features.transforms.targets import EventsOf
from features.transforms.transform import Once
from features.transforms.units import SumOverNeighbours
from features.windows import HALF_LIVES, MEMORY_HALF_LIVES, YEAR
from riskwarn.configuration import Target
from riskwarn.store.targets import rule_of
from riskwarn.words import Role

MEMORY = Family("memory", theme="escalation")

#: Periods of one grid that the rate of the unit above counts for: a grid's own record soon tells, or only in years.
SHRINKAGE = (20, 100)

#: Events that the incidence of the unit above counts for.
EXPECTED = 15


def memory(target: str, declared: Target, subject: Subject) -> Iterator[Declared]:
    """Shrunk rates of all history, and fading counts of the grid and next door."""
    source, events = subject.source, EventsOf(target, rule_of(declared))
    zh, en = declared.zh or target, f"events of {declared.en or target}"
    for k in SHRINKAGE:
        for place, transform, zh_place, en_place in (
            ("grid", LogRateOfGrid(events, k), "本网格", "of the grid"),
            ("near", LogRateOfNeighbours(events, k), "相邻网格", "next door"),
            *(
                (unit.value, LogRateOfUnit(events, k, unit), words[0], f"of {words[1]}")
                for unit, words in UNITS.items()
            ),
        ):
            yield MEMORY.declare(
                source,
                f"{target}_rate_{k}_{place}",
                transform,
                f"{zh_place}历来{zh}发生率（对数，收缩{k}{subject.zh_period}）",
                f"rate of all history {en_place}: {en}, as a logarithm, shrunk by {k} {subject.en_period}",
            )
    if {Role.CASE, Role.ESCALATING} <= subject.roles:
        yield MEMORY.declare(
            source,
            f"{target}_incidence_grid",
            LogIncidenceOfGrid(events, DaysAtRisk(source), EXPECTED),
            f"本网格历来每日未办结{subject.zh}（按级别加权）的{zh}发生率（对数，收缩）",
            f"{en} for each day that {subject.en} of the grid lay open, weighted by severity, as a logarithm, shrunk",
        )
    # Where a target has outcomes some of these stand in its history already.
    held = {*HALF_LIVES[subject.period], 2.0 * YEAR[subject.period]} if declared.outcomes else set()
    for half_life in MEMORY_HALF_LIVES[subject.period]:
        fading = Once(Decayed(events, half_life))
        name = f"{target}_events_decayed_{half_life:g}"
        zh_fading = f"{zh}累积（半衰期{half_life:g}{subject.zh_period}）"
        en_fading = f"{en}, fading by half every {half_life:g} {subject.en_period}"
        if half_life not in held:
            yield MEMORY.declare(source, name, fading, zh_fading, en_fading)
        near = SumOverNeighbours(fading)
        yield MEMORY.declare(source, f"{name}_near", near, f"相邻网格：{zh_fading}", f"next door: {en_fading}")
