"""The nightly routine: what comes into the inbox is in the ranking in the morning, whatever happens in between."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import httpx
import pandas as pd
import pytest
from sqlalchemy import func, select

from riskwarn.errors import NoChampion
from riskwarn.home import Home, open_home
from riskwarn.ingest.loading.inbox import inbox_of
from riskwarn.settings import Settings
from riskwarn.store import ledger
from serving.alerts.tables import ALERTS
from serving.publishing.update import update
from serving.snapshots.frames import scores_frame
from serving.snapshots.published import newest
from serving.snapshots.tables import SNAPSHOTS
from tests import command_line
from tests.conftest import Town
from tests.orders import ROOT
from tests.serving.conftest import running
from tests.serving.updater import updaters
from tests.worlds import NOW, dispute, grid_rows, load, write_csv

#: Where all that is new happens.
GRID = 7


@pytest.fixture
def night(town: Town, tmp_path: Path) -> Home:
    """The published city; two departments have laid a week of records of one grid into its inbox, in which all the others lie."""
    shutil.copytree(town.home.path, tmp_path / "copy")
    home = open_home(tmp_path / "copy", Settings(threads=1))
    folder = inbox_of(home)
    for row in ledger(home):
        shutil.copy(town.exports / row.file_name, folder)
    grid = pd.read_csv(town.exports / "网格.csv", dtype=str)["网格编码"][GRID]
    for name, encoding, known in (("矛盾纠纷.csv", "gb18030", "登记时间"), ("事故.csv", "utf-8-sig", "接报时间")):
        rows = pd.read_csv(town.exports / name, dtype=str, encoding=encoding).tail(40).reset_index(drop=True)
        rows[rows.columns[0]] = [f"NEW{number}" for number in range(len(rows))]
        rows["网格编码"] = grid
        registered = pd.to_datetime(rows[known])
        for column in (one for one in rows if one.endswith("时间")):
            moved = pd.to_datetime(rows[column]) - registered + pd.Timestamp(town.published.as_of)
            rows[column] = (moved + pd.Timedelta(days=2)).dt.strftime("%Y-%m-%d %H:%M:%S")
        rows.to_csv(folder / f"new-{name}", index=False)
    return home


def rows_of(home: Home) -> dict[str, int]:
    """How often each file was loaded."""
    return pd.Series([row.file_name for row in ledger(home)]).value_counts().to_dict()


def count(home: Home, table: object) -> int:
    """The rows of a table."""
    with home.database.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


@pytest.mark.slow
def test_an_update_that_is_killed_anywhere_is_gone_on_with(night: Home) -> None:
    """After the first of two loads, while features are built, while the city is scored, and before the snapshot is published."""
    before = (len(ledger(night)), count(night, SNAPSHOTS))
    with updaters(night, NOW) as run:
        assert run("loading new-") == "killed"
        assert len(ledger(night)) == before[0]
        told = []
        for step in (" 1", "the state", "scoring", "publishing"):
            told.append((run(step), len(ledger(night)) - before[0], count(night, SNAPSHOTS) - before[1]))
        assert told == [("killed", 1, 0), ("killed", 2, 0), ("killed", 2, 0), ("killed", 2, 0)]
        assert run(None) == "complete"
        once = scores_frame(night, newest(night).id), count(night, ALERTS)  # type: ignore[union-attr]
        assert run(None) == "complete"
    assert set(rows_of(night).values()) == {1}
    assert (len(ledger(night)), count(night, SNAPSHOTS)) == (before[0] + 2, before[1] + 1)
    again = newest(night)
    assert again is not None
    assert scores_frame(night, again.id).equals(once[0]) and count(night, ALERTS) == once[1]


@pytest.mark.slow
def test_a_server_that_runs_shows_the_new_ranking(night: Home, town: Town) -> None:
    """One process serves while another updates; nobody restarts anything."""
    with running(night, lambda: NOW) as address, httpx.Client(base_url=address) as client:
        before = client.get("/v1/scores").json()
        done = command_line.run("--home", night.path, "--json", "update", cwd=ROOT)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        after = client.get("/v1/scores").json()
        for _ in range(40):
            if after["snapshot"]["id"] != before["snapshot"]["id"]:
                break
            after = client.get("/v1/scores").json()
    assert {one["source"] for one in told["accounts"]} == {"disputes", "incidents"} and not told["failed"]
    assert told["score"]["snapshot"] == after["snapshot"]["id"] != before["snapshot"]["id"]
    assert after["snapshot"]["as_of"] > before["snapshot"]["as_of"]
    assert after["items"] != before["items"]
    assert Path(told["features"]["path"]).is_file() and told["features"]["as_of"] == after["snapshot"]["as_of"]


def test_what_was_loaded_is_told_where_there_is_no_champion_yet(home: Home) -> None:
    """The first nights of a home: the records are in, and the reason why nothing is scored is named."""
    load(home, "grids", write_csv(home.path / "grids.csv", grid_rows()))
    write_csv(inbox_of(home) / "纠纷.csv", [dispute(number) for number in range(1, 21)])
    done = update(home, now=NOW)
    assert [one.account.accepted for one in done.inbox.done] == [20]
    assert done.built is not None and isinstance(done.stopped, NoChampion) and not done.complete
