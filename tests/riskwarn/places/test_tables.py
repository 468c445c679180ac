"""Loading what a city says of its places: lineage, names, areas, breaks, borders. Whole groups or nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features import read_city
from riskwarn.home import Home
from riskwarn.ingest import Account
from riskwarn.ingest.places.coordinates import wgs84_to_gcj02
from riskwarn.store import Store
from tests.worlds import dispute, grid_rows, load, with_grids, write_csv


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    return with_grids(home, tmp_path)


def lineage(*rows: tuple[str, str, str, str]) -> list[dict[str, Any]]:
    names = ("from_grid_id", "to_grid_id", "effective_at", "weight")
    return [dict(zip(names, row, strict=True)) for row in rows]


def loaded(city: Home, folder: Path, source: str, rows: list[dict[str, Any]], **options: Any) -> Account:
    account = load(city, source, write_csv(folder / f"{source}-{len(list(folder.iterdir()))}.csv", rows), **options)
    assert account.read == account.accepted + account.duplicates + account.corrected + account.quarantined
    return account


@pytest.mark.parametrize(
    ("weights", "stored", "reasons"),
    [
        (("0.25", "0.75"), [0.25, 0.75], {}),
        (("25%", "75%"), [0.25, 0.75], {}),
        (("25", "75"), [0.25, 0.75], {}),
        (("", ""), [None, None], {}),
        (("0.33", "0.66"), [1 / 3, 2 / 3], {}),
        (("0.25", "0.5"), [], {"bad_weights": 2}),
        (("0.25", ""), [], {"bad_weights": 2}),
        (("-0.5", "1.5"), [], {"bad_number": 1, "bad_weights": 1}),
        (("x", "1"), [], {"bad_number": 1, "bad_weights": 1}),
    ],
)
def test_weights_sum_to_one_or_the_whole_group_is_refused(
    city: Home, tmp_path: Path, weights: tuple[str, str], stored: list[float], reasons: dict[str, int]
) -> None:
    rows = lineage(("OLD", "G0", "2026-01-01", weights[0]), ("OLD", "G1", "2026-01-01", weights[1]))
    account = loaded(city, tmp_path, "grid_lineage", [*rows, *lineage(("B", "G3", "2026-01-01", "1"))])
    assert account.reasons == reasons
    held = Store(city).versions("grid_lineage").query("from_grid_id == 'OLD'")["weight"].tolist()
    assert [None if pd.isna(weight) else round(weight, 9) for weight in held] == [
        None if weight is None else round(weight, 9) for weight in stored
    ]


def test_a_successor_that_nobody_knows_takes_its_group_with_it(city: Home, tmp_path: Path) -> None:
    rows = lineage(
        ("OLD", "G0", "2026-01-01", ""), ("OLD", "G99", "2026-01-01", ""), ("B", "OLD", "2025-01-01", "")
    )  # fmt: skip
    account = loaded(city, tmp_path, "grid_lineage", rows)
    assert (account.accepted, account.reasons) == (1, {"unknown_grid": 1, "bad_weights": 1})


def test_a_changed_statement_is_stored_whole_and_the_same_again_is_none(city: Home, tmp_path: Path) -> None:
    first = lineage(("OLD", "G0", "2026-01-01", "0.5"), ("OLD", "G1", "2026-01-01", "0.5"))
    assert loaded(city, tmp_path, "grid_lineage", first).accepted == 2
    assert loaded(city, tmp_path, "grid_lineage", first[::-1]).duplicates == 2
    second = lineage(("OLD", "G0", "2026-01-01", "0.5"), ("OLD", "G2", "2026-01-01", "0.5"))
    account = loaded(city, tmp_path, "grid_lineage", second)
    assert (account.corrected, account.accepted) == (1, 1)
    places = read(city, tmp_path).geography
    assert [heir for heir, _ in places.lineage.heirs("OLD", 0)] == ["G0", "G2"]


def read(city: Home, folder: Path) -> Any:
    if not Store(city).versions("disputes", ["record_id"]).size:
        loaded(city, folder, "disputes", [dispute(1)])
    return read_city(city, date(2026, 6, 1))


def test_old_records_in_grids_that_only_the_lineage_knows(city: Home, tmp_path: Path) -> None:
    loaded(city, tmp_path, "grid_lineage", lineage(("OLD", "G2", "2026-05-01", "1")))
    account = loaded(city, tmp_path, "disputes", [dispute(1, 网格编码="OLD")])
    assert account.accepted == 1
    found = read(city, tmp_path)
    assert found.geography.grid_ids[found.beliefs["disputes"]["grid"].iloc[0]] == "G2"


def test_places_lead_to_grids_and_addresses_are_not_kept(city: Home, tmp_path: Path) -> None:
    told = [
        {"name": "阳光花园", "grid_id": "G1", "community": "", "town": ""},
        {"name": "大市场", "grid_id": "", "community": "青山1社区", "town": ""},
        {"name": "无处", "grid_id": "", "community": "", "town": ""},
        {"name": "", "grid_id": "G1", "community": "", "town": ""},
        {"name": "远方", "grid_id": "G77", "community": "", "town": ""},
    ]
    account = loaded(city, tmp_path, "places", told)
    assert (account.accepted, account.reasons) == (2, {"no_place": 1, "missing_name": 1, "unknown_grid": 1})
    stored = Store(city).versions("places")
    assert stored["community"].fillna("").tolist() == ["", "C1"]


def test_service_areas_serve_the_units_and_no_grid(city: Home, tmp_path: Path) -> None:
    areas = [
        {"name": "石桥派出所", "kind": "派出所", "grid_id": "G0", "weight": "0.4"},
        {"name": "石桥派出所", "kind": "派出所", "grid_id": "G2", "weight": "0.6"},
        {"name": "半个所", "kind": "派出所", "grid_id": "G2", "weight": "0.6"},
    ]
    account = loaded(city, tmp_path, "service_areas", areas)
    assert (account.accepted, account.reasons) == (2, {"bad_weights": 1})


def test_breaks_concern_all_ground_that_their_unit_shares(city: Home, tmp_path: Path) -> None:
    told = [
        {"date": "2026-02-01", "source": "disputes", "unit": "C1", "reason": "换系统"},
        {"date": "2026-01-01", "source": "disputes", "unit": "", "reason": "新标准"},
        {"date": "2026-03-01", "source": "hotline", "unit": "石桥街道", "reason": "并线"},
        {"date": "2026-03-01", "source": "disputes", "unit": "无此处", "reason": "?"},
        {"date": "", "source": "disputes", "unit": "C1", "reason": "?"},
    ]
    account = loaded(city, tmp_path, "breaks", told)
    assert (account.accepted, account.reasons) == (3, {"unknown_unit": 1, "missing_date": 1})
    found = read(city, tmp_path).breaks
    days = {unit: [one.day.month for one in found.of("disputes", unit)] for unit in ("G0", "G2", "C0", "C1", None)}
    assert days == {"G0": [1], "G2": [1, 2], "C0": [1], "C1": [1, 2], None: [1, 2]}
    assert [one.day.month for one in found.of("disputes", "C1", until=date(2026, 2, 1))] == [1]
    rows = found.by_grid(read(city, tmp_path).calendar)
    assert sorted(rows.loc[rows["source"] == "disputes", "grid"]) == [0, 1, 2, 2, 3, 3]
    assert rows.loc[rows["source"] == "hotline", "known_at"].iloc[0] == pd.Timestamp("2026-02-28T16:00:00")


def test_borders_and_centres_in_other_systems_become_wgs84(home: Home, tmp_path: Path) -> None:
    x, y = wgs84_to_gcj02(pd.Series([106.50, 106.52]).to_numpy(), pd.Series([29.50, 29.52]).to_numpy())
    wkt = f"POLYGON (({x[0]} {y[0]}, {x[1]} {y[0]}, {x[1]} {y[1]}, {x[0]} {y[1]}))"
    rows = [{**grid_rows(1)[0], "经度": y[0], "纬度": x[0], "geometry": wkt}, {**grid_rows(2)[1], "geometry": "圆形"}]
    mapping = tmp_path / "m.yaml"
    mapping.write_text("coordinates: gcj02\n", encoding="utf-8")
    account = load(home, "grids", write_csv(tmp_path / "g.csv", rows), mapping=mapping)
    assert any("exchanged" in note for note in account.notes)
    assert any(note.startswith("geometry: 1") for note in account.notes)
    stored = Store(home).versions("grids")
    assert (round(stored["longitude"][0], 6), round(stored["latitude"][0], 6)) == (106.5, 29.5)
    assert "106.5" in stored["geometry"][0]
    assert pd.isna(stored["geometry"][1])
