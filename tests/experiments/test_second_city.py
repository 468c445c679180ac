"""The second city with known truth: one seed, one city; its exports load; what is known of its future is worth knowing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.skill.ceiling import ceiling
from experiments.skill.exported import read_exports, weekly
from experiments.skill.gap import expected_loss, oracle_loss, shrunk_history
from experiments.skill.run import truth
from experiments.skill.second import write_city
from experiments.skill.second.recording import OWN_WORD
from experiments.skill.second.world import END
from riskwarn.files import sha256
from riskwarn.home import make_home
from riskwarn.ingest import Account, ingest
from riskwarn.settings import Settings

GRIDS, WEEKS, FUTURES = 60, 110, 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("second")
    write_city(path, grids=GRIDS, weeks=WEEKS, seed=1, truth_every=4, futures=FUTURES)
    return path


def test_one_seed_one_city(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("again", 5), ("other", 6)):
        write_city(tmp_path / name, grids=30, weeks=95, seed=seed, truth_every=13, futures=50)
    one, again, other = (
        {file.name: sha256(file) for file in (tmp_path / name).iterdir()} for name in ("one", "again", "other")
    )
    assert one == again
    assert len(one) == 12 and one["truth.parquet"] != other["truth.parquet"] and one["事故.csv"] != other["事故.csv"]


def test_every_row_loads_and_is_accounted_for(folder: Path, tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    taken = datetime.combine(END, time(), home.configuration.calendar.timezone)
    accounts: dict[str, Account] = {}
    for source, files, mapping in (
        ("grids", ["网格.csv"], None),
        ("demographics", ["人口.csv"], None),
        ("disputes", ["矛盾纠纷.csv"], None),
        ("petitions", ["信访.csv"], None),
        ("hotline", ["热线.parquet"], None),
        ("grid_reports", ["网格事件.parquet"], None),
        ("hazards", ["隐患.csv"], None),
        ("incidents", ["事故.csv"], folder / "事故.yaml"),
        ("interventions", ["服务.csv"], None),
    ):
        accounts[source] = ingest(
            home, source, [folder / name for name in files], mapping=mapping, exported_at=taken, now=datetime.now(UTC)
        )
    rows = {"incidents": pd.read_csv(folder / "事故.csv"), "disputes": pd.read_csv(folder / "矛盾纠纷.csv")}
    for source, account in accounts.items():
        assert account.read == account.accepted > 0, (source, account.reasons)
        assert not account.dropped_columns, source
    assert all(accounts[source].read == len(table) for source, table in rows.items())
    assert 0.05 < rows["incidents"]["事故类型"].eq(OWN_WORD).mean() < 0.25


def test_feeds_begin_late_and_some_of_what_happens_is_never_written(folder: Path) -> None:
    exports = read_exports(folder)
    start = np.datetime64(END - timedelta(weeks=WEEKS))
    first = {name: (table["known"].min() - start) // np.timedelta64(7, "D") for name, table in exports.tables.items()}
    assert first["disputes"] < 2 and 18 <= first["hazards"] <= 24 and first["incidents"] >= 40
    counts = weekly(exports, "safety", END - timedelta(weeks=WEEKS))
    assert counts.known[-1].sum() == len(exports.tables["incidents"])
    assert (counts.alive[:40] == 0).all() and (counts.alive[-1] > 0).all()


@pytest.mark.parametrize("target", ["conflict", "safety"])
def test_the_truth_is_a_probability_and_beats_history(folder: Path, target: str) -> None:
    table = pd.read_parquet(folder / "truth.parquet")
    assert table["probability"].between(0, 1).all() and set(table["futures"]) == {FUTURES}
    assert (table["expected_count"] >= table["probability"]).all()
    for _, rows in table.groupby(["grid_id", "as_of", "target"]):
        assert rows.sort_values("horizon")["probability"].is_monotonic_increasing
    exports = read_exports(folder)
    oracle, futures = truth(folder, exports, target, 4)
    assert len(oracle) == 13 and max(oracle) + timedelta(weeks=4) <= END
    counts = weekly(exports, target, END - timedelta(weeks=WEEKS))
    weeks = [counts.mondays.index(origin) for origin in oracle]
    history = np.array([shrunk_history(counts.known[week], counts.alive[week], 4) for week in weeks])
    true = np.array(list(oracle.values()))
    observed = np.array([(counts.happened[week : week + 4].sum(axis=0) > 0) for week in weeks])
    assert oracle_loss(true, futures) < expected_loss(true, history)
    assert true.mean() == pytest.approx(observed.mean(), rel=0.4)


@pytest.mark.parametrize("target", ["conflict", "safety"])
def test_the_ceiling_knows_what_the_exports_allow_and_nothing_later(folder: Path, target: str) -> None:
    start = END - timedelta(weeks=WEEKS)
    exports = read_exports(folder)
    counts = weekly(exports, target, start)
    oracle, _ = truth(folder, exports, target, 4)
    origins = list(oracle)
    found = ceiling(exports, counts, "second", target, 4, origins)
    true = np.array(list(oracle.values()))
    assert found.shape == true.shape and ((found > 0) & (found < 1)).all()
    history = [shrunk_history(counts.known[week], counts.alive[week], 4) for week in map(counts.mondays.index, origins)]
    if target == "conflict":  # the few incidents of so small and young a city teach no 29 causes
        assert expected_loss(true, found) < expected_loss(true, np.array(history))

    now = pd.Timestamp(origins[0])
    times = ["ended", "升级时间", "化解时间"]
    then = {
        name: table[table["known"] < now].assign(
            **{time: table[time].where(table[time] < now) for time in times if time in table}
        )
        for name, table in exports.tables.items()
    }
    cut = replace(exports, tables=then)
    again = ceiling(cut, weekly(cut, target, start), "second", target, 4, origins[:1])
    np.testing.assert_allclose(again[0], found[0], rtol=1e-6)
