"""A file belongs to its source: what looks like another, is far too large or rewrites the past stops before it is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from riskwarn.errors import (
    FileOfAnotherSource,
    LoadTooLarge,
    PetitionsElsewhere,
    PresetOfAnotherSource,
    RecordsRewritten,
    RiskwarnError,
)
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.store import Store, ledger
from tests.riskwarn.ingest.books import book
from tests.riskwarn.ingest.commands import run, told
from tests.worlds import dispute, load, with_grids, write_csv


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    return with_grids(home, tmp_path)


def calls(count: int = 30) -> list[dict[str, Any]]:
    return [
        {"工单编号": f"T{n}", "来电时间": "2026-03-02 08:00", "诉求类型": "投诉" if n else "举报", "网格编码": "G1", "类型": "噪声"}
        for n in range(count)
    ]  # fmt: skip


def refused(home: Home, error: type[RiskwarnError], source: str, file: Path, **options: Any) -> str:
    """The sentence of a refusal; nothing is stored, and nothing is written in the ledger."""
    before = (Store(home).version(), Store(home).sources())
    with pytest.raises(error) as caught:
        load(home, source, file, **options)
    assert (Store(home).version(), Store(home).sources()) == before
    return str(caught.value)


def test_a_file_of_another_source_is_refused_with_the_right_command(city: Home, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "三月.csv", calls())
    assert "riskwarn ingest hotline 三月.csv" in refused(city, FileOfAnotherSource, "incidents", file)
    registers = write_csv(tmp_path / "台账.csv", [dispute(n) for n in range(30)])
    for source in ("petitions", "hazards", "grid_reports"):
        assert "riskwarn ingest disputes" in refused(city, FileOfAnotherSource, source, registers)
    places = [{**dispute(n), "社区": "青山0社区", "街道": "石桥街道", "区县": "江北区"} for n in range(3)]
    assert "纠纷编号" in refused(city, FileOfAnotherSource, "grids", write_csv(tmp_path / "d.csv", places))

    account = load(city, "incidents", file, force=True)
    assert account.accepted == 29 and "looks like hotline" in account.forced[0]
    assert account.reasons == {"not_loaded": 1}, "a tip counts as a hazard alone, forced or not"
    assert ledger(city, "incidents")[-1].account["forced"] == list(account.forced)
    assert list(account.forced) == [
        "三月.csv looks like hotline (工单编号, 来电时间, 诉求类型), not like incidents; it was loaded as incidents"
    ]


def test_the_list_of_loads_says_what_was_forced_and_why(city: Home, tmp_path: Path) -> None:
    load(city, "incidents", write_csv(tmp_path / "三月.csv", calls()), force=True)
    (one,) = [row for row in told(city.path, "loads", "list") if row["source"] == "incidents"]
    assert one["forced"] == ledger(city, "incidents")[-1].account["forced"] and one["forced"]
    assert {tuple(row["forced"]) for row in told(city.path, "loads", "list") if row["source"] == "grids"} == {()}
    shown = run(city.path, "loads", "list").stdout.splitlines()
    assert shown[one["load"]].split()[-1] == "forced"
    assert shown[-1] == f"{one['load']}: forced: {one['forced'][0]}"
    run(city.path, "loads", "undo", one["load"])
    shown = run(city.path, "loads", "list").stdout
    assert next(line.split()[-3:] for line in shown.splitlines() if "三月.csv" in line) == ["undone", "by", "3"]


def test_one_heading_is_enough_where_the_name_says_the_same(city: Home, tmp_path: Path) -> None:
    rows = [
        {"编号": f"调{n}", "纠纷简要情况": "邻里矛盾", "大类": "邻里纠纷", "发生时间": "2026-03-02 08:00", "网格": "G1"}
        for n in range(30)
    ]
    told = refused(city, FileOfAnotherSource, "petitions", write_csv(tmp_path / "矛盾纠纷台账.csv", rows))
    assert "riskwarn ingest disputes" in told
    assert load(city, "petitions", write_csv(tmp_path / "三月.csv", rows), force=True).read == 30
    # So are more headings that remind of it, whatever the file is called.
    file = write_csv(tmp_path / "d1.csv", [{**row, "化解时限": "2026-04-02", "化解结果": "调解成功"} for row in rows])
    for source in ("petitions", "hotline", "grid_reports", "hazards", "incidents"):
        assert "riskwarn ingest disputes" in refused(city, FileOfAnotherSource, source, file)


def test_a_file_of_a_source_that_the_home_does_not_have_loads_with_a_word(city: Home, tmp_path: Path) -> None:
    rows = [
        {"警情编号": f"J{n}", "网格编码": "G1", "警情发生时间": "2026-03-02 08:00", "警情类别": "纠纷"}
        for n in range(30)
    ]
    account = load(city, "grid_reports", write_csv(tmp_path / "110.csv", rows))
    notes = [note for note in account.notes if note.startswith("it looks like police_calls")]
    assert len(notes) == 2 and any("declare police_calls under sources:" in note for note in notes)


def police_calls() -> list[dict[str, Any]]:
    words = ("家暴", "自杀求助", "邻里纠纷", "诈骗", "扬言", "家庭暴力警情")
    return [
        {"接警单编号": f"P{n}", "网格编码": "G1", "经度": "106.51", "纬度": "29.5", "报警时间": "2026-03-02 23:10",
         "接警类别": word, "反馈类别": word}
        for n, word in enumerate(words)
    ]  # fmt: skip


#: What the words of a mapping make of them does not matter.
TRANSLATED = "words: {category: {家暴: other, 诈骗: other, 邻里纠纷: other}}\n"


@pytest.mark.parametrize("way", ["headings", "translated", "forced preset", "own source", "own source of the preset"])
def test_calls_to_the_police_keep_their_rules_whatever_they_are_loaded_as(tmp_path: Path, way: str) -> None:
    """Crimes and refused words are not loaded, what is suffered at home is placed on the town, in a home without the source."""
    preset = "{preset: 110}" if way == "own source of the preset" else "{}"
    declared = tmp_path / "declared.yaml"
    declared.write_text(
        f"sources: {{grids: {{}}, grid_reports: {{}}, our_calls: {{mapping: {preset}}}}}\n"
        "targets: {harm: {source: grid_reports, date: occurred_at}}\n",
        encoding="utf-8",
    )
    city = with_grids(make_home(tmp_path / "h", Settings(), declared), tmp_path)
    mapping = None
    if way == "translated":
        mapping = tmp_path / "m.yaml"
        mapping.write_text(TRANSLATED, encoding="utf-8")
    file = write_csv(tmp_path / "p.csv", police_calls())
    source = "our_calls" if way.startswith("own") else "grid_reports"
    if way == "forced preset":
        assert "preset 110" in refused(city, PresetOfAnotherSource, source, file, preset="110")
    options: dict[str, Any] = {"preset": "110", "force": True} if way == "forced preset" else {"mapping": mapping}
    account = load(city, source, file, **options)
    assert (account.read, account.accepted, account.reasons) == (6, 4, {"not_loaded": 2})
    assert any(note.startswith("it looks like police_calls") for note in account.notes)
    stored = Store(city).versions(source).sort_values("row")
    assert stored["located_by"].tolist() == ["town", "town", "grid_id", "town"]
    assert stored["grid_id"].fillna("").tolist() == ["", "", "G1", ""]
    assert stored["unit"].tolist()[:2] == ["江北区/石桥街道"] * 2
    assert stored["longitude"].isna().tolist() == [True, True, False, True]


PETITIONS = [
    {"信访编号": f"X{n}", "网格编码": "G1", "信访日期": "2026-03-02 08:00", "答复日期": "2026-03-09 08:00", "问题类别": "物业"}
    for n in range(6)
]  # fmt: skip


@pytest.mark.parametrize("source", ["letters", "disputes"])
def test_petitions_are_loaded_as_nothing_else_not_even_by_force(tmp_path: Path, source: str) -> None:
    declared = tmp_path / "declared.yaml"
    declared.write_text("sources: {grids: {}, disputes: {}, letters: {fields: [answered_at]}}\n"
                        "targets: {harm: {source: disputes, date: escalated_at}}\n", encoding="utf-8")  # fmt: skip
    city = with_grids(make_home(tmp_path / "h", Settings(), declared), tmp_path)
    file = write_csv(tmp_path / "x.csv", PETITIONS)
    for options in ({}, {"force": True}):
        assert "riskwarn ingest petitions" in refused(city, PetitionsElsewhere, source, file, **options)
    once = [{("编号" if key == "信访编号" else key): value for key, value in row.items()} for row in PETITIONS]
    if source == "letters":
        harmless = write_csv(tmp_path / "d.csv", [dispute(n) for n in range(6)])
        refused(city, PetitionsElsewhere, source, harmless, preset="petition", force=True)
    # Of a source of one's own the file's name and one heading say it, one heading alone does not.
    if source == "letters":
        refused(city, PetitionsElsewhere, source, write_csv(tmp_path / "信访转办.csv", once), force=True)
    assert load(city, source, write_csv(tmp_path / "y.csv", once), force=True).accepted == 6


def brought(ways: list[str], heading: str = "反映方式") -> list[dict[str, object]]:
    """Rows of a register whose headings tell nothing, brought in these ways."""
    row = {"网格编码": "G1", "发生时间": "2026-03-02", "类别": "物业"}
    return [{"编号": f"A{n}", **row, heading: way} for n, way in enumerate(ways)]


@pytest.mark.parametrize(
    ("ways", "heading", "told"),
    [
        (["来访", "来信", "网上信访", "来电"], "反映方式", "信访, 来信, 来访"),
        (["群众来访", "群众来访", "电话"], "反映方式", "来访"),
        (["xinfang", "Xin-Fang", "phone"], "类别", "xinfang"),
        (["走访诉求", "走访诉求", "到镇反映", "电话"], "类别", "到镇反映, 走访诉求"),
        (["到县政府上访，要求答复", "多次上 访", "噪音"], "事项描述", "上访"),
        # Ways and kinds are counted together, whatever list has them, also where the column is not read.
        (["来访", "初访", "网信", "电话", "电话"], "反映方式", "初访, 来访, 网信"),
        (["初访", "县长信箱", "网信", "电话", "电话"], "备用", "初访, 县长信箱, 网信"),
        (["本人在市长信箱反映漏水", "领导留言板：噪音扰民", "噪音"], "事项描述", "市长信箱, 领导留言"),
    ],
)
def test_a_register_of_ones_own_that_is_brought_as_petitions_are_is_one(
    tmp_path: Path, ways: list[str], heading: str, told: str
) -> None:
    declared = tmp_path / "declared.yaml"
    declared.write_text("sources: {grids: {}, windows: {fields: [answered_at, form]}}\n", encoding="utf-8")
    city = with_grids(make_home(tmp_path / "h", Settings(), declared), tmp_path)
    file = write_csv(tmp_path / "x.csv", brought(ways, heading))
    for options in ({}, {"force": True}):
        said = refused(city, PetitionsElsewhere, "windows", file, **options)
        assert f"more than half of its rows came as {told}" in said


def test_a_way_that_is_merged_over_rows_is_that_of_each(tmp_path: Path) -> None:
    """What is counted are the cells as they are read, and not as they stand in the file."""
    declared = tmp_path / "declared.yaml"
    declared.write_text(
        "sources: {grids: {}, windows: {fields: [answered_at, form, discovered_by]}}\n", encoding="utf-8"
    )
    city = with_grids(make_home(tmp_path / "h", Settings(), declared), tmp_path)
    rows = [list(row.values()) for row in brought(["初访", "电话", "电话"] + ["x"] * 6, "来源渠道")]
    for row in rows[3:]:
        row[-1] = None
    rows[3][-1] = "网信"
    file = book(tmp_path / "x.xlsx", {"一": [list(brought(["x"], "来源渠道")[0]), *rows]}, merged={"一": ["E5:E10"]})
    assert "came as 初访, 网信" in refused(city, PetitionsElsewhere, "windows", file)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("来访时间", "来访事项", "反映问题类别"), "来访时间, 反映问题类别"),
        (("来访日期", "诉求内容"), "来访日期, 诉求内容"),
        (("接访领导", "投诉类别"), "接访领导, 投诉类别"),
        (("来访人数", "来访时间"), None),
        (("来电来访时间", "诉求内容"), None),
        (("来访人数", "服务事项"), None),
    ],
)
def test_to_an_office_people_come_with_complaints_and_to_a_library_with_none(
    tmp_path: Path, more: tuple[str, ...], told: str | None
) -> None:
    declared = tmp_path / "declared.yaml"
    declared.write_text("sources: {grids: {}, desk: {}}\n", encoding="utf-8")
    city = with_grids(make_home(tmp_path / "h", Settings(), declared), tmp_path)
    plain = {"网格编码": "G1", "发生时间": "2026-03-02"}
    rows = [{"编号": f"A{n}", **plain, **dict.fromkeys(more, "2026-03-02")} for n in range(4)]
    file = write_csv(tmp_path / "x.csv", rows)
    if told is None:
        assert load(city, "desk", file, force=True).accepted == 4
    else:
        for options in ({}, {"force": True}):
            assert told in refused(city, PetitionsElsewhere, "desk", file, **options)


@pytest.mark.parametrize("source", ["windows", "disputes"])
def test_a_register_to_which_some_come_and_that_of_a_mediator_are_loaded(tmp_path: Path, source: str) -> None:
    declared = tmp_path / "declared.yaml"
    declared.write_text(
        "sources: {grids: {}, disputes: {}, windows: {fields: [answered_at, form]}}\n"
        "targets: {harm: {source: disputes, date: escalated_at}}\n", encoding="utf-8",
    )  # fmt: skip
    city = with_grids(make_home(tmp_path / "h", Settings(), declared), tmp_path)
    ways = ["来访", "来访", "来电", "来电"] if source == "windows" else ["群众来访", "来访", "来访", "来信"]
    account = load(city, source, write_csv(tmp_path / "x.csv", brought(ways)), force=True)
    assert (account.accepted, account.reasons) == (4, {})


def test_a_register_that_names_calls_once_keeps_its_own_rules(city: Home, tmp_path: Path) -> None:
    """One heading of another source makes no file one of it: a swindle that a grid worker reports is a report."""
    rows = [
        {"事件编号": f"A{n}", "网格编码": "G1", "发生时间": "2026-03-02", "事件类型": word, "接警单位": "x"}
        for n, word in enumerate(("诈骗", "家暴"))
    ]
    account = load(city, "grid_reports", write_csv(tmp_path / "x.csv", rows))
    assert (account.accepted, account.reasons) == (2, {})
    assert Store(city).versions("grid_reports")["located_by"].tolist() == ["grid_id"] * 2


def test_categories_tell_a_file_whose_headings_do_not(city: Home, tmp_path: Path) -> None:
    words = ("火灾", "触电", "高空坠物", "溺水")
    rows = [{"编号": f"A{n}", "网格编码": "G1", "发生时间": "2026-03-02", "类型": words[n % 4]} for n in range(40)]
    file = write_csv(tmp_path / "x.csv", rows)
    assert "looks like incidents" in refused(city, FileOfAnotherSource, "disputes", file)
    # Words as departments write them, with an ending or a number: the load understands these, too.
    kinds = ("邻里纠纷", "物业纠纷", "3.婚姻家庭纠纷", "山林土地纠纷")
    register = [
        {"案件编号": f"A{n}", "网格编码": "G1", "发生日期": "2026-03-02", "纠纷类别": kinds[n % 4]} for n in range(40)
    ]
    assert "looks like disputes" in refused(
        city, FileOfAnotherSource, "petitions", write_csv(tmp_path / "z.csv", register)
    )
    # Some do not tell; nor do words that nobody knows.
    few = write_csv(tmp_path / "few.csv", rows[:8])
    assert load(city, "disputes", few).forced == ()
    strange = [{**row, "编号": f"B{n}", "类型": f"其他事项{n % 4}"} for n, row in enumerate(rows)]
    assert load(city, "disputes", write_csv(tmp_path / "y.csv", strange)).forced == ()


@pytest.mark.parametrize(
    ("source", "headings"),
    [
        ("disputes", ["工单编号", "事发时间", "上报时间", "立案时间", "网格编码", "类型"]),
        ("grid_reports", ["工单编号", "上报时间", "发生时间", "网格编码", "工单状态", "事件类型"]),
        ("incidents", ["编号", "报警时间", "网格编码", "隐患编号", "事故类型"]),
        ("hotline", ["诉求编号", "信访时间", "来电时间", "网格编码", "诉求类型"]),
    ],
)
def test_headings_of_neighbours_are_no_alarm(city: Home, tmp_path: Path, source: str, headings: list[str]) -> None:
    row = {heading: "2026-03-02" if heading.endswith("时间") else "G1" for heading in headings}
    try:
        load(city, source, write_csv(tmp_path / "x.csv", [row]))
    except FileOfAnotherSource as error:
        raise AssertionError(str(error)) from error
    except RiskwarnError:
        pass  # two headings for one field are another matter


def test_a_preset_of_another_source_is_refused(city: Home, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "纠纷.csv", [dispute(n) for n in range(30)])
    load(city, "disputes", file)
    assert "hotline" in refused(city, PresetOfAnotherSource, "disputes", file, preset="12345")
    mapping = tmp_path / "m.yaml"
    mapping.write_text("preset: petition\n", encoding="utf-8")
    refused(city, PresetOfAnotherSource, "disputes", file, mapping=mapping)
    assert load(city, "disputes", file, preset="12345", force=True).forced


def spread(first: int, count: int, days: int, start: datetime = datetime(2025, 1, 1)) -> list[dict[str, Any]]:
    """Disputes evenly over some days."""
    step = timedelta(days=days) / count
    return [
        dispute(
            first + n,
            发生时间=f"{start + n * step:%Y-%m-%d %H:%M:%S}",
            登记时间=f"{start + n * step:%Y-%m-%d %H:%M:%S}",
        )
        for n in range(count)
    ]


def test_ten_times_as_many_as_ever_in_as_long_a_time_is_too_many(city: Home, tmp_path: Path) -> None:
    # The first load, however large; then a history of one a day.
    load(city, "disputes", write_csv(tmp_path / "a.csv", spread(0, 180, 180)))
    month = datetime(2025, 7, 1)
    many = write_csv(tmp_path / "b.csv", spread(1_000, 1_200, 30, month))
    assert "1200 new records of 3" in refused(city, LoadTooLarge, "disputes", many)
    # As many in two years are of the same pace, and a small load is never too large.
    assert load(city, "disputes", write_csv(tmp_path / "c.csv", spread(5_000, 1_200, 700, month))).forced == ()
    assert load(city, "disputes", write_csv(tmp_path / "d.csv", spread(9_000, 400, 7, month))).forced == ()
    # The busiest time of as many days counts, and many came in d.csv.
    assert load(city, "disputes", many).forced == ()


def test_what_was_written_at_registration_is_not_rewritten(city: Home, tmp_path: Path) -> None:
    rows = [dispute(n) for n in range(60)]
    load(city, "disputes", write_csv(tmp_path / "a.csv", rows))
    later = datetime(2026, 11, 2, tzinfo=UTC)

    def again(name: str, **changes: Any) -> Path:
        return write_csv(tmp_path / f"{name}.csv", [{**row, **changes} for row in rows])

    for field, change in (
        ("occurred_at", {"发生时间": "2026-03-01 00:00:00"}),
        ("category", {"纠纷类型": "物业"}),
        ("category", {"纠纷类型": ""}),
        ("grid_id", {"网格编码": "G2"}),
    ):
        assert f"change {field} in" in refused(city, RecordsRewritten, "disputes", again(field, **change), now=later)
    # Closings, answers, status and outcome may change in every record; so may the category of some.
    closed = again("closed", 化解时间="2026-04-01", 办理状态="已办结", 调解结果="调解成功")
    assert load(city, "disputes", closed, now=later).corrected == 60
    some = write_csv(
        tmp_path / "some.csv", [{**row, "化解时间": "2026-04-01", "纠纷类型": "物业"} for row in rows[:20]] + rows[20:]
    )
    assert load(city, "disputes", some, now=later, force=False).corrected >= 20


def test_the_numbers_of_another_department_are_not_taken_for_corrections(city: Home, tmp_path: Path) -> None:
    ours = [{**dispute(n), "纠纷编号": f"{n:03d}"} for n in range(8)]
    load(city, "disputes", write_csv(tmp_path / "a.csv", ours))
    theirs = [{**row, "发生时间": f"2026-06-{n + 1:02d} 08:00:00", "登记时间": ""} for n, row in enumerate(ours)]
    later = datetime(2026, 11, 2, tzinfo=UTC)
    said = refused(city, RecordsRewritten, "disputes", write_csv(tmp_path / "b.csv", theirs), now=later)
    assert "change occurred_at in 100% of the 8" in said and "before its ids" in said
    # A few corrections, or a time put right here and there, go on.
    assert load(city, "disputes", write_csv(tmp_path / "c.csv", theirs[:3] + ours[3:]), now=later).corrected == 3


def test_what_becomes_better_known_is_not_rewritten(city: Home, tmp_path: Path) -> None:
    rows = [dispute(n, 网格编码="", 社区="青山0社区", 街道="石桥街道", 纠纷类型="邻居吵架") for n in range(40)]
    load(city, "disputes", write_csv(tmp_path / "a.csv", rows))
    mapping = tmp_path / "m.yaml"
    mapping.write_text("words: {category: {邻居吵架: neighbourhood}}\n", encoding="utf-8")
    better = write_csv(tmp_path / "b.csv", [{**row, "网格编码": "G1"} for row in rows])
    account = load(city, "disputes", better, mapping=mapping, now=datetime(2026, 11, 2, tzinfo=UTC))
    assert (account.corrected, account.forced) == (40, ())


def test_a_file_of_corrections_alone_is_no_alarm(city: Home, tmp_path: Path) -> None:
    load(city, "disputes", write_csv(tmp_path / "a.csv", [dispute(n, 更新时间="2026-04-01") for n in range(400)]))
    corrected = [dispute(n, 纠纷类型="物业", 更新时间="2026-05-01") for n in range(30)]
    assert load(city, "disputes", write_csv(tmp_path / "b.csv", corrected)).corrected == 30
    # Without the register's own time of change it is a mapping that went wrong.
    silent = [dispute(n, 纠纷类型="物业") for n in range(100, 130)]
    refused(city, RecordsRewritten, "disputes", write_csv(tmp_path / "c.csv", silent))
