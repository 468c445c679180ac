"""What an examination gives: each source with its districts, its findings in words, and a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from riskwarn.disclosure import count_shown
from riskwarn.health.absences import Kind
from riskwarn.health.contents import Contents
from riskwarn.health.delays import Arrival, Belated, Delay
from riskwarn.health.freshness import Freshness
from riskwarn.health.revisions import Changed, Moved
from riskwarn.health.series import Series
from riskwarn.health.volume import Volume
from riskwarn.periods import Period, day_of
from riskwarn.words import Gap


class Verdict(StrEnum):
    """What is to be thought of a source, the gravest first."""

    GAP = "gap"  # it should have reported and has not, or not all
    WARNING = "warning"  # somebody should look
    UNJUDGED = "unjudged"  # its past is too short
    SOUND = "sound"

    @property
    def zh(self) -> str:
        """The verdict in Chinese."""
        return {"gap": "数据缺口", "warning": "需关注", "unjudged": "时间太短，无法判断", "sound": "正常"}[self]


@dataclass(frozen=True)
class Finding:
    """One thing that was found, in words."""

    code: str
    verdict: Verdict
    zh: str
    en: str
    district: str | None = None


@dataclass(frozen=True)
class Break:
    """A change of recording: declared in the `breaks` table, or suspected."""

    day: date
    district: str | None
    declared: bool
    reason: str | None
    factor: float | None


@dataclass(frozen=True)
class District:
    """One source in one district."""

    code: str
    name: str
    freshness: Freshness | None
    volume: Volume | None
    delay: Delay | None  # event to known time, of the last year
    gap: Gap | None


@dataclass(frozen=True)
class Absent:
    """Of a district nothing came for weeks while others reported."""

    district: str
    kind: Kind
    begin: date  # when others had begun, or the silence did
    end: date

    @property
    def weeks(self) -> int:
        """How long it lasted."""
        return round((self.end - self.begin).days / 7)


@dataclass(frozen=True)
class Placeless:
    """Records of grids that ended and of which nothing says what followed them."""

    records: int
    grids: tuple[str, ...]  # ids, sorted


@dataclass(frozen=True)
class SourceHealth:
    """One source."""

    source: str
    zh: str
    records: int
    versions: int
    freshness: Freshness | None
    volume: Volume | None
    period: Period  # of the volume's counts: weeks, or months for monthly counts
    delay: Delay | None  # event to known time, of the last year
    arrival: Arrival | None
    belated: Belated | None
    placeless: Placeless | None
    contents: Contents
    fixed_changed: tuple[Changed, ...]
    own_times_moved: tuple[Moved, ...]
    breaks: tuple[Break, ...]
    refused: int  # rows that wait for repair
    districts: tuple[District, ...]
    gap: Gap | None
    absences: tuple[Absent, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    series: Series | None = None  # what the volume was judged by

    @property
    def verdict(self) -> Verdict:
        """The gravest of the findings."""
        found = {finding.verdict for finding in self.findings}
        return next((one for one in Verdict if one in found), Verdict.SOUND)

    def as_dict(self) -> dict[str, Any]:
        """The shape of ``riskwarn health --json`` and of ``/v1/health/sources``."""
        return {
            "source": self.source,
            "zh": self.zh,
            "verdict": self.verdict.value,
            "gap": self.gap,
            "findings": [_plain(asdict(finding)) for finding in self.findings],
            "records": self.records,
            "versions": self.versions,
            "freshness": _freshness(self.freshness),
            "volume": _volume(self.volume),
            "period": self.period.value,
            "delay_days": _delay(self.delay),
            "arrival_days": (
                {**_plain(asdict(self.arrival.lag)), "missed": self.arrival.missed_days} if self.arrival else None
            ),
            "belated": _belated(self.belated),
            "ended_grids": _placeless(self.placeless),
            **_plain(asdict(self.contents)),
            "fixed_changed": [_plain(asdict(one)) for one in self.fixed_changed],
            "own_times_moved": [asdict(one) for one in self.own_times_moved],
            "breaks": [_plain(asdict(one)) for one in self.breaks],
            "absences": [{**_plain(asdict(one)), "weeks": one.weeks} for one in self.absences],
            "refused": self.refused,
            "districts": [
                {
                    "code": one.code,
                    "name": one.name,
                    "gap": one.gap,
                    "freshness": _freshness(one.freshness),
                    "volume": _volume(one.volume),
                    "delay_days": _delay(one.delay),
                }
                for one in self.districts
            ],
        }


def _freshness(one: Freshness | None) -> dict[str, Any] | None:
    if one is None:
        return None
    told = {"newest": day_of(one.newest_day).isoformat(), "quiet_days": one.quiet_days, "usual_days": one.usual_days}
    return {**told, "late": one.late, "silent": one.silent}


def _delay(one: Delay | None) -> dict[str, Any] | None:
    return None if one is None else {**_plain(asdict(one)), "records": count_shown(one.records)}


def _belated(one: Belated | None) -> dict[str, Any] | None:
    return None if one is None else _plain({**asdict(one), "records": count_shown(one.records)})


def _placeless(one: Placeless | None) -> dict[str, Any] | None:
    return None if one is None else {"records": count_shown(one.records), "grids": list(one.grids)}


def _volume(one: Volume | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "periods": one.periods,
        "observed": count_shown(one.observed),
        "expected": round(one.expected, 1),
        "lowest": round(one.lowest, 1),
        "rarity": float(f"{one.rarity:.3g}"),
        "short": one.short,
    }


def _plain(value: Any) -> Any:
    """Numbers rounded, dates as ISO, tuples as lists: the same input gives the same JSON."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return round(value, 4)
    return value.isoformat() if isinstance(value, date) else value
