"""Every load says where its records landed, and what would bring more of them to a grid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import Home
from riskwarn.ingest.places.landing import landed
from riskwarn.messages import translated
from riskwarn.store import Store
from tests.worlds import dispute, grid_rows, load, with_grids, write_csv


def test_a_load_says_where_its_records_lie(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    addresses = ["青山0社区第1网格8号", "青山1社区4网格", "青山1社区某处", ""]
    elsewhere = [dispute(n, 网格编码="", 社区编码="C1", 地址=addresses[n % 4]) for n in range(1, 8)]
    rows = [dispute(0, 社区编码="", 地址=""), *elsewhere]
    account = load(home, "disputes", write_csv(tmp_path / "disputes.csv", rows))
    assert account.located == {"address": 3, "community": 4, "grid_id": 1}
    assert (
        "placed: in a grid 50 % (grids in addresses 38 %, grid id 12 %); above the grid: by community 50 %"
        in account.notes
    )
    advice = next(note for note in account.notes if note.startswith("records above the grid"))
    assert "coordinates" in advice and "riskwarn ingest places" in advice and "a column of grid ids" not in advice
    assert account.as_dict()["located"] == account.located


def test_a_load_counts_the_rows_whose_coordinates_contradict_the_grid_that_they_name(
    home: Home, tmp_path: Path
) -> None:
    grids = [{**row, "经度": 106.5 + index / 100, "纬度": 29.5} for index, row in enumerate(grid_rows(4))]
    load(home, "grids", write_csv(tmp_path / "grids.csv", grids))
    names = [str(row["网格名称"]) for row in grids]
    rows = [
        dispute(
            n, 网格编码="", 社区编码=grids[n]["社区编码"], 网格名称=names[n], 经度=106.5 + min(n, 1) / 100, 纬度=29.5
        )
        for n in range(4)
    ]
    account = load(home, "disputes", write_csv(tmp_path / "disputes.csv", rows))
    assert account.located == {"path": 4}
    assert sorted(Store(home).versions("disputes")["grid_id"]) == [row["网格编码"] for row in grids]
    (told,) = [note for note in account.notes if "nearer to the centre of another" in note]
    assert told.startswith("2 row(s) name a grid and have coordinates")


def test_nothing_is_advised_where_all_lie_in_grids_and_nothing_said_of_no_records() -> None:
    assert landed({("grid_id", True): 3}, ["grid_id"], places=False) == ["placed: in a grid 100 %"]
    assert landed({}, [], places=False) == []
    assert landed({("grid_id", True): 1999, ("town", False): 1}, ["grid_id"], places=True) == [
        "placed: in a grid over 99 %; above the grid: by town under 1 %"
    ]


@pytest.mark.parametrize(
    ("rungs", "said"),
    [
        ({("grid_id", True): 3}, "定位：到网格 100 %"),
        ({("grid_id", True): 1999, ("town", False): 1}, "定位：到网格 超过 99 %；网格以上：按镇街 不到 1 %"),
        (
            {("places", True): 9, ("coordinates", True): 8, ("community", False): 2, ("service_area", False): 1},
            "定位：到网格 85 %（地名 45 %、坐标 40 %）；网格以上：按社区 10 %、按辖区 5 %",
        ),
    ],
)
def test_what_the_ledger_kept_as_a_text_is_told_in_chinese_all_of_it(
    rungs: dict[tuple[str, bool], int], said: str
) -> None:
    for kept in (json.loads(json.dumps(landed(rungs, ["grid_id"], places=True)))[0], landed(rungs, [], True)[0]):
        assert translated(kept, "zh") == said
    asked = "".join(json.loads(json.dumps(landed({("town", False): 1}, ["coordinates"], places=True)))[1:])
    assert translated(asked, "zh").endswith("若有网格编码列，或地址（只用于定位，不留存），更多记录可定位到网格")


def test_a_place_that_fits_several_is_refused_with_that_reason(home: Home, tmp_path: Path) -> None:
    """Two communities of another number, each with a first grid; and an address that names nothing."""
    rows = [{**row, "网格名称": f"第{index % 2 + 1}网格"} for index, row in enumerate(grid_rows(4))]
    load(home, "grids", write_csv(tmp_path / "grids.csv", rows))
    addresses = ["第1网格12号", "青山1社区第1网格", "某处"]
    told = [dispute(n, 网格编码="", 地址=address) for n, address in enumerate(addresses)]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", told))
    assert account.reasons == {"several_places": 1, "unknown_place": 1}
    kept = [(one["row"], one["column"], one["value_class"], one["reason"]) for one in Store(home).quarantined()]
    assert kept == [(2, "地址", "text", "several_places"), (4, "地址", "text", "unknown_place")]


def test_ids_that_lost_their_zeros_are_read_with_them_and_counted(home: Home, tmp_path: Path) -> None:
    grids = [{**row, "网格编码": f"00{index + 11}"} for index, row in enumerate(grid_rows(4))]
    load(home, "grids", write_csv(tmp_path / "grids.csv", grids))

    def note(source: str, rows: list[dict[str, Any]], unknown: int = 0) -> list[str]:
        account = load(home, source, write_csv(tmp_path / f"{source}{len(rows)}.csv", rows))
        assert account.reasons == ({"unknown_grid": unknown} if unknown else {})
        assert account.accepted == len(rows) - unknown
        return [told for told in account.notes if "zeros" in told]

    (told,) = note("disputes", [dispute(n, 网格编码=("11", "12", "12", "99")[n]) for n in range(4)], unknown=1)
    assert told.startswith("3 row(s) name a grid without the zeros before its id (Excel")
    assert "12 → 0012, 11 → 0011" in told
    stored = Store(home).versions("disputes")
    assert sorted(stored["grid_id"]) == ["0011", "0012", "0012"] and set(stored["located_by"]) == {"grid_id"}
    people = [{"网格编码": str(n), "统计日期": "2026-01-01", "常住人口": "800"} for n in (11, 13)]
    (told,) = note("demographics", people)
    assert "11 → 0011, 13 → 0013" in told
    assert sorted(Store(home).versions("demographics")["grid_id"]) == ["0011", "0013"]
    (told,) = note("places", [{"名称": "幸福里", "网格编码": "14"}])
    assert Store(home).versions("places")["grid_id"].tolist() == ["0014"]
    # Few of many were perhaps another city's.
    assert note("disputes", [dispute(n, 网格编码=str(n + 12)) for n in range(8)], unknown=8) == []


def test_what_the_names_of_a_row_say_goes_before_a_number_that_only_fits(home: Home, tmp_path: Path) -> None:
    """Two grids a community: the number 2 is the second of the city, or the second of a community that the row names."""
    grids = [{**row, "网格编码": f"000{index + 1}"} for index, row in enumerate(grid_rows(4))]
    load(home, "grids", write_csv(tmp_path / "grids.csv", grids))
    told = [dispute(n, 网格编码=code, 社区编码=unit) for n, (code, unit) in enumerate([("1", "C0"), ("2", "C1")])]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", told))
    assert account.located == {"community": 1, "grid_id": 1}
    stored = Store(home).versions("disputes").sort_values("row")
    assert stored["grid_id"].fillna("").tolist() == ["0001", ""] and stored["unit"].fillna("").tolist() == ["", "C1"]
