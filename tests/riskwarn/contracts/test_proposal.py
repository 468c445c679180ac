"""`riskwarn map`: fields by heading and by values, what is unsure, nothing personal told, a file that ingest takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from riskwarn.configuration import Configuration
from riskwarn.declarations import read_yaml
from riskwarn.errors import UnknownSource
from riskwarn.home import Home
from riskwarn.ingest.mapping_proposal.guessing import UNSURE
from riskwarn.ingest.mapping_proposal.mapping_file import as_yaml
from riskwarn.ingest.mapping_proposal.proposal import Proposal, propose
from riskwarn.ingest.mapping_proposal.recognised import Place
from riskwarn.mapping import Mapping
from riskwarn.messages import translated
from riskwarn.store import Store
from tests.worlds import load, with_grids, write_csv

NAMES = ("王建国", "李秀英", "张伟", "刘洋", "陈静", "杨丽华", "赵志强", "黄桂兰")


def strange(count: int = 40) -> list[dict[str, Any]]:
    """An export whose headings nobody has seen: fields are told by values only."""
    return [
        {
            "单号": f"AH{n:05d}",
            "片": f"G{n % 4}",
            "发案": f"2026-03-{n % 28 + 1:02d} 09:{n % 60:02d}:00",
            "录": f"2026-04-{n % 28 + 1:02d} 10:00:00",
            "事项类": ["邻里", "物业", "借贷", "噪音扰民"][n % 4],
            "档": ["一般", "较大", "重大"][n % 3],
            "怎么办": ["调解成功", "引导诉讼", "调好了"][n % 3],
            "谁": NAMES[n % 8],
            "联系电话": f"1398377{n:04d}",
            "说": f"住户反映楼上长期漏水，物业多次上门没有修好，双方发生争吵，第{n}次",
            "空": "",
        }
        for n in range(count)
    ]


def told(proposal: Proposal) -> dict[str, str | None]:
    return {one.heading: one.field for one in proposal.columns}


@pytest.fixture
def proposal(tmp_path: Path) -> Proposal:
    places = [Place("grid_id", frozenset(f"G{n}" for n in range(4)))]
    return propose(
        write_csv(tmp_path / "上月纠纷.csv", strange(), "gb18030"), Configuration(), source="disputes", places=places
    )


def test_fields_are_told_by_their_values(proposal: Proposal) -> None:
    assert told(proposal) == {
        "单号": "record_id", "片": "grid_id", "发案": "occurred_at", "录": None, "事项类": "category", "档": "severity",
        "怎么办": "outcome", "谁": None, "联系电话": None, "说": "text", "空": None,
    }  # fmt: skip
    unsure = {one.heading for one in proposal.columns if not one.sure}
    assert {"单号", "档", "怎么办", "发案"} <= unsure and "片" not in unsure
    assert proposal.missing == ()


def test_nothing_personal_is_told(proposal: Proposal) -> None:
    text = as_yaml(proposal) + json.dumps(proposal.as_dict(), ensure_ascii=False)
    assert not any(name in text for name in NAMES)
    assert "1398377" not in text and "漏水" not in text
    why = {one.heading: one.ground for one in proposal.columns}
    assert "persons" in why["联系电话"] and "personal" in why["谁"]


def test_words_that_no_list_knows_are_told_for_translation(proposal: Proposal) -> None:
    assert proposal.unknown_words == {"outcome": {"调好了": 13}}
    (note,) = [one for one in proposal.notes if "by the parts" in one]
    assert note == "category by the parts of its words: 噪音 → neighbourhood"
    assert translated(note, "zh").endswith("噪音 → 邻里")


def test_the_proposed_file_loads(home: Home, tmp_path: Path, proposal: Proposal) -> None:
    with_grids(home, tmp_path)
    path = write_csv(tmp_path / "d.csv", strange())
    mapping = tmp_path / "m.yaml"
    mapping.write_text(as_yaml(proposal), encoding="utf-8")
    assert read_yaml(mapping, Mapping).columns["occurred_at"] == "发案"
    account = load(home, "disputes", path, mapping=mapping)
    assert (account.read, account.accepted) == (40, 40)
    stored = Store(home).versions("disputes")
    assert set(stored["grid_id"]) == {"G0", "G1", "G2", "G3"}
    assert set(stored["severity"]) == {"general", "larger", "major"}


def test_usual_headings_need_no_line(tmp_path: Path) -> None:
    rows = [
        {"工单编号": f"T{n}", "来电时间": f"2026-03-{n + 1:02d}", "社区": "青山社区", "诉求类别": "噪声", "工单类型": "投诉",
         "网格编码": "G1", "激化时间": "", "紧急程度": "普通"}
        for n in range(20)
    ]  # fmt: skip
    proposal = propose(write_csv(tmp_path / "热线.csv", rows), Configuration())
    assert (proposal.source, proposal.preset) == ("hotline", "12345")
    assert proposal.mapping == {"columns": {"escalated_at": "激化时间"}}
    preset = propose(tmp_path / "热线.csv", Configuration(), preset="12345")
    assert preset.mapping["preset"] == "12345" and preset.missing == ()
    written = tmp_path / "m.yaml"
    written.write_text(as_yaml(preset), encoding="utf-8")
    assert read_yaml(written, Mapping).retention == "24 months"


def test_what_is_missing_and_what_is_doubtful_is_said(tmp_path: Path) -> None:
    rows = [{"编号": f"D{n}", "发生时间": f"{n % 12 + 1}/{n % 9 + 1}/2026", "类型": "邻里"} for n in range(30)]
    proposal = propose(write_csv(tmp_path / "纠纷.csv", rows), Configuration())
    assert len(proposal.missing) == 1 and proposal.missing[0].startswith("grid_id or")
    assert any("M/D/YYYY or D/M/YYYY" in note and "dates:" in note for note in proposal.notes)
    assert not next(one.sure for one in proposal.columns if one.heading == "发生时间")
    assert "# missing: grid_id" in as_yaml(proposal)


@pytest.mark.parametrize(
    ("unread", "said"), [(0, None), (7, "7% of its cells cannot be read as dates"), (60, "it holds no dates")]
)
def test_a_column_of_mixed_dates_is_judged_as_the_load_reads_it(tmp_path: Path, unread: int, said: str | None) -> None:
    forms = ("2026年3月{}日上午", "2026.3.{}", "2026-03-{:02d} 08:05", "3月{}日")
    rows = [
        {
            "编号": f"D{n}",
            "网格编码": "G1",
            "发生时间": forms[3 if n < unread else n % 3].format(n % 28 + 1),
            "类型": "邻里",
        }
        for n in range(100)
    ]
    proposal = propose(write_csv(tmp_path / "纠纷.csv", rows), Configuration(), source="disputes")
    doubts = [note for note in proposal.notes if "发生时间" in note and "by its heading, but" in note]
    assert len(doubts) == (said is not None) and all(str(said) in doubt for doubt in doubts)
    assert next(one.sure for one in proposal.columns if one.heading == "发生时间") == (said is None)


def test_points_without_an_id_get_one_of_several_columns(tmp_path: Path) -> None:
    rows = [
        {"start_dt": f"2026-06-{n % 9 + 1:02d}T16:45:38.000", "longitude": -114.06382 - n / 1e4, "latitude": 51.06539}
        for n in range(60)
    ]
    proposal = propose(write_csv(tmp_path / "traffic.csv", rows), Configuration())
    assert proposal.source == "incidents" and proposal.missing == ()
    assert proposal.identity == ("start_dt", "longitude", "latitude")
    text = as_yaml(proposal)
    assert "identity: [start_dt, longitude, latitude]" in text and "# always: {category: ...}" in text
    assert any("longitude -114.07 to -114.06" in note for note in proposal.notes)


def test_an_export_of_counts_is_seen(tmp_path: Path) -> None:
    rows = [
        {"comm_code": f"C{n % 5}", "category": "Theft", "crime_count": n % 7, "year": 2024, "month": n % 12 + 1}
        for n in range(60)
    ]
    codes = [Place("grid_id", frozenset(f"C{n}" for n in range(5)))]
    proposal = propose(write_csv(tmp_path / "crime.csv", rows), Configuration(), source="incidents", places=codes)
    assert proposal.missing == ()
    mapping = Mapping.model_validate(dict(proposal.mapping))
    assert mapping.period is not None and mapping.period.year == "year"
    assert mapping.columns == {"grid_id": "comm_code", "count": "crime_count"}


@pytest.mark.parametrize(
    ("name", "headings", "source"),
    [
        ("网格.csv", ["网格编码", "社区", "街道", "区县"], "grids"),
        ("x.csv", ["网格编码", "统计日期", "常住人口"], "demographics"),
        ("x.csv", ["信访件编号", "信访日期", "问题属地", "信访目的"], "petitions"),
        ("x.csv", ["隐患编号", "发现日期", "隐患等级", "整改时限", "网格编码"], "hazards"),
        ("x.csv", ["接警单编号", "报警时间", "警情地址", "接警类别"], "police_calls"),
        ("x.csv", ["纠纷编号", "发生时间", "纠纷类型", "网格编码"], "disputes"),
        (
            "13812345678上报.csv",
            ["编号", "镇街", "村（社区）", "发生时间", "登记时间", "纠纷类型", "化解结果", "化解时间"],
            "disputes",
        ),
        ("信访事项.csv", ["编号", "镇街", "登记时间", "纠纷类型"], "petitions"),
        ("x.csv", ["from_grid_id", "to_grid_id", "effective_at", "weight"], "grid_lineage"),
    ],
)
def test_the_source_is_guessed(tmp_path: Path, name: str, headings: list[str], source: str) -> None:
    proposal = propose(write_csv(tmp_path / name, [dict.fromkeys(headings, "2026-03-01")]), Configuration())
    assert proposal.source == source and not proposal.source_ground.endswith(UNSURE if name[0] == "1" else "nothing")


def test_a_source_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownSource):
        propose(write_csv(tmp_path / "d.csv", strange()), Configuration(), source="gossip")
