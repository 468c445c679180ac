"""A department with a memory: cases as they really went, and the exports that could be taken of them at any midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from features import read_city
from riskwarn.home import Home
from riskwarn.store.beliefs import OWN_TIME_FIELDS
from tests.worlds import load, write_csv

START = datetime(2023, 1, 1)
MONTHS = 36
LATER = datetime(2026, 6, 1)

CATEGORIES = ("邻里", "物业", "欠薪")


def month(number: int) -> datetime:
    """The midnight that begins the n-th month after the start."""
    return datetime(START.year + number // 12, number % 12 + 1, 1)


END = month(MONTHS)


@dataclass(frozen=True)
class Case:
    """One case: when it happened, was registered, ended; what was corrected later; when it proved void."""

    number: int
    grid: int
    happened: datetime
    registered: datetime
    category: str
    severity: str
    ended: datetime | None
    escalated: bool
    corrected: tuple[datetime, str] | None
    void: bool

    def known(self, until: datetime) -> bool:
        """Whether the register had it before a midnight."""
        return self.registered < until

    def changed(self, since: datetime, until: datetime) -> bool:
        """Whether the register changed it in a span of time."""
        moments = [self.registered, self.ended, self.corrected[0] if self.corrected else None]
        return any(moment is not None and since <= max(moment, self.registered) < until for moment in moments)


@st.composite
def cases(draw: st.DrawFn, *, corrected: bool, most: int = 14) -> list[Case]:
    """Cases that come late, end, escalate, prove void and, if asked for, are corrected later."""
    found = []
    for number in range(draw(st.integers(3, most))):
        happened = START + timedelta(hours=draw(st.integers(0, MONTHS * 700)))
        registered = happened + timedelta(hours=draw(st.sampled_from([0, 7, 500, 1900])))
        stays = draw(st.sampled_from([None, 3, 400, 3000]))
        ended = None if stays is None else happened + timedelta(hours=stays)
        later = draw(st.sampled_from([None, 30, 900, 5000])) if corrected else None
        category = draw(st.sampled_from(CATEGORIES))
        found.append(
            Case(
                number,
                draw(st.integers(0, 3)),
                happened,
                registered,
                category,
                draw(st.sampled_from(["一般", "较大", ""])),
                ended,
                draw(st.booleans()),
                None if later is None else (registered + timedelta(hours=later), draw(st.sampled_from(CATEGORIES))),
                ended is not None and draw(st.sampled_from([False, False, True])),
            )
        )
    return found


@dataclass(frozen=True)
class Department:
    """What a department can hand over; `stamped` registers write down when a row was last changed."""

    world: list[Case]
    stamped: bool

    def disputes(self, until: datetime, since: datetime | None = None) -> list[dict[str, Any]]:
        """The register at a midnight, or only what changed in it after another."""
        return [
            self._row(case, until)
            for case in self.world
            if case.known(until) and (since is None or case.changed(since, until))
        ]

    def incidents(self, until: datetime, since: datetime = START) -> list[dict[str, Any]]:
        """Counts by month, in parts: a row a case of the months that are over."""
        return [
            {
                "网格编码": f"G{case.grid}",
                "类型": "火灾" if case.escalated else "触电",
                "件数": 1 + case.number % 3,
                "年": case.happened.year,
                "月": case.happened.month,
            }
            for case in self.world
            if since <= _month_of(case) < until
        ]

    def _row(self, case: Case, until: datetime) -> dict[str, Any]:
        ended = case.ended if case.ended is not None and case.ended < until else None
        category = case.category
        changes = [case.registered, *([max(ended, case.registered)] if ended else [])]
        if case.corrected is not None and case.corrected[0] < until:
            changes.append(case.corrected[0])
            category = case.corrected[1]
        outcome = "引导诉讼" if case.number % 3 == 0 else "致人受伤" if case.escalated else "调解成功"
        return {
            "纠纷编号": f"D{case.number}",
            "网格编码": f"G{case.grid}",
            "发生时间": case.happened,
            "登记时间": case.registered,
            "纠纷类型": category,
            "严重程度": case.severity,
            "化解时间": None if case.escalated else ended,
            "升级时间": ended if case.escalated else None,
            "办理状态": "作废" if case.void and ended is not None and not case.escalated else "在册",
            "调解结果": "调解中" if ended is None else outcome,
            **({"更新时间": max(changes)} if self.stamped else {}),
        }


def _month_of(case: Case) -> datetime:
    return case.happened.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def taken(at: datetime) -> datetime:
    """A local midnight as an instant."""
    return pd.Timestamp(at, tz="Asia/Shanghai").to_pydatetime()


def load_disputes(home: Home, folder: Path, rows: list[dict[str, Any]], at: datetime) -> None:
    """Load an export that was taken at a local midnight."""
    if rows:
        path = write_csv(folder / f"disputes-{at:%Y%m%d%H}.csv", rows)
        load(home, "disputes", path, exported_at=taken(at), now=datetime(2026, 11, 1, tzinfo=UTC))


def load_incidents(home: Home, folder: Path, rows: list[dict[str, Any]], at: datetime) -> None:
    """Load an aggregated export."""
    if rows:
        mapping = folder / "monthly.yaml"
        mapping.write_text("period: {unit: month, year: 年, month: 月}\n", encoding="utf-8")
        path = write_csv(folder / f"incidents-{at:%Y%m%d%H}.csv", rows)
        load(home, "incidents", path, exported_at=taken(at), mapping=mapping)


def believed(home: Home, version: int | None = None) -> dict[str, pd.DataFrame]:
    """Every belief of every event source, in an order that does not depend on the loads."""
    city = read_city(home, LATER.date(), version=version)
    return {name: _ordered(frame) for name, frame in city.beliefs.items()}


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    columns = ["grid", "occurred_at", "known_at", "believed_from", "category", *OWN_TIME_FIELDS]
    # Text, so that columns of nothing but nulls compare whatever their type.
    return frame.astype(str).sort_values([*columns, *frame.columns.difference(columns)]).reset_index(drop=True)
