"""What `map` proposes is what `ingest` reads: both ask the same code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from riskwarn.cli import riskwarn
from riskwarn.configuration import Configuration
from riskwarn.errors import ColumnMissing, HeadingClash
from riskwarn.home import Home
from riskwarn.ingest.mapping_proposal.mapping_file import as_yaml
from riskwarn.ingest.mapping_proposal.proposal import Proposal, Proposed, propose
from riskwarn.ingest.mapping_proposal.recognised import Place
from riskwarn.store import Store
from tests.worlds import dispute, grid_rows, load, with_grids, write_csv


def book(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def proposed(proposal: Proposal) -> dict[str, Proposed]:
    return {one.heading: one for one in proposal.columns}


def loaded_by(home: Home, proposal: Proposal, file: Path) -> Any:
    """The account of the file under the proposed mapping."""
    mapping = file.with_suffix(".yaml")
    mapping.write_text(as_yaml(proposal), encoding="utf-8")
    return load(home, proposal.source, file, mapping=mapping)


def plain_grids(count: int = 4) -> list[dict[str, Any]]:
    """A district's own table: which district it is stands nowhere, and the coordinates under headings of its own."""
    return [
        {
            "网格编码": row["网格编码"],
            "社区": row["社区"],
            "街道": row["街道"],
            "网格中点经": row["经度"] + 0.0001,
            "网格中点纬": row["纬度"] + 0.0001,
        }
        for row in grid_rows(count)
    ]


def test_dates_are_those_that_the_load_reads(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    forms = ("2026.3.{} 14:20", "2026年3月{}日 14时20分", "2026-03-{:02d} 14:20")
    rows = [
        {"事故发生时间": forms[n % 3].format(n % 28 + 1), "网格编码": f"G{n % 4}", "事故类型": ("火灾", "触电")[n % 2]}
        for n in range(56)
    ]
    file = write_csv(tmp_path / "事故.csv", rows)
    proposal = propose(file, Configuration())
    assert proposed(proposal)["事故发生时间"].field == "occurred_at"
    assert not any("no dates" in note for note in proposal.notes)
    account = loaded_by(home, proposal, file)
    assert account.accepted + account.duplicates == 56 and account.quarantined == 0


def test_an_opinion_about_people_is_no_severity_in_either(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [{**dispute(n), "风险等级": ("高", "中", "低")[n % 3]} for n in range(12)]
    for row in rows:
        del row["严重程度"]
    file = write_csv(tmp_path / "纠纷.csv", rows)
    seen = proposed(propose(file, Configuration()))["风险等级"]
    assert (seen.field, seen.ground) == (None, "an opinion about people or places; not read")
    account = load(home, "disputes", file)
    assert "风险等级" in account.dropped_columns
    assert Store(home).versions("disputes")["severity"].isna().all()
    # With the words of severity it is severity, in both.
    worded = write_csv(tmp_path / "b.csv", [{**row, "风险等级": ("一般", "较大")[n % 2]} for n, row in enumerate(rows)])
    assert proposed(propose(worded, Configuration(), source="disputes"))["风险等级"].field == "severity"


def test_coordinates_of_grids_are_mapped_and_their_system_is_asked_for(home: Home, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "网格表.csv", plain_grids())
    proposal = propose(file, Configuration(), source="grids")
    seen = proposed(proposal)
    assert (seen["网格中点经"].field, seen["网格中点纬"].field) == ("longitude", "latitude")
    assert any("gcj02" in note for note in proposal.notes)
    assert proposal.missing == ("district or district_name",)
    rows = [{**row, "区县": "江北区"} for row in plain_grids()]
    whole = write_csv(tmp_path / "b.csv", rows)
    account = loaded_by(home, propose(whole, Configuration(), source="grids"), whole)
    assert account.accepted == 4 and any("gcj02" in note for note in account.notes)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("coordinates: wgs84\n", encoding="utf-8")
    assert not any("gcj02" in note for note in load(home, "grids", whole, mapping=mapping).notes)


def test_a_word_for_every_row_counts_as_given(home: Home, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "网格表.csv", plain_grids())
    with pytest.raises(ColumnMissing, match="district"):
        load(home, "grids", file)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("always: {district_name: 江北区}\n", encoding="utf-8")
    assert load(home, "grids", file, mapping=mapping).accepted == 4
    grids = Store(home).versions("grids")
    assert set(grids["district_name"]) == {"江北区"} and set(grids["town"]) == {"江北区/石桥街道"}
    # Of an event the place may be given so, too.
    mapping.write_text("always: {town_name: 石桥街道}\n", encoding="utf-8")
    rows = [{"编号": f"A{n}", "发生时间": "2026-03-02", "事故类型": "火灾"} for n in range(3)]
    assert load(home, "incidents", write_csv(tmp_path / "a.csv", rows), mapping=mapping).accepted == 3


def test_what_is_missing_comes_before_the_next_command(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "网格表.csv", plain_grids())
    arguments = [
        "--home",
        str(tmp_path / "none"),
        "map",
        str(file),
        "--source",
        "grids",
        "--to",
        str(tmp_path / "m.yaml"),
    ]
    done = CliRunner().invoke(riskwarn, arguments)
    assert "missing: district" in done.output
    assert "next: complete" in done.output and "next: riskwarn ingest" not in done.output


def test_who_is_in_charge_is_no_place_where_a_better_one_stands(tmp_path: Path) -> None:
    places = [Place("grid_id", frozenset(f"G{n}" for n in range(4))), Place("town_name", frozenset({"石桥街道"}))]
    rows = [
        {"纠纷编号": f"D{n}", "发生时间": "2026-03-02", "责任单位": "石桥街道", "网": f"G{n % 4}"} for n in range(8)
    ]
    seen = proposed(propose(write_csv(tmp_path / "纠纷.csv", rows), Configuration(), places=places))
    assert (seen["网"].field, seen["网"].sure, seen["责任单位"].field) == ("grid_id", True, None)
    for row in rows:
        del row["网"]
    seen = proposed(propose(write_csv(tmp_path / "纠纷.csv", rows), Configuration(), places=places))
    assert (seen["责任单位"].field, seen["责任单位"].sure) == ("town_name", False)


def demands(count: int = 40) -> list[dict[str, Any]]:
    """An export of a table of a platform: short numbers as ids, categories as numbers and as names."""
    return [
        {
            "REC_ID": 100 + 7 * n,
            "EVENT_TYPE_ID": 1 + n % 4,
            "EVENT_TYPE_NAME": ("噪声", "物业", "停车", "欠薪")[n % 4],
            "CREATE_TIME": f"2026-03-{n % 28 + 1:02d} 09:{n % 10:02d}",
            "STREET_NAME": "石桥街道",
        }
        for n in range(count)
    ]


def test_short_numbers_of_their_own_are_ids_and_names_are_better_than_codes(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    places = [Place("town_name", frozenset({"石桥街道"}))]
    file = write_csv(tmp_path / "民生诉求.csv", demands())
    proposal = propose(file, Configuration(), source="hotline", places=places)
    seen = proposed(proposal)
    assert (seen["REC_ID"].field, proposal.identity) == ("record_id", ())
    assert (seen["EVENT_TYPE_NAME"].field, seen["EVENT_TYPE_ID"].field) == ("category", None)
    assert loaded_by(home, proposal, file).accepted == 40
    # Numbers from 1 on under 序号 are the rows of a list.
    rows = [{"序号": n, **{k: v for k, v in row.items() if k != "REC_ID"}} for n, row in enumerate(demands(), 1)]
    listed = propose(write_csv(tmp_path / "x.csv", rows), Configuration(), source="hotline", places=places)
    assert proposed(listed)["序号"].field is None


def test_a_place_without_its_time_is_no_id(tmp_path: Path) -> None:
    # Each accident of this export has a point of its own: the next one at one of them is another accident all the same.
    rows = [
        {"时": f"2026-03-{n % 28 + 1:02d} 09:17", "经度": 106 + n / 1e3, "纬度": 29.5, "类型": "火灾"}
        for n in range(100)
    ]
    proposal = propose(write_csv(tmp_path / "x.csv", rows), Configuration(), source="incidents")
    assert proposal.identity == ("时", "经度", "纬度", "类型")


def test_a_time_to_the_minute_is_no_id(tmp_path: Path) -> None:
    def identity(form: str) -> tuple[str, ...]:
        rows = [{"时": form.format(n // 20 + 1, n % 20), "网格编码": f"G{n % 4}", "类型": "火灾"} for n in range(100)]
        return propose(write_csv(tmp_path / "x.csv", rows), Configuration(), source="incidents").identity

    assert identity("2026-03-{:02d} 09:{:02d}") == ("时", "网格编码", "类型")
    assert identity("2026-03-{:02d} 09:{:02d}:17") == ("时", "网格编码", "类型")


def test_two_incidents_of_one_day_and_grid_stay_two_by_the_mapping_of_a_month_with_one_a_day(
    home: Home, tmp_path: Path
) -> None:
    with_grids(home, tmp_path)

    def month(*told: tuple[int, str], grid: str = "G1") -> Path:
        rows = [{"事故发生日期": f"2026-02-{day:02d}", "网格编码": grid, "事故类型": kind} for day, kind in told]
        return write_csv(tmp_path / f"{len(told)}.csv", rows)

    first = month((1, "火灾"), (2, "火灾"), (3, "触电"))
    proposal = propose(first, Configuration(), source="incidents")
    assert loaded_by(home, proposal, first).accepted == 3
    account = load(home, "incidents", month((5, "火灾"), (5, "溺水")), mapping=first.with_suffix(".yaml"))
    assert (account.accepted, account.corrected) == (2, 0)
    assert sorted(Store(home).versions("incidents")["category"].tail(2)) == ["drowning", "fire"]


@pytest.mark.parametrize("first", ["邻里", "来访"])
@pytest.mark.parametrize("groups", [("纠纷情况", "受理情况"), None])
@pytest.mark.parametrize("way", ["map", "ingest"])
def test_of_two_columns_of_one_heading_the_words_say_which_is_which(
    home: Home, tmp_path: Path, first: str, groups: tuple[str, str] | None, way: str
) -> None:
    with_grids(home, tmp_path)
    second = {"邻里": "来访", "来访": "邻里"}[first]
    rows: list[list[Any]] = [["编号", "网格编码", "类型", "发生日期", "类型", "登记日期"]]
    if groups is not None:
        rows = [["编号", "网格编码", groups[0], None, groups[1], None], [None, None, *rows[0][2:]]]
    rows += [[f"A{n}", f"G{n % 4}", first, "2026-03-02", second, "2026-03-03"] for n in range(8)]
    file = book(tmp_path / "纠纷.xlsx", rows)
    if way == "map":
        account = loaded_by(home, propose(file, Configuration(), source="disputes"), file)
    else:
        account = load(home, "disputes", file)
    assert account.accepted == 8
    stored = Store(home).versions("disputes")
    assert (set(stored["category"]), set(stored["form"])) == ({"neighbourhood"}, {"visit"})


def test_the_heading_of_a_group_says_what_words_leave_open_and_else_it_is_asked(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    below = [[f"A{n}", f"G{n % 4}", "甲类", "2026-03-02", "乙类"] for n in range(8)]
    groups = [["编号", "网格编码", "纠纷情况", None, "受理情况"], [None, None, "类型", "发生日期", "类型"]]
    file = book(tmp_path / "纠纷.xlsx", [*groups, *below])
    proposal = propose(file, Configuration(), source="disputes")
    assert proposal.mapping["columns"] == {"category": "类型（纠纷情况）", "form": "类型（受理情况）"}
    assert load(home, "disputes", file).accepted == 8
    assert set(Store(home).versions("disputes")["category"]) == {"甲类"}
    plain = book(tmp_path / "纠纷2.xlsx", [["编号", "网格编码", "类型", "发生日期", "类型"], *below])
    with pytest.raises(HeadingClash, match=r"'类型', '类型（2）' both stand for 'category'"):
        load(home, "disputes", plain)


def test_columns_about_people_stay_unread_whatever_tells_them_apart(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows: list[list[Any]] = [["编号", "网格编码", "发生日期", "姓名", "姓名", "联系电话", "联系电话"]]
    rows += [[f"A{n}", "G1", "2026-03-02", "王小二", "李小三", "13800000000", "13900000000"] for n in range(8)]
    account = load(home, "disputes", book(tmp_path / "纠纷.xlsx", rows))
    assert account.accepted == 8
    assert set(account.dropped_columns) == {"姓名", "姓名（2）", "联系电话", "联系电话（2）"}


def test_an_app_s_export_of_hazards_is_known_with_its_deadline_its_grade_and_what_is_void(
    home: Home, tmp_path: Path
) -> None:
    with_grids(home, tmp_path)
    states = ["已整改", "作废", "整改中", "已整改"] * 5
    void = ["否", "否", "否", "是"] * 5
    rows = [
        {
            "任务号": f"YH{n:03d}", "所属组织": "江北区石桥街道青山0社区第2网格", "发现时间": f"2026-03-{n + 1:02d} 08:05",
            "上报时间": f"2026-03-{n + 1:02d} 09:00", "隐患类别": "消防通道堵塞", "隐患等级": "重大隐患", "整改期限": "2026-04-20",
            "整改完成时间": "2026-03-28", "当前状态": state, "是否作废": mark,
        }
        for n, (state, mark) in enumerate(zip(states, void, strict=True))
    ]  # fmt: skip
    file = write_csv(tmp_path / "网格员APP导出.csv", rows)
    proposal = propose(file, Configuration())
    assert proposal.source == "hazards"
    assert {one.heading: one.field for one in proposal.columns}["当前状态"] == "status"
    assert loaded_by(home, proposal, file).accepted == 20
    stored = Store(home).versions("hazards")
    assert stored["withdrawn"].tolist() == [False, True, False, True] * 5
    assert stored["due_at"].notna().all() and set(stored["grade"]) == {"major"}
    assert (set(stored["grid_id"]), set(stored["located_by"])) == ({"G1"}, {"path"})


def test_a_load_without_id_says_how_one_is_made(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [{"发生时间": "2026-03-02", "网格编码": "G1", "事故类型": "火灾"}]
    with pytest.raises(ColumnMissing, match=r"identity: names several .* riskwarn load"):
        load(home, "incidents", write_csv(tmp_path / "a.csv", rows))


def test_rows_that_are_by_rule_not_loaded_are_told_before_and_none_of_their_words_is_asked_for(
    home: Home, tmp_path: Path
) -> None:
    """A petition among calls is no word to be translated."""
    with_grids(home, tmp_path)
    kinds, ways = ("咨询", "写信", "求助"), ("电话", "初信", "网访", "飞鸽")
    rows = [
        {
            "来电时间": f"2026-03-{n % 28 + 1:02d} 09:00:00", "工单编号": f"W{n}", "网格编码": f"G{n % 4}",
            "诉求类型": kinds[n % 3], "诉求来源": ways[n % 4],
        }
        for n in range(120)
    ]  # fmt: skip
    file = write_csv(tmp_path / "热线.csv", rows)
    proposal = propose(file, Configuration(), source="hotline")
    assert proposal.unknown_words == {"discovered_by": {"飞鸽": 30}}
    told = [note for note in proposal.notes if note.startswith("not loaded by rule")]
    assert any("写信 40" in note for note in told) and any("初信 30" in note and "网访 30" in note for note in told)
    account = loaded_by(home, proposal, file)
    stands = sum(row["诉求类型"] == "写信" or row["诉求来源"] in ("初信", "网访") for row in rows)
    assert account.reasons == {"not_loaded": stands} and account.accepted == 120 - stands


@pytest.mark.parametrize(
    "heading", ["案结事了日", "纠纷案结时间", "调解终结日期", "化解成功时间", "销案日期", "息诉罢访时间"]
)
def test_an_end_is_read_however_an_office_calls_it(heading: str, tmp_path: Path) -> None:
    rows = [
        {"纠纷编号": f"D{n}", "发生时间": f"2026-03-{n % 20 + 1:02d}", heading: f"2026-04-{n % 20 + 1:02d}"}
        for n in range(40)
    ]
    proposal = propose(write_csv(tmp_path / "纠纷.csv", rows), Configuration(), source="disputes")
    assert proposed(proposal)[heading].field == "closed_at"
