"""The simulated city: the same by its seed, written as departments write, with a truth that the future keeps."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from riskwarn.errors import FolderNotEmpty, OutputRefused
from riskwarn.files import sha256
from riskwarn.simulate import END, simulate, simulate_city
from riskwarn.simulate.borders import borders
from riskwarn.simulate.city import weeks_with_truth
from riskwarn.simulate.truth import truth
from tests.conftest import Town


def test_one_seed_one_city(tmp_path: Path) -> None:
    for name in ("one", "other"):
        simulate(tmp_path / name, grids=12, weeks=40, seed=5)
    simulate(tmp_path / "third", grids=12, weeks=40, seed=6)

    def contents(name: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for file in sorted((tmp_path / name).iterdir()):
            # A workbook holds the time of its writing.
            found[file.name] = (
                pd.read_excel(file, engine="openpyxl").to_csv() if file.suffix == ".xlsx" else sha256(file)
            )
        return found

    assert contents("one") == contents("other")
    assert contents("one") != contents("third")


def test_another_end_moves_the_same_life_as_a_whole() -> None:
    """Of the tables of cases every time lies as many weeks later, and nothing else changes."""
    one, other = simulate_city(12, 40, 5), simulate_city(12, 40, 5, end=END + timedelta(weeks=21))
    assert other.as_of - one.as_of == other.start - one.start == timedelta(weeks=21)
    for name in ("disputes", "petitions", "hazards", "incidents", "grid_reports", "interventions", "hotline"):
        before, after = getattr(one, name), getattr(other, name)
        assert len(before)
        for column in before:
            later = before[column]
            if pd.api.types.is_datetime64_any_dtype(later):
                later = (later + pd.Timedelta(weeks=21)).astype(later.dtype)
            pd.testing.assert_series_equal(later, after[column])
    with pytest.raises(ValueError, match="ends on a Monday, not on Tuesday"):
        simulate_city(12, 40, 5, end=END + timedelta(days=1))


def test_a_city_of_another_end_takes_the_place_of_none(tmp_path: Path) -> None:
    simulate(tmp_path / "city", grids=12, weeks=40, seed=5, futures=100)
    again = simulate(tmp_path / "city", grids=12, weeks=40, seed=5, futures=100)
    assert again.as_of == "2026-06-29"
    with pytest.raises(OutputRefused):
        simulate(tmp_path / "city", grids=12, weeks=40, seed=5, futures=100, end=END + timedelta(weeks=1))
    moved = simulate(
        tmp_path / "city", grids=12, weeks=40, seed=5, futures=100, end=END + timedelta(weeks=1), force=True
    )
    assert moved.as_of == "2026-07-06" and {one.exported_at for one in moved.exports} == {END + timedelta(weeks=1)}


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "年报.docx").write_text("x")
    with pytest.raises(FolderNotEmpty, match=r"年报\.docx"):
        simulate(tmp_path, grids=12, weeks=40, seed=5)
    assert [file.name for file in tmp_path.iterdir()] == ["年报.docx"]


def test_borders_of_grids_tile_the_city_and_each_holds_its_centre() -> None:
    """Those of today: of the grids before the re-drawing there are centres alone, as before."""
    city = simulate_city(110, 40, 3)
    drawn = shapely.from_wkt(borders(city.world))
    assert shapely.coverage_is_valid(drawn) and shapely.is_valid(drawn).all()
    assert shapely.contains_xy(drawn, city.world.longitude, city.world.latitude).all()
    assert shapely.union_all(drawn).geom_type == "Polygon", "no hole and no island"
    centres = np.column_stack([city.world.longitude, city.world.latitude])
    corners, grid = shapely.get_coordinates(drawn, return_index=True)
    assert np.linalg.norm(corners - centres[grid], axis=1).max() < 0.1, "none reaches over half the city"


def test_every_grid_in_force_has_a_border_and_no_former_one(town: Town) -> None:
    grids = pd.read_csv(town.exports / "网格.csv", dtype=str)
    ended = grids["停用日期"].notna()
    assert grids.loc[~ended, "边界"].str.startswith("POLYGON").all()
    assert ended.any() and grids.loc[ended, "边界"].isna().all()


def test_exports_look_like_those_of_departments(town: Town) -> None:
    disputes = town.exports / "矛盾纠纷.csv"
    with pytest.raises(UnicodeDecodeError):
        disputes.read_text(encoding="utf-8")
    rows = pd.read_csv(disputes, encoding="gb18030", dtype=str)
    assert {"纠纷类型", "登记时间"} <= set(rows.columns)
    assert any("姓名" in name or "电话" in name or "身份证" in name for name in rows.columns)
    assert rows.duplicated().any(), "some cases come twice"
    assert {file.suffix for file in town.exports.iterdir()} >= {".csv", ".xlsx", ".parquet"}


def test_nothing_personal_reaches_the_home(town: Town) -> None:
    """Every byte under the home is searched for the invented people."""
    planted: set[bytes] = set()
    for file in town.exports.glob("*.csv"):
        encoding = "gb18030" if file.name.startswith("矛盾纠纷") else "utf-8-sig"
        rows = pd.read_csv(file, encoding=encoding, dtype=str)
        for name in rows.columns:
            if any(word in name for word in ("姓名", "电话", "身份证", "手机", "住址")):
                planted |= {value.encode() for value in rows[name].dropna().unique()[:200] if len(value) >= 8}
    assert planted
    for file in town.home.path.rglob("*"):
        if file.is_file():
            held = file.read_bytes()
            assert not [value for value in planted if value in held], file


def test_the_truth_is_calibrated_against_another_set_of_futures() -> None:
    city = simulate_city(10, 40, 3)
    one = truth(city, futures=200)
    assert set(one.columns) == {"grid_id", "as_of", "target", "horizon", "probability", "expected_count", "futures"}
    assert set(one["futures"]) == {200}
    assert one["probability"].between(0, 1).all()
    assert (one["expected_count"] >= one["probability"] - 1e-9).all()
    for _, rows in one.groupby(["grid_id", "as_of", "target"]):
        assert rows.sort_values("horizon")["probability"].is_monotonic_increasing
    assert np.unique(one["probability"]).size > 10


def test_the_truth_is_known_at_more_as_ofs_of_the_same_city() -> None:
    assert weeks_with_truth(208) == (0, 12)
    assert len([back for back in weeks_with_truth(208, 4) if back >= 4]) >= 13
    usual, often = simulate_city(12, 40, 5), simulate_city(12, 40, 5, weeks_with_truth(40, 3))
    assert len(often.states) == 7 and set(usual.states) < set(often.states)
    pd.testing.assert_frame_equal(usual.disputes, often.disputes)
    pd.testing.assert_frame_equal(usual.incidents, often.incidents)
    both = truth(often, futures=100).merge(truth(usual, futures=100), on=["grid_id", "as_of", "target", "horizon"])
    assert len(both) == 2 * 12 * 2 * 3 and both["probability_x"].equals(both["probability_y"])


def test_every_export_loads_by_the_default_configuration(town: Town) -> None:
    from sqlalchemy import select

    from riskwarn.store.tables import LOADS

    with town.home.database.connect() as connection:
        accounts = [row.account for row in connection.execute(select(LOADS))]
    for account in accounts:
        total = sum(account[name] for name in ("accepted", "duplicates", "corrected", "quarantined"))
        assert account["read"] == total
        assert set(account["reasons"]) <= {"not_loaded"}, "complaints of wrongdoing are not loaded; all else is"
    assert sum(account["corrected"] for account in accounts) > 0
    assert sum(account["duplicates"] for account in accounts) > 0
