"""What is stored of a cell, for those that say one thing and mean another: one line a reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from riskwarn.home import Home
from riskwarn.store import Store
from tests.worlds import dispute, load, write_csv

Row = dict[str, Any]

PETITION: Row = {
    "信访编号": "X1",
    "网格编码": "G1",
    "信访日期": "2026-03-02",
    "信访目的": "求决",
    "内容分类": "城乡建设",
}
INCIDENT: Row = {"事故编号": "A1", "网格编码": "G1", "发生时间": "2026-03-02 08:00:00", "事故类型": "火灾"}
MONTHLY: Row = {"网格编码": "G1", "类型": "火灾", "件数": "2", "年": "2024", "月": "2"}


def utc(text: str) -> pd.Timestamp:
    """An instant that is written in local time (Asia/Shanghai)."""
    return pd.Timestamp(text, tz="Asia/Shanghai").tz_convert("UTC").tz_localize(None)


def d(**changes: Any) -> Row:
    """A dispute with changes."""
    return dispute(1, **changes)


def without_grid(**places: Any) -> Row:
    """A dispute that says its place in another way."""
    return {**{name: cell for name, cell in dispute(1).items() if name != "网格编码"}, **places}


def reading(name: str, row: Row, source: str = "disputes", mapping: str = "", **stored: Any) -> Any:
    """One line of the table: the row, and what is stored of it."""
    return pytest.param(source, row, mapping, stored, id=name)


NOON = "2026-03-02 12:00:00"

# fmt: off
TIMES = [
    reading("registered before it happened, by hours", d(发生时间=NOON, 登记时间="2026-03-02"), occurred_at=utc(NOON), known_at=utc(NOON)),
    reading("registered three weeks late", {**PETITION, "登记时间": "2026-03-23"}, "petitions", occurred_at=utc("2026-03-02"), known_at=utc("2026-03-23")),
    reading("no registration", d(发生时间=NOON, 登记时间=""), known_at=utc(NOON)),
    reading("no registration, a usual delay", d(发生时间=NOON, 登记时间=""), mapping="delay_days: 2", known_at=utc("2026-03-04 12:00:00")),
    reading("a lag of delivery", d(发生时间=NOON, 登记时间=NOON), mapping="delivery_days: 1.5", known_at=utc("2026-03-04"), occurred_at=utc(NOON)),
    reading("times of another zone", d(发生时间=NOON, 登记时间=""), mapping="timezone: UTC", occurred_at=pd.Timestamp(NOON)),
    reading("an offset wins over the zone", d(发生时间="2026-03-02T12:00:00+02:00", 登记时间=""), occurred_at=pd.Timestamp("2026-03-02 10:00:00")),
    reading("nanoseconds are cut", d(发生时间="2026-03-02T12:00:00.123456789", 登记时间=""), occurred_at=utc("2026-03-02 12:00:00.123456")),
    reading("noon and midnight of a clock of twelve hours", d(发生时间="2026-03-02 上午12:05", 登记时间="2026-03-02 下午12:05"), occurred_at=utc("2026-03-02 00:05:00"), known_at=utc("2026-03-02 12:05:00")),
    reading("a serial of Excel with its time", d(发生时间="46083.25", 登记时间=""), occurred_at=utc("2026-03-02 06:00:00")),
    reading("a year of two digits", d(发生时间="26-3-2", 登记时间=""), occurred_at=utc("2026-03-02")),
    reading("the last instant of a month of 29 days", MONTHLY, "incidents", "period: {unit: month, year: 年, month: 月}", known_at=utc("2024-03-01") - pd.Timedelta(microseconds=1), count=2),
    reading("a week by its first day", {"网格编码": "G1", "类型": "火灾", "件数": "2", "周": "2026-03-02"}, "incidents", "period: {unit: week, start: 周}", known_at=utc("2026-03-09") - pd.Timedelta(microseconds=1)),
    reading("a due date that the law gives", PETITION, "petitions", due_at=utc("2026-05-01"), due_derived=True),
    reading("a due date that the office gives", {**PETITION, "办理时限": "2026-04-01"}, "petitions", due_at=utc("2026-04-01"), due_derived=False),
]
WORDS = [
    reading("severity in words", d(严重程度="特别重大"), severity="extraordinary"),
    reading("severity in digits, falling", d(严重程度="04"), mapping="order: descending", severity="general"),
    reading("severity in digits, rising", d(严重程度="4"), mapping="order: ascending", severity="extraordinary"),
    reading("severity under the heading of risk", {**{k: v for k, v in d().items() if k != "严重程度"}, "风险等级": "重大"}, severity="major"),
    reading("an opinion about people is no severity", {**{k: v for k, v in d().items() if k != "严重程度"}, "风险等级": "高"}, severity=None),
    reading("a colour is no severity", {**{k: v for k, v in d().items() if k != "严重程度"}, "风险等级": "红色"}, severity=None),
    reading("urgency is kept apart", d(严重程度="", 紧急程度="特急"), urgency="most_urgent", severity=None),
    reading("usual urgency is no severity", d(严重程度="", 紧急程度="一般"), urgency="normal", severity=None),
    reading("in progress is no outcome", d(调解结果="办理中"), outcome=None, closed_at=None),
    reading("an outcome read by its parts", d(调解结果="双方握手言和"), outcome="settled"),
    reading("an outcome that none knows", d(调解结果="另行研究"), outcome=None),
    reading("an orderly exit", d(调解结果="引导诉讼", 升级时间="2026-04-01"), outcome="referred", escalated_at=utc("2026-04-01")),
    reading("void", d(办理状态="作废"), withdrawn=True),
    reading("not void", d(办理状态="已办结"), withdrawn=False),
    reading("a category with its ending", d(纠纷类型="邻里纠纷"), category="neighbourhood"),
    reading("a category in full width", d(纠纷类型="　物　业"), category="property_management"),
    reading("a category by the mapping", d(纠纷类型="07"), mapping="words: {category: {'07': 欠薪}}", category="wage_arrears"),
    reading("no category", d(纠纷类型="--"), category=None),
    reading("found by a patrol", {**INCIDENT, "事件来源": "巡查发现"}, "incidents", discovered_by="patrol"),
    reading("told by residents", {**INCIDENT, "事件来源": "群众上报"}, "incidents", discovered_by="reported"),
    reading("sent by the hotline", {**INCIDENT, "事件来源": "12345转办"}, "incidents", discovered_by="transferred"),
    reading("a count with a mark for thousands", {**INCIDENT, "件数": "1,200"}, "incidents", count=1200),
    reading("a count of nothing is one", {**INCIDENT, "件数": "/"}, "incidents", count=1),
]
PLACES = [
    reading("a grid in full width", d(网格编码="　Ｇ２ "), grid_id="G2", located_by="grid_id", district="江北区"),
    reading("a community is above the grid", without_grid(社区="青山1社区"), grid_id=None, unit="C1", located_by="community"),
    reading("a town is above the community", without_grid(街道="石桥街道办事处"), grid_id=None, located_by="town"),
    reading("a path down to the grid", without_grid(所属区域="江北区/石桥街道/青山1社区/第3网格"), grid_id="G2", located_by="path"),
]
# fmt: on


@pytest.mark.parametrize(("source", "row", "mapping", "expected"), [*TIMES, *WORDS, *PLACES])
def test_cells_are_stored_as_they_are_meant(
    city: Home, tmp_path: Path, source: str, row: Row, mapping: str, expected: dict[str, Any]
) -> None:
    options = {}
    if mapping:
        options["mapping"] = tmp_path / "mapping.yaml"
        options["mapping"].write_text(mapping, encoding="utf-8")
    account = load(city, source, write_csv(tmp_path / "export.csv", [row]), **options)
    assert (account.read, account.accepted) == (1, 1), account.reasons
    stored = Store(city).versions(source).iloc[0]
    told = {name: None if pd.isna(stored[name]) else stored[name] for name in expected}
    assert told == expected


def test_local_categories_end_at_fifty(city: Home, tmp_path: Path) -> None:
    words = [first + second for first in "甲乙丙戊己庚壬癸" for second in "房屋桥路井渠田"]
    path = write_csv(tmp_path / "d.csv", [dispute(number, 纠纷类型=word + "边界") for number, word in enumerate(words)])
    account = load(city, "disputes", path)
    assert account.accepted == len(words) == 56
    kept = Store(city).versions("disputes")["category"]
    assert kept.nunique() == 51 and (kept == "other").sum() == 6
    assert any("categor" in note for note in account.notes), "how many there are is told"
    again = load(city, "disputes", write_csv(tmp_path / "e.csv", [dispute(99, 纠纷类型="寅房边界")]))
    assert again.accepted == 1
    assert "寅房边界" not in set(Store(city).versions("disputes")["category"]), "also in a later load"


def test_nothing_that_was_refused_is_kept(city: Home, tmp_path: Path) -> None:
    rows = [
        dispute(1, 纠纷编号="KEY-OF-REFUSED-1", 纠纷类型="群体性事件"),
        dispute(2, 纠纷编号="KEY-OF-REFUSED-2", 发生时间="不知道哪天"),
        dispute(3, 纠纷编号="KEY-OF-REFUSED-3", 网格编码="UNKNOWN-GRID-77"),
        dispute(4),
    ]
    assert load(city, "disputes", write_csv(tmp_path / "d.csv", rows)).quarantined == 3
    city.database.dispose()
    planted = ["KEY-OF-REFUSED", "群体性事件", "不知道哪天", "UNKNOWN-GRID-77"]
    for file in city.path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [word for word in planted if word.encode() in content], file.name
