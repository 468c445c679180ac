"""What `map` proposes is what `ingest` reads: both ask the same code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from riskwarn.cli import riskwarn
from riskwarn.configuration import Configuration
from riskwarn.errors import ColumnMissing
from riskwarn.home import Home
from riskwarn.ingest.mapping_proposal.mapping_file import as_yaml
from riskwarn.ingest.mapping_proposal.matching import Place
from riskwarn.ingest.mapping_proposal.proposal import Proposal, Proposed, propose
from riskwarn.store import Store
from tests.worlds import dispute, grid_rows, load, with_grids, write_csv


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
    assert proposal.identity == ("时", "经度", "纬度")


def test_a_time_to_the_minute_is_no_id(tmp_path: Path) -> None:
    def identity(form: str) -> tuple[str, ...]:
        rows = [{"时": form.format(n // 20 + 1, n % 20), "网格编码": f"G{n % 4}", "类型": "火灾"} for n in range(100)]
        return propose(write_csv(tmp_path / "x.csv", rows), Configuration(), source="incidents").identity

    assert identity("2026-03-{:02d} 09:{:02d}") == ("时", "网格编码")
    assert identity("2026-03-{:02d} 09:{:02d}:17") == ("时",)


def test_a_load_without_id_says_how_one_is_made(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [{"发生时间": "2026-03-02", "网格编码": "G1", "事故类型": "火灾"}]
    with pytest.raises(ColumnMissing, match=r"identity: names several .* riskwarn load"):
        load(home, "incidents", write_csv(tmp_path / "a.csv", rows))
