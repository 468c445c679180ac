"""`riskwarn load` on a folder of five other makers: one answer, every row where it belongs, what is needed to learn is read."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskwarn.cli import riskwarn as cli
from riskwarn.cli.load import _sheets
from riskwarn.home import Home, make_home, open_home
from riskwarn.ingest.loading.survey import survey
from riskwarn.ingest.loading.systems import FEWEST, Points, nearest_system, system_told
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.riskwarn.ingest.other_makers import GRIDS, PERSONS, PHONES, hand_over_by_others

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, dict[str, object]], str]:
    """A home in which the folder was loaded, the account of each source, and all that was printed."""
    folder = tmp_path_factory.mktemp("others")
    home = make_home(folder / "home", Settings())
    home.database.dispose()
    exports = hand_over_by_others(folder / "over")
    arguments = ["--home", str(home.path), "--json", "load", str(exports), "--yes", "--district", "历城区"]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output + repr(done.exception)
    told = json.loads(done.stdout)
    assert [one["question"] for one in told["asked"] if one["question"] != "exported_at"] == ["district"]
    return open_home(home.path, Settings()), {one["source"]: one for one in told["accounts"]}, done.output


@pytest.mark.parametrize(
    ("source", "accepted", "corrected", "reasons"),
    [
        ("grids", len(GRIDS), 0, {"missing_grid_id": 1}),
        ("demographics", len(GRIDS), 0, {}),
        ("disputes", 54, 2, {"bad_date": 3, "not_loaded": 3}),
        # 14 are of traffic, one of them confidential too; three tips are of no hazard.
        ("hotline", 39, 0, {"not_loaded": 19, "in_future": 1, "unknown_place": 1}),
        ("grid_reports", 60, 0, {}),
        ("hazards", 40, 0, {}),
        ("incidents", 30, 0, {}),
    ],
)
def test_every_row_is_where_it_belongs(
    loaded: tuple[Home, dict[str, dict[str, object]], str],
    source: str,
    accepted: int,
    corrected: int,
    reasons: dict[str, int],
) -> None:
    account = loaded[1][source]
    assert (account["accepted"], account["corrected"], account["reasons"]) == (accepted, corrected, reasons)
    assert account["read"] == accepted + corrected + sum(reasons.values())


def test_what_the_targets_need_is_read(loaded: tuple[Home, dict[str, dict[str, object]], str]) -> None:
    store = Store(loaded[0])
    outcomes = Counter(store.versions("disputes")["outcome"].dropna())
    assert outcomes["violence"] > 5 and outcomes["police_intervention"] > 5 and set(outcomes) == {
        "violence", "police_intervention", "settled",
    }  # fmt: skip
    # Addresses that name a grid place what happened there; they are not kept.
    assert store.versions("incidents")["grid_id"].notna().all() and store.versions("hazards")["grid_id"].notna().all()
    assert 0.6 < store.versions("disputes")["grid_id"].notna().mean() < 0.9
    # The finest level that is known is the category, and words of any level are looked at.
    assert set(store.versions("hotline")["category"]) == {"hazard", "neighbourhood", "wage_arrears"}
    assert set(store.versions("incidents")["category"]) == {"fire", "work_accident", "轰燃"}
    assert set(store.versions("hazards")["category"]) == {"electrical", "fire_exit"}


def test_what_is_told_names_no_file_twice_and_lists_no_long_rows_of_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    exports = hand_over_by_others(tmp_path / "over")
    (exports / "12345转办工单_坏.csv").write_text("工单号,诉求时间,诉求类型\nJN1,2026-01-01,投诉\n", encoding="utf-8")
    home = ["--home", str(tmp_path / "home")]
    assert CliRunner().invoke(cli, [*home, "init"]).exit_code == 0
    done = CliRunner().invoke(cli, [*home, "load", str(exports), "--yes", "--district", "历城区"])
    assert done.exit_code == 1, "one file says no place"
    for file in exports.iterdir():
        assert f"{file.name}: note: {file.name}" not in done.stdout
        assert f"{file.name}: {file.name}" not in done.stdout
    assert "not loaded: 12345转办工单_坏.csv" in done.stdout
    assert "its residents are read when" not in done.stdout, "they were"
    listed = CliRunner().invoke(cli, [*home, "quarantine", "list", "--source", "disputes"]).stdout
    # Dates of three sheets are one line, with the sheet beside the row.
    assert listed.count("人民调解案件月报.xlsx") == 1 and "2025年8月 21, 2025年9月 22, 2025年10月 22" in listed


def test_of_many_sheets_the_first_and_the_last_are_named() -> None:
    assert _sheets(["2023年8月", "2023年9月"]) == "2023年8月 2023年9月" and _sheets([]) == "-"
    assert _sheets([f"{n}月" for n in range(1, 13)]) == "12: 1月 … 12月"


def test_the_grids_tell_the_system_of_an_apps_coordinates(
    loaded: tuple[Home, dict[str, dict[str, object]], str],
) -> None:
    reports = Store(loaded[0]).versions("grid_reports")
    by_points = reports[reports["located_by"] == "coordinates"]
    assert len(by_points) == 10 and set(by_points["grid_id"]) == {GRIDS[5][0], GRIDS[11][0]}


def test_no_name_and_no_number_of_a_person_is_anywhere(
    loaded: tuple[Home, dict[str, dict[str, object]], str],
) -> None:
    home, _, output = loaded
    everything = b"".join(path.read_bytes() for path in home.path.rglob("*") if path.is_file()) + output.encode()
    assert not [word for word in (*PERSONS, *PHONES) if word.encode() in everything]


def test_the_day_of_an_export_is_not_hidden_by_one_wrong_date(tmp_path: Path) -> None:
    """A hotline whose export says its day, with one order of the year 2033."""
    exports = hand_over_by_others(tmp_path / "over")
    home = make_home(tmp_path / "home", Settings())
    plan = survey(home, [exports], now=datetime(2026, 11, 2, tzinfo=UTC))
    (hotline,) = [table for table in plan.tables if table.source == "hotline"]
    assert hotline.exported_at is not None and hotline.exported_at.date().isoformat() == "2026-03-03"


def test_a_system_is_told_where_points_lie_clearly_nearer_to_their_grids() -> None:
    import numpy as np

    centres = Points(
        np.array([f"G{n}" for n in range(30)], dtype=object), np.linspace(117, 117.3, 30), np.full(30, 36.6)
    )
    same = nearest_system(centres, centres)
    assert same is not None and same[0] == "wgs84"
    few = Points(centres.grids[: FEWEST - 1], centres.longitude[: FEWEST - 1], centres.latitude[: FEWEST - 1])
    assert nearest_system(few, centres) is None
    away = Points(centres.grids, centres.longitude + 0.2, centres.latitude)
    assert nearest_system(away, centres) is None, "far from their grids by every system"
    assert system_told(["采用CGCS2000坐标系"]) == "wgs84" and system_told(["高德坐标，非百度"]) is None
