"""Every kind of fault that an office makes in a row, and exactly what becomes of it: one line a fault."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import Home
from riskwarn.ingest import Account
from tests.worlds import dispute, load, write_csv

Row = dict[str, Any]

PETITION: Row = {
    "信访编号": "X1",
    "网格编码": "G1",
    "信访日期": "2026-03-02",
    "信访目的": "求决",
    "内容分类": "城乡建设",
}
CALL: Row = {
    "工单编号": "T1",
    "网格编码": "G1",
    "来电时间": "2026-03-02 08:00:00",
    "工单类型": "求助",
    "问题类型": "噪声",
}
INCIDENT: Row = {"事故编号": "A1", "网格编码": "G1", "发生时间": "2026-03-02 08:00:00", "事故类型": "火灾"}
MONTHLY: Row = {"网格编码": "G1", "类型": "火灾", "件数": "2", "年": "2026", "月": "3"}
BY_MONTH = "period: {unit: month, year: 年, month: 月}"


@dataclass(frozen=True)
class Expected:
    """What an account must say; every row that is not named is quarantined for one of the reasons."""

    accepted: int
    duplicates: int
    corrected: int
    reasons: dict[str, int]


@dataclass(frozen=True)
class Fault:
    """Rows with a fault, as an office would export them."""

    source: str
    rows: list[Row]
    expected: Expected
    mapping: str | None


def fault(
    name: str, rows: list[Row], accepted: int = 0, *, source: str = "disputes", duplicates: int = 0, corrected: int = 0,
    mapping: str | None = None, **reasons: int,
) -> Any:  # fmt: skip
    """One line of the table: the rows, how many are accepted, and how many are refused for which reason."""
    return pytest.param(Fault(source, rows, Expected(accepted, duplicates, corrected, reasons), mapping), id=name)


def d(number: int = 1, **changes: Any) -> Row:
    """A dispute with changes."""
    return dispute(number, **changes)


def h(number: int = 1, **changes: Any) -> Row:
    """A call to the hotline with changes."""
    call = {"工单编号": f"H{number}", "网格编码": "G1", "来电时间": "2026-03-02", "诉求类别": "噪音扰民"}
    return {**call, **changes}


def of(kind: Row, **changes: Any) -> Row:
    """A row of another source with changes."""
    return {**kind, **changes}


def bare(number: int = 1, **places: Any) -> Row:
    """A dispute that says its place in another way than by its grid."""
    return {**{name: cell for name, cell in dispute(number).items() if name != "网格编码"}, **places}


#: Categories that no vocabulary knows, as local words for things.
LOCAL = ["养犬", "占道", "菜地", "祖坟", "围墙", "水塔", "鱼塘", "果树", "台阶", "晾衣"]

# fmt: off
IDENTITY = [
    fault("no id", [d(纠纷编号="")], missing_record_id=1),
    fault("id is a word for nothing", [d(纠纷编号="无"), d(纠纷编号="--"), d(纠纷编号="/")], missing_record_id=3),
    fault("id that Excel rounded, saved as CSV", [d(纠纷编号="5.00103E+18"), d(纠纷编号="5.001032026E+17")], rounded_id=2),
    fault("long id as text", [d(纠纷编号="5001032026030112345"), d(纠纷编号="5001032026030112346")], 2),
    fault("id in full width is the same id", [d(纠纷编号="ＡＢ１２"), d(纠纷编号="AB12")], 1, duplicates=1),
    fault("id with blanks of every kind is the same id", [d(纠纷编号=" D1　"), d(纠纷编号="\u00a0D1"), d(纠纷编号="D1")], 1, duplicates=2),
    fault("ids that differ in case are two", [d(纠纷编号="a1"), d(纠纷编号="A1")], 2),
    fault("the same row twice", [d(), d()], 1, duplicates=1),
    fault("the same case with another content", [d(), d(纠纷类型="物业")], 1, corrected=1),
    fault("there and back again", [d(), d(纠纷类型="物业"), d()], 1, corrected=1, duplicates=1),
    fault("younger row first", [d(更新时间="2026-03-09", 纠纷类型="物业"), d(更新时间="2026-03-08")], 1, corrected=1),
    fault("a faulty row and its repair", [d(发生时间="去年"), d()], 1, bad_date=1),
]
PLACE = [
    fault("no grid", [d(网格编码="")], no_place=1),
    fault("unknown grid", [d(网格编码="G99")], unknown_grid=1),
    fault("grid in full width", [d(网格编码="Ｇ１"), d(2, 网格编码=" G2 ")], 2),
    fault("unknown grid, known community", [d(网格编码="G99", 社区="青山0社区")], 1),
    fault("community by its name, written in four ways", [bare(n, 社区=name) for n, name in enumerate(["青山1社区", "青山1", "青山1居委会", " 青山１社区 "])], 4),
    fault("unknown community", [bare(社区="红旗社区")], unknown_place=1),
    fault("names of units swapped", [bare(社区="石桥街道", 街道="青山1社区")], 1),
    fault("path of names", [bare(所属区域="江北区/石桥街道/青山0社区"), bare(2, 所属区域="江北区>石桥街道"), bare(3, 所属区域="渝中区")], 2, unknown_place=1),
    fault("code of a community", [bare(社区编码="C1"), bare(2, 社区编码="C77")], 1, unknown_place=1),
]
TIME = [
    fault("no date", [d(发生时间="", 登记时间="")], missing_date=1),
    fault("registered only", [d(发生时间="")], missing_date=1),
    fault("words for no date", [d(发生时间=word) for word in ("未知", "详见附件", "1900-01-01", "0000-00-00", "9999-12-31")], missing_date=5),
    fault("a date in words", [d(发生时间="去年冬天"), d(2, 发生时间="3月1日"), d(3, 发生时间="星期一")], bad_date=3),
    fault("30th of February", [d(发生时间="2026-02-30"), d(2, 发生时间="2026年2月30日"), d(3, 发生时间="20260230")], bad_date=3),
    fault("13th month, 25th hour, 61st minute", [d(发生时间="2026-13-01"), d(2, 发生时间="2026-03-01 25:00:00"), d(3, 发生时间="2026-03-01 08:61")], bad_date=3),
    fault("a bad date in a field that may be empty", [d(化解时间="不详"), d(2, 升级时间="2026-99-99"), d(3, 更新时间="昨天"), d(4, 登记时间="明天")], 4),
    fault("registered five hours before it happened", [d(发生时间="2026-03-02 15:00:00", 登记时间="2026-03-02 10:00:00")], 1),
    fault("registered on the day, happened at an hour of it", [d(发生时间="2026-03-02 15:00:00", 登记时间="2026-03-02")], 1),
    fault("registered a month before it happened", [d(发生时间="2026-03-10", 登记时间="2026-02-10")], known_before_event=1),
    fault("in the next decade", [d(发生时间="2036-03-01", 登记时间="2036-03-01")], in_future=1),
    fault("registered in the next decade", [d(登记时间="2036-03-01")], 1),
    fault("long before anything was recorded", [d(n, 发生时间=moment) for n, moment in enumerate(["1970-01-01 08:00:00", "0001-01-01 00:00:00", "1753-01-01", "1899-12-30", "1900/1/1", "1989-12-31 23:59:59"])], out_of_range=6),
    fault("the first instant that is believed", [d(发生时间="1990-01-01")], 1),
    fault("a petition entered three weeks late", [of(PETITION, 登记时间="2026-03-23")], 1, source="petitions"),
    fault("epochs of a phone, in seconds and milliseconds", [d(发生时间="1772326800", 登记时间=""), d(2, 发生时间="1772326800000", 登记时间="")], 2),
    fault("serials of Excel", [d(发生时间="46082", 登记时间=""), d(2, 发生时间="46082.5", 登记时间="")], 2),
    fault("a number that is no date", [d(发生时间="7"), d(2, 发生时间="99999999"), d(3, 发生时间="-1")], bad_date=3),
    fault("morning and afternoon", [d(发生时间="2026-03-02 上午9:30", 登记时间="2026-03-02 下午3:30"), d(2, 发生时间="2026/3/2 上午 12:10", 登记时间="")], 2),
    fault("nanoseconds and offsets", [d(发生时间="2026-03-02T08:00:00.123456789+08:00", 登记时间=""), d(2, 发生时间="2026-03-02T00:00:00Z", 登记时间="")], 2),
]
WORDS = [
    fault("severity as a digit", [d(严重程度="3"), d(2, 严重程度="01")], severity_digits=2),
    fault("severity as a digit, order told", [d(严重程度="3"), d(2, 严重程度="01"), d(3, 严重程度="４")], 3, mapping="order: descending"),
    fault("severity in a word that none knows", [d(严重程度="挺严重")], 1),
    fault("urgency is not severity", [d(紧急程度="特急", 严重程度=""), d(2, 紧急程度="普通")], 2),
    fault("withdrawn in five words", [d(n, 办理状态=word) for n, word in enumerate(["作废", "撤销", "误报", "无效", "草稿"])], 5),
    fault("unknown words of outcome and status", [d(调解结果="另行研究", 化解时间="2026-04-01"), d(2, 办理状态="第三阶段")], 2),
    fault("refused words", [d(纠纷类型="群体性事件"), d(2, 办理状态="已稳控"), d(3, 调解结果="进京访"), d(4, 纠纷类型="重点人员管理")], not_loaded=4),
    fault("a petition in a register of disputes", [d(纠纷类型="信访", 调解结果="依法行政拘留"), d(2, 纠纷类型="来信来访"), d(3, 纠纷类型="信访积案"), d(4)], 1, not_loaded=3),
    fault("a petition in a register of calls", [h(n, 反映方式=word) for n, word in enumerate(["来访", "来信", "网上信访", "领导接访", "来电", "微信"])], 2, source="hotline", not_loaded=4),
    fault("who comes to a mediator", [d(反映方式="来访"), d(2, 反映方式="信访")], 1, not_loaded=1),
    fault("refused words in disguise", [d(纠纷类型="群 体 性 事件"), d(2, 纠纷类型="（集体访）"), d(3, 纠纷类型="維穩")], not_loaded=3),
    fault("a report of wrongdoing", [of(PETITION, 信访目的="检举控告"), of(PETITION, 信访编号="X2", 信访目的="揭发控告"), of(PETITION, 信访编号="X3")], 1, source="petitions", not_loaded=2),
    fault("topics of petitions that are not ours", [of(PETITION, 内容分类=word) for word in ("政法", "纪检监察", "军队事务", "组织人事", "党务政务")], source="petitions", not_loaded=5),
    fault("a confidential call", [of(CALL, 工单类型="保密"), of(CALL, 工单编号="T2")], 1, source="hotline", not_loaded=1),
    fault("categories of one's own", [d(n, 纠纷类型=word) for n, word in enumerate(LOCAL)], len(LOCAL)),
    fault("more categories than anyone can read", [d(n, 纠纷类型=first + second) for n, (first, second) in enumerate((a, b) for a in LOCAL for b in LOCAL[:6])], 60),
    fault("no category", [d(纠纷类型=""), d(2, 纠纷类型="无")], 2),
    fault("a category with its ending", [d(纠纷类型="邻里纠纷"), d(2, 纠纷类型="物业类"), d(3, 纠纷类型=" 婚姻家庭 ")], 3),
]
NUMBERS = [
    fault("negative count", [of(INCIDENT, 件数="-1")], source="incidents", bad_count=1),
    fault("fractional count", [of(INCIDENT, 件数="1.5")], source="incidents", bad_count=1),
    fault("count in words", [of(INCIDENT, 件数="若干"), of(INCIDENT, 事故编号="A2", 件数="两起")], source="incidents", bad_count=2),
    fault("count with thousands and full width", [of(INCIDENT, 件数="1,200"), of(INCIDENT, 事故编号="A2", 件数="３"), of(INCIDENT, 事故编号="A3", 件数="2.0")], 3, source="incidents"),
    fault("no count is one", [of(INCIDENT, 件数="")], 1, source="incidents"),
    fault("monthly counts", [MONTHLY, of(MONTHLY, 月="4"), of(MONTHLY, 类型="触电")], 3, source="incidents", mapping=BY_MONTH),
    fault("parts of one count are added", [MONTHLY, of(MONTHLY, 件数="3"), of(MONTHLY, 网格编码="G2")], 2, duplicates=1, source="incidents", mapping=BY_MONTH),
    fault("monthly counts with faults", [MONTHLY, of(MONTHLY, 件数="-3"), of(MONTHLY, 月="13"), of(MONTHLY, 年=""), of(MONTHLY, 网格编码="")], 1, source="incidents", mapping=BY_MONTH, bad_count=1, bad_date=1, missing_date=1, no_place=1),
]
MANY = [
    fault("two faults in a row are one refusal", [d(发生时间="去年", 网格编码="Q")], bad_date=1),
    fault("one sound row among many faults", [d(1, 纠纷编号=""), d(2, 发生时间="某日"), d(3, 网格编码="Q"), d(4, 严重程度="2"), d(5)], 1, missing_record_id=1, bad_date=1, unknown_grid=1, severity_digits=1),
    fault("every row faulty", [d(n, 发生时间="某日") for n in range(20)], bad_date=20),
]
# fmt: on


@pytest.mark.parametrize("given", [*IDENTITY, *PLACE, *TIME, *WORDS, *NUMBERS, *MANY])
def test_every_fault_has_its_account(city: Home, tmp_path: Path, given: Fault) -> None:
    headings = dict.fromkeys(name for row in given.rows for name in row)
    rows = [{name: row.get(name, "") for name in headings} for row in given.rows]
    options = {}
    if given.mapping:
        options["mapping"] = tmp_path / "mapping.yaml"
        options["mapping"].write_text(given.mapping, encoding="utf-8")
    path = write_csv(tmp_path / "export.csv", rows)
    first = load(city, given.source, path, **options)
    assert seen(first) == given.expected
    assert first.read == len(rows)
    again = load(city, given.source, path, **options)
    refused = sum(given.expected.reasons.values())
    assert seen(again) == Expected(0, len(rows) - refused, 0, given.expected.reasons), "a second time nothing is new"


def seen(account: Account) -> Expected:
    """The account in the words of the table; it must add up."""
    assert account.read == account.accepted + account.duplicates + account.corrected + account.quarantined
    assert account.quarantined == sum(account.reasons.values())
    return Expected(account.accepted, account.duplicates, account.corrected, account.reasons)
