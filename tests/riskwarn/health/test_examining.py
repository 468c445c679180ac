"""Data health over a real store: what departments get wrong is told in one sentence each, and what is sound is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from riskwarn.contracts.schema import schema_of
from riskwarn.declarations import read_yaml
from riskwarn.health import Gap, SourceHealth, Verdict, districts_in_force, examine, usual_as_of
from riskwarn.health.feeds import read_feed
from riskwarn.home import Home
from riskwarn.mapping import Mapping
from riskwarn.periods import Period
from riskwarn.store import Store
from tests.worlds import grid_rows, load, write_csv

START = date(2024, 1, 1)
DAYS = 7 * 110
AS_OF = START + timedelta(days=DAYS)
DISTRICTS = {"江北区": (0, 1), "南岸区": (2, 3)}


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    """Four grids in two districts."""
    rows = grid_rows()
    for row in rows[2:]:
        row.update(区县="南岸区", 街道="海棠街道", 社区编码="C9", 社区="海棠社区")
    load(home, "grids", write_csv(tmp_path / "grids.csv", rows))
    return home


def case(number: int, day: int, grid: int, **changes: Any) -> dict[str, Any]:
    moment = datetime(2024, 1, 1, 9) + timedelta(days=day)
    return {
        "编号": f"N{number}",
        "网格编码": f"G{grid}",
        "发生时间": moment,
        "登记时间": moment + timedelta(hours=5),
        "纠纷类型": "邻里",
        "严重程度": "一般",
        "化解时间": moment + timedelta(days=9) if day + 9 < DAYS else "",
        **changes,
    }


def feed(per_day: float = 6, *, seed: int = 1, days: int = DAYS) -> list[dict[str, Any]]:
    """A sound feed: Poisson counts, the same everywhere."""
    rng = np.random.default_rng(seed)
    found = []
    for day in range(days):
        for _ in range(rng.poisson(per_day)):
            found.append(case(len(found), day, int(rng.integers(4))))
    return found


def loaded(city: Home, folder: Path, rows: Sequence[dict[str, Any]], taken: date = AS_OF, name: str = "d.csv") -> None:
    moment = datetime(taken.year, taken.month, taken.day, tzinfo=UTC)
    load(city, "disputes", write_csv(folder / name, rows), exported_at=moment)


def examined(city: Home, as_of: date = AS_OF) -> SourceHealth:
    (found,) = examine(city, as_of, districts_in_force(city, as_of))
    return found


def told(found: SourceHealth) -> dict[str, str]:
    return {finding.code: finding.en for finding in found.findings}


def test_a_sound_feed_is_left_alone(city: Home, tmp_path: Path) -> None:
    rows = feed()
    loaded(city, tmp_path, rows)
    found = examined(city)
    assert (found.verdict, found.gap, found.findings) == (Verdict.SOUND, None, ())
    assert (found.records, found.versions) == (len(rows), len(rows))
    assert {part.name: part.gap for part in found.districts} == dict.fromkeys(DISTRICTS)
    assert found.delay is not None and found.delay.p50 == pytest.approx(5 / 24, abs=0.01)
    assert found.contents.located_by == {"grid_id": 1.0}
    assert usual_as_of(city) == AS_OF


def test_a_source_that_went_silent_is_a_gap(city: Home, tmp_path: Path) -> None:
    loaded(city, tmp_path, feed(days=DAYS - 30))
    found = examined(city)
    assert (found.verdict, found.gap) == (Verdict.GAP, Gap.SILENT)
    assert "quiet for longer than the 2 days that are usual" in told(found)["silent"]
    late = examined(city, AS_OF - timedelta(days=25))
    assert (late.verdict, late.gap) == (Verdict.WARNING, None)
    assert "late" in told(late)
    longer = examined(city, AS_OF + timedelta(days=40))
    assert set(told(longer)) == {"silent"}, "of shares of records that there are not nothing is said"
    assert longer.contents.exact_places == 1.0 and longer.contents.located_by == {}


def test_a_district_that_reports_less_is_a_gap_there_alone(city: Home, tmp_path: Path) -> None:
    """Half of one district's newest records are missing; every row that came is valid."""
    rng = np.random.default_rng(2)
    rows = [
        row
        for row in feed(12)
        if not (
            row["网格编码"] in ("G2", "G3")
            and row["发生时间"].date() >= AS_OF - timedelta(days=27)
            and rng.random() < 0.6
        )
    ]
    loaded(city, tmp_path, rows)
    found = examined(city)
    assert {part.name: part.gap for part in found.districts}["南岸区"] is Gap.SHORT
    assert {part.name: part.gap for part in found.districts}["江北区"] is None
    assert found.verdict is Verdict.GAP


def test_a_field_that_is_no_longer_filled_is_told(city: Home, tmp_path: Path) -> None:
    since = AS_OF - timedelta(days=40)
    rows = [{**row, "严重程度": "" if row["发生时间"].date() >= since else "一般"} for row in feed()]
    rows = [{**row, "纠纷类型": "跳广场舞" if row["发生时间"].date() >= since else "邻里"} for row in rows]
    loaded(city, tmp_path, rows)
    words = told(examined(city))
    assert words["incomplete"].startswith("severity is filled in")
    assert "translate them in the mapping" in words["local_categories"]


def test_what_the_files_tell_of_their_columns_is_what_is_read(city: Home, tmp_path: Path) -> None:
    """Whether a field is filled in every row, in none, or in some of one file."""
    rows = feed(per_day=1)
    loaded(city, tmp_path, [{**row, "登记时间": ""} for row in rows[:60]], START + timedelta(days=80), "a.csv")
    loaded(city, tmp_path, rows[60:], name="b.csv")
    read = read_feed(Store(city), "disputes", city.configuration.calendar)
    told = {name: read.filled(name) for name in schema_of("disputes").names}
    assert {True, False} <= {one for one in told.values() if isinstance(one, bool)}
    for name, one in told.items():
        assert np.broadcast_to(one, len(read.first)).tolist() == read.column(name).is_valid().to_pylist(), name
    assert read.shares("severity", read.first, ~read.first) == [{"general": 1.0}, {}]


def test_a_claim_that_a_field_is_fixed_is_checked_by_what_comes_again(city: Home, tmp_path: Path) -> None:
    """The next export shows another category of every tenth case, and closings that moved or vanished."""
    rows = feed(2)
    loaded(city, tmp_path, rows, AS_OF - timedelta(days=1))
    again = [{**row, "纠纷类型": "物业"} if number % 10 == 0 else row for number, row in enumerate(rows)]
    for row in again[1:60:10]:
        row["化解时间"] = ""
    loaded(city, tmp_path, again, name="again.csv")
    found = examined(city)
    (changed,) = [one for one in found.fixed_changed if one.field == "category"]
    assert (changed.changed, changed.withdrawn) == (len(range(0, len(rows), 10)), True)
    assert (
        "category was declared fixed, yet 10% of the records of disputes changed it later" in told(found)["not_fixed"]
    )
    assert [(one.field, one.moved, one.emptied) for one in found.own_times_moved] == [("closed_at", 0, 6)]


@pytest.mark.parametrize(("before", "after", "moved"), [
    ({"社区": "青山社区"}, {"网格编码": "G1"}, False),
    ({"街道": "石桥街道"}, {"网格编码": "G1"}, False),
    ({"街道": "石桥街道"}, {"社区": "青山社区"}, False),
    ({"网格编码": "G1"}, {"社区": "青山社区"}, False),
    ({"街道": "石桥街道"}, {"网格编码": "G9"}, True),
    ({"街道": "石桥街道"}, {"街道": "南坪街道"}, True),
    ({"网格编码": "G1"}, {"网格编码": "G2"}, True),
])  # fmt: skip
def test_a_better_location_is_no_change_of_place_and_a_move_to_another_unit_is(
    home: Home, tmp_path: Path, before: dict[str, str], after: dict[str, str], moved: bool
) -> None:
    unit = {"社区": "青山社区", "街道": "石桥街道", "区县": "江北区"}
    grids = [{"网格编码": f"G{n}", **unit} for n in (1, 2)]
    grids += [{"网格编码": "G9", "社区": "南坪社区", "街道": "南坪街道", "区县": "江北区"}]
    load(home, "grids", write_csv(tmp_path / "grids.csv", grids))
    places = {"网格编码": "", "社区": "", "街道": ""}
    for number, place in enumerate((before, after)):
        rows = [{**row, **places, **place} for row in feed(1, days=20)]
        taken = datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC) - timedelta(days=2 - number)
        load(home, "disputes", write_csv(tmp_path / f"{number}.csv", rows), exported_at=taken, force=True)
    found = examined(home)
    assert [one.changed for one in found.fixed_changed if one.field == "grid_id"] == ([found.records] if moved else [])


def test_of_a_column_some_versions_are_read_in_their_order(
    city: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Across the loads; and where no version holds the column, no file is read."""
    rows = feed(days=20)
    loaded(city, tmp_path, rows, START + timedelta(days=20))
    rows[3]["化解时间"] = ""
    loaded(city, tmp_path, rows, START + timedelta(days=25), "later.csv")
    store = Store(city)
    found = read_feed(store, "disputes", city.configuration.calendar)
    assert len(store.files("disputes")) == 2
    chosen = np.random.default_rng(3).permutation(len(found.first))[:40]
    for name in ("category", "closed_at", "grid_id"):
        assert found.of(name, chosen).to_pylist() == found.column(name).take(pa.array(chosen)).to_pylist()
    monkeypatch.setattr(store, "scan", None)
    assert found.of("reopened_at", chosen).to_pylist() == [None] * 40


def test_records_that_miss_their_export_ask_for_a_longer_delivery(city: Home, tmp_path: Path) -> None:
    """Weekly exports, in which every record first appears nine days after its registration."""
    rows = feed(3, days=200)
    for week in range(8, 20):
        taken = START + timedelta(days=7 * week)
        seen = [row for row in rows if row["登记时间"].date() + timedelta(days=9) <= taken]
        loaded(city, tmp_path, seen, taken, f"{week}.csv")
    found = examined(city, START + timedelta(days=133))
    assert found.arrival is not None and 7 < found.arrival.missed_days <= 9
    assert "set delivery_days: " in told(found)["delivery_too_kind"]


def test_records_of_the_past_that_come_with_a_second_export_are_told(city: Home, tmp_path: Path) -> None:
    """No registration column: what the first export lacked of its own months is dated by the event when it comes at last."""
    rows = [{name: cell for name, cell in row.items() if name != "登记时间"} for row in feed(6, days=300)]
    first, later = START + timedelta(days=200), START + timedelta(days=300)
    old = [row for row in rows if row["发生时间"].date() < first]
    held_back = {row["编号"] for row in old if START + timedelta(days=100) <= row["发生时间"].date()}
    held_back = set(sorted(held_back)[::12])
    loaded(city, tmp_path, [row for row in old if row["编号"] not in held_back], first, "first.csv")
    assert examined(city, first).belated is None
    loaded(city, tmp_path, rows, later, "later.csv")
    found = examined(city, later)
    assert found.belated is not None and found.verdict is Verdict.WARNING
    assert found.belated.records == pytest.approx(len(held_back), abs=1) and 90 < found.belated.missed_days <= 100
    assert found.belated.before.date() == first
    assert "features as of the days before have changed" in told(found)["past_changed"]
    assert found.as_dict()["belated"]["before"].startswith(first.isoformat())


def test_a_past_that_is_loaded_in_pieces_is_not_late(city: Home, tmp_path: Path) -> None:
    """Older years after the newer ones, and one district after the other."""
    rows = feed(6, days=400)
    middle, taken = START + timedelta(days=200), START + timedelta(days=400)
    newer = [row for row in rows if row["登记时间"].date() >= middle]
    loaded(city, tmp_path, [row for row in newer if row["网格编码"] in ("G0", "G1")], taken, "north.csv")
    loaded(city, tmp_path, newer, taken + timedelta(days=5), "both.csv")
    loaded(city, tmp_path, rows, taken + timedelta(days=9), "all.csv")
    assert examined(city, taken).belated is None


def test_records_of_a_grid_that_ended_without_a_successor_are_told(city: Home, tmp_path: Path) -> None:
    rows = [case(number, number, number % 4) for number in range(80)]
    loaded(city, tmp_path, rows, START + timedelta(days=80))
    as_of = START + timedelta(days=84)
    assert examined(city, as_of).placeless is None
    ended = {**grid_rows()[3], "区县": "南岸区", "街道": "海棠街道", "社区编码": "C9", "valid_to": "2024-03-20"}
    file = write_csv(tmp_path / "ended.csv", [ended])
    (note,) = [one for one in load(city, "grids", file).notes if "grid_lineage" in one]
    assert "1 grid(s) have ended" in note and "(G3)" in note and "20 stored record(s)" in note
    found = examined(city, as_of)
    assert found.as_dict()["ended_grids"] == {"records": 20, "grids": ["G3"]}
    assert "20 records lie in grids that ended without a successor (G3)" in told(found)["ended_grids"]
    assert examined(city, date(2024, 3, 19)).placeless is None, "it was in force then"
    lineage = {"from_grid_id": "G3", "to_grid_id": "G2", "effective_at": "2024-03-20"}
    load(city, "grid_lineage", write_csv(tmp_path / "lineage.csv", [lineage]))
    assert examined(city, as_of).placeless is None


def test_a_declared_break_is_no_suspicion_and_the_past_before_it_counts_no_more(city: Home, tmp_path: Path) -> None:
    moved = 60 * 7
    rows = [
        *feed(12, days=moved),
        *(
            {**row, "编号": f"M{row['编号']}"}
            for row in feed(6, seed=2)
            if row["发生时间"].date() >= START + timedelta(days=moved)
        ),
    ]
    loaded(city, tmp_path, rows)
    found = examined(city)
    (suspected,) = [one for one in found.breaks if one.district is None]
    assert abs((suspected.day - START).days - moved) <= 21 and suspected.factor == pytest.approx(0.5, abs=0.08)
    assert found.verdict is Verdict.WARNING and "declare it" in told(found)["break_suspected"]
    day = START + timedelta(days=moved)
    row = {"date": day.isoformat(), "source": "disputes", "reason": "新系统上线"}
    load(city, "breaks", write_csv(tmp_path / "breaks.csv", [row]))
    declared = examined(city)
    assert [(one.declared, one.day, one.reason) for one in declared.breaks] == [(True, day, "新系统上线")]
    assert declared.verdict is Verdict.SOUND


def test_too_little_is_not_judged(city: Home, tmp_path: Path) -> None:
    loaded(city, tmp_path, feed(1, days=3)[:1] or [case(0, 0, 0)])
    found = examined(city, START + timedelta(days=2))
    assert (found.verdict, found.records, found.volume) == (Verdict.UNJUDGED, 1, None)
    before = examined(city, date(2020, 1, 6))
    assert (before.records, before.freshness, before.delay) == (0, None, None)
    assert before.as_dict()["volume"] is None


def test_monthly_counts_are_judged_by_months(city: Home, tmp_path: Path) -> None:
    """A row a grid and month: 30 months of a hundred each, then none is missing but half of the last one."""
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "columns: {grid_id: grid, category: kind, count: number}\nperiod: {unit: month, year: y, month: m}\n",
        encoding="utf-8",
    )
    declared = city.configuration.sources["hotline"].model_copy(update={"mapping": read_yaml(mapping, Mapping)})
    sources = {**city.configuration.sources, "hotline": declared}
    home = replace(city, configuration=city.configuration.model_copy(update={"sources": sources}))
    months = [(2022 + index // 12, index % 12 + 1) for index in range(30)]
    rows = [
        {
            "grid": f"G{grid}",
            "kind": "噪声",
            "y": y,
            "m": m,
            "number": 12 if (y, m) == months[-1] else 25 + (3 * m + grid) % 5,
        }
        for y, m in months
        for grid in range(4)
    ]
    load(home, "hotline", write_csv(tmp_path / "h.csv", rows))
    (found,) = examine(home, date(2024, 7, 1), districts_in_force(home, date(2024, 7, 1)))
    assert found.period is Period.MONTH and found.volume is not None
    assert (found.gap, found.volume.periods, found.volume.observed) == (Gap.SHORT, 1, 48)
    assert "in the newest 1 month(s)" in told(found)["short"]
    assert found.freshness is not None and not found.freshness.late


def test_the_same_store_gives_the_same_document(city: Home, tmp_path: Path) -> None:
    import json

    loaded(city, tmp_path, feed(1))
    first, second = (json.dumps(examined(city).as_dict(), allow_nan=False) for _ in range(2))
    assert first == second
    assert '"observed": 1,' not in first and '"observed": 2,' not in first


@pytest.mark.slow
def test_the_command_line_prints_a_verdict_for_each_source(city: Home, tmp_path: Path) -> None:
    from tests.riskwarn.test_cli import refused, riskwarn
    from tests.riskwarn.test_cli import told as document

    assert "No event is known" in refused("--home", city.path, "health", cwd=tmp_path)
    loaded(city, tmp_path, feed(2, days=200))
    shown = riskwarn("--home", city.path, "health", cwd=tmp_path).stdout
    assert "disputes" in shown and "sound" in shown
    (item,) = document("--home", city.path, "health", "--source", "disputes", cwd=tmp_path)["items"]
    assert (item["source"], item["verdict"], len(item["districts"])) == ("disputes", "sound", 2)
    assert "not a source" in refused("--home", city.path, "health", "--source", "tweets", cwd=tmp_path)


def test_districts_are_those_of_the_grids_in_force(home: Home, tmp_path: Path) -> None:
    """A grid that went to another district is no ground of the first, though nobody wrote down that it ended there."""
    rows = [{**row, "valid_from": ""} for row in grid_rows(2)]
    moved = [
        {**row, "区县": "南岸区", "街道": "海棠街道", "社区编码": "C9", "valid_from": "2026-03-01"} for row in rows
    ]
    load(home, "grids", write_csv(tmp_path / "grids.csv", rows))
    load(home, "grids", write_csv(tmp_path / "moved.csv", moved))
    assert list(districts_in_force(home, date(2026, 2, 28)).values()) == ["江北区"]
    assert list(districts_in_force(home, date(2026, 3, 1)).values()) == ["南岸区"]
