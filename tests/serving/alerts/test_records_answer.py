"""A dispute that is closed, a hazard that is repaired: the register says so, and the notice closes with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import update

from features import read_city
from features.panel.panel import encoded
from serving.alerts.records import close_answered
from serving.alerts.tables import ALERTS
from serving.publishing.alerting import known_in
from tests.serving.alerts.city import FIRST, City, grid
from tests.worlds import dispute, grid_rows, load, write_csv

ROWS = {grid(number): number for number in range(36)}
FOREVER = np.datetime64("2262-01-01", "us")
RAISED, LATER = np.datetime64("2026-03-01T16:00", "us"), np.datetime64("2026-03-08T16:00", "us")


def case(number: int, closed: str | None, known: str = "2026-02-01", **more: Any) -> dict[str, Any]:
    at = pd.Timestamp(closed) if closed else pd.NaT
    return {
        "grid": number, "believed_from": np.datetime64(known, "us"), "believed_to": FOREVER, "closed_at": at, "closed_at_known": at,
        "answered_at": pd.NaT, "answered_at_known": pd.NaT, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cases", "closes"),
    [
        ([case(0, "2026-03-04")], True),
        ([case(0, None, answered_at=pd.Timestamp("2026-03-05"), answered_at_known=pd.Timestamp("2026-03-05"))], True),
        ([case(0, "2026-03-04"), case(0, None)], False),
        ([case(0, "2026-03-04"), case(0, None, known="2026-03-03")], True),  # what came later is another matter
        ([case(0, "2026-03-10")], False),
        ([case(0, "2026-02-20")], False),  # nothing was open: something else was meant
        ([case(1, "2026-03-04")], False),
        ([], False),
    ],
)
def test_a_notice_closes_where_all_that_was_open_has_ended(
    tmp_path: Path, cases: list[dict[str, Any]], closes: bool
) -> None:
    city = City(tmp_path)
    city.publish({0: "red"})
    (alert,) = city.alerts()
    columns = list(case(0, None))
    known = {"disputes": pd.DataFrame(cases, columns=columns)}
    done = close_answered(city.home, lambda source, _: known.get(source), ROWS, LATER, now=city.now + timedelta(days=7))
    assert done == int(closes)
    after = city.alert(alert.id)
    assert (after.status, after.outcome) == (("closed", "unknown") if closes else ("open", None))
    assert (
        close_answered(city.home, lambda source, _: known.get(source), ROWS, LATER, now=city.now + timedelta(days=7))
        == 0
    )


def test_the_cases_of_a_source_are_gone_through_once_however_many_notices_there_are(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({0: "red", 12: "red", 24: "red"})

    known = [case(24, "2026-03-04"), case(0, "2026-03-04"), case(12, None), case(1, None)]
    asked: list[tuple[str, list[int]]] = []

    def of(source: str, grids: Collection[int]) -> pd.DataFrame:
        asked.append((source, sorted(grids)))
        return pd.DataFrame(known)

    assert close_answered(city.home, of, ROWS, LATER, now=city.now + timedelta(days=7)) == 2
    assert {one.code: one.status for one in city.alerts()} == {grid(0): "closed", grid(12): "open", grid(24): "closed"}
    assert asked == [("disputes", [0, 12, 24])]


HAZARD = {"隐患编号": "H1", "登记时间": "2026-02-11 10:00:00", "隐患类型": "消防通道堵塞", "严重程度": "一般"}
PETITION = {
    "信访件编号": "P1",
    "登记时间": "2026-02-11 10:00:00",
    "信访形式": "来访",
    "信访目的": "求决",
    "内容分类": "城乡建设",
}
DISPUTE = {"发生时间": "2026-02-10 09:00:00", "登记时间": "2026-02-11 10:00:00"}

#: Source -> what it hands over of a case that is open, and what it says the week after.
TOLD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "disputes": (dispute(1, **DISPUTE), {"化解时间": "2026-03-04 15:00:00", "办理状态": "已办结", "调解结果": "调解成功"}),
    "hazards": ({**HAZARD, "发现日期": "2026-02-10", "整改完成日期": ""}, {"整改完成日期": "2026-03-04 15:00:00"}),
    "petitions": (
        {**PETITION, "信访日期": "2026-02-10", "答复时间": "", "办理状态": "已受理"},
        {"答复时间": "2026-03-04 15:00:00", "办理状态": "已办结"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "status"), [("disputes", "closed"), ("hazards", "closed"), ("petitions", "open")])
def test_what_a_department_hands_over_closes_what_it_answers_and_a_petition_never_does(
    tmp_path: Path, source: str, status: str
) -> None:
    """Files in and out: the case is open in one export, ended in the next, and nobody fills in a second form."""
    city = City(tmp_path)
    grids = [{**row, "网格编码": grid(number)} for number, row in enumerate(grid_rows(2))]
    load(city.home, "grids", write_csv(tmp_path / "grids.csv", grids))
    case, later = TOLD[source]
    case = {**case, "网格编码": grid(0)}
    load(city.home, source, write_csv(tmp_path / "early.csv", [case]), exported_at=city.now)
    city.publish({0: "red", 1: "orange"})
    with city.home.database.begin() as connection:
        why = {"theme": "waiting", "direction": "raises", "source": source, "zh": "未办结1件", "en": "1 open"}
        connection.execute(update(ALERTS).values(reasons=[why]))
    week = city.now + timedelta(days=7)
    load(city.home, source, write_csv(tmp_path / "later.csv", [{**case, **later}]), exported_at=week)
    known = read_city(city.home, FIRST + timedelta(days=7))
    of = known_in(city.home, known, encoded(known))
    rows = {code: row for row, code in enumerate(known.geography.grid_ids)}
    for _ in range(2):
        close_answered(city.home, of, rows, known.calendar.instant(known.as_of), now=week)
        assert [one.status for one in city.alerts()] == [status, "open"], "of the other grid nothing was said"
    assert city.verbs(city.alerts()[0].id) == ["raised", *["close"] * (status == "closed")]
