"""The same home with its operational database in PostgreSQL, over real connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pandas as pd
import pytest

from riskwarn.home import ID_KEY, Home, make_home
from riskwarn.ingest.screening import record_digest
from riskwarn.settings import Settings
from riskwarn.store import Store
from riskwarn.store.erasure import erase_load, erase_record
from serving.publishing.publish import publish
from serving.snapshots.frames import scores_frame
from tests.conftest import Town
from tests.postgresql import emptied
from tests.worlds import NOW, dispute, load, with_grids, write_csv
from training import train

pytestmark = pytest.mark.server


@pytest.fixture
def home(server: str, tmp_path: Path) -> Home:
    """A home whose tables are made anew in the server."""
    return make_home(tmp_path / "home", Settings(database_url=emptied(server)))


def test_loads_are_kept_and_repeat_nothing(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [dispute(number) for number in range(200)]
    path = write_csv(tmp_path / "d.csv", [*rows, dispute(3, 纠纷类型="物业"), dispute(999, 发生时间="去年冬天")])
    first = load(home, "disputes", path)
    assert (first.read, first.accepted, first.corrected, first.quarantined) == (202, 200, 1, 1)
    assert load(home, "disputes", path).duplicates == 201
    assert len(Store(home).versions("disputes")) == 201
    assert not (home.path / "riskwarn.db").exists()


def test_many_loads_at_once_lose_nothing(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    files = [
        write_csv(tmp_path / f"{part}.csv", [dispute(number) for number in range(part * 50, part * 50 + 60)])
        for part in range(8)
    ]
    with ThreadPoolExecutor(4) as pool:
        accounts = list(pool.map(lambda file: load(home, "disputes", file), files))
    assert sum(account.accepted for account in accounts) == 410
    assert sum(account.duplicates for account in accounts) == 70


def test_what_is_erased_is_gone_from_the_tables_too(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1), dispute(2), dispute(3, 发生时间="去年冬天")]))
    for text, rows, refused in (("D1", 1, 0), ("D3", 0, 1)):
        digest = record_digest(home, "disputes", text)
        done = erase_record(home, "disputes", digest, because="a decision", now=NOW)
        assert (done.rows, done.quarantined, done.proof.hits) == (rows, refused, ())
        assert done.proof.rows > 0
    done = erase_load(home, 2, because="a decision", now=NOW)
    assert (done.rows, done.proof.hits) == (1, ())
    assert Store(home).versions("disputes").empty


def test_the_chain_gives_the_same_as_on_sqlite(home: Home, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    # Where a grid was re-drawn, a record without coordinates goes where its digest says: both homes need the same key.
    (home.path / ID_KEY).write_bytes((town.home.path / ID_KEY).read_bytes())
    manifest = json.loads((town.exports / "manifest.json").read_text(encoding="utf-8"))
    for step in manifest["loads"]:
        taken = datetime.combine(
            datetime.fromisoformat(step["exported_at"]), time(), home.configuration.calendar.timezone
        )
        load(home, step["source"], *(town.exports / file for file in step["files"]), exported_at=taken)
    # A family agrees over its horizons, so that those of the town are trained, against as easy a bar.
    home = replace(home, configuration=home.configuration.model_copy(update={"horizons": (1, 4)}))
    monkeypatch.setattr("training.routines.judging.best_baseline", lambda task, before: "climatology")
    train(home, target="conflict")
    ours = scores_frame(home, publish(home, now=NOW).snapshot)
    ours = ours[ours["horizon"] == 4]
    theirs = scores_frame(town.home, town.published.snapshot)
    theirs = theirs[(theirs["target"] == "conflict") & (theirs["horizon"] == 4)]
    columns = ["unit", "code", "rank"]
    pd.testing.assert_frame_equal(
        ours[ours["unit"] == "grid"][columns].reset_index(drop=True),
        theirs[theirs["unit"] == "grid"][columns].reset_index(drop=True),
    )
