"""One page about the data: which sources report, since when and how steadily, where they fail, how records were placed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

from riskwarn.words import NOTICE_EN, NOTICE_ZH
from training.reports.drawing import Pair, Scale, line, stroke, svg, word
from training.reports.pages import rendered

_WIDTH, _HEIGHT = 960, 96

PLACED: dict[str, Pair] = {
    "grid_id": ("网格编码", "grid id"),
    "coordinates": ("坐标", "coordinates"),
    "places": ("地点表", "places"),
    "address": ("地址中的网格", "grid in the address"),
    "path": ("单位路径", "path of names"),
    "community": ("社区", "community"),
    "town": ("镇街", "town"),
    "service_area": ("服务区", "service area"),
    "": ("未定位", "nowhere"),
}


@dataclass(frozen=True)
class SourceFacts:
    """One source, as data health found it."""

    name: str
    zh: str
    verdict: Literal["gap", "warning", "unjudged", "sound"]
    verdict_zh: str
    records: str
    first: date | None
    newest: date | None
    quiet_days: int | None
    periods: tuple[tuple[date, float], ...]  # (begin, records); one and two are told as one and a half
    monthly: bool
    gaps: tuple[tuple[str, str], ...]  # (district, silent, short or absent)
    located_by: dict[str, float]
    local_categories: float
    other_categories: float
    delay_p95: float | None
    refused: int
    findings: tuple[Pair, ...]


@dataclass(frozen=True)
class CityFacts:
    """What there is of a city."""

    city: str
    as_of: date
    store_version: int
    districts: int
    sources: tuple[SourceFacts, ...]
    notes: tuple[str, ...]  # what of the targets cannot be learnt, and what does not count


def city_page(facts: CityFacts, *, language: str = "zh") -> str:
    """The page of a city's data."""
    content = {
        "facts": facts,
        "drawn": {one.name: Markup(_weeks(one)) for one in facts.sources},
        "placed": {one.name: _placed(one) for one in facts.sources},
        "notice": (NOTICE_ZH, NOTICE_EN),
    }
    return rendered("city.html", language, content)


def _placed(one: SourceFacts) -> list[tuple[Pair, float]]:
    return [(PLACED.get(name, (name, name)), share) for name, share in one.located_by.items() if share >= 0.0005]


def _weeks(one: SourceFacts) -> str:
    """Records by period in which they became known, as a line over years."""
    title = (f"{one.zh}各期记录数", f"records of {one.name.replace('_', ' ')} by period")
    if len(one.periods) < 2:
        return svg(_WIDTH, _HEIGHT, [word(4, 20, ("时间太短", "too short to draw"))], title)
    first, last = one.periods[0][0], one.periods[-1][0]
    most = max(count for _, count in one.periods)
    across, up = Scale(0, (last - first).days, 4, _WIDTH - 4), Scale(0, most or 1.0, _HEIGHT - 20, 6)
    parts = [stroke(4, up(0), _WIDTH - 4, up(0), "axis")]
    for year in range(first.year + 1, last.year + 1):
        x = across((date(year, 1, 1) - first).days)
        parts += [stroke(x, 6, x, up(0), "grid"), word(x, _HEIGHT - 6, str(year), anchor="middle", named="small")]
    parts.append(line([(across((begin - first).days), up(count)) for begin, count in one.periods], "model"))
    return svg(_WIDTH, _HEIGHT, parts, title)
