"""Snapshots are taken back, rebuilt, compared, repaired, and let go of when nothing needs them any more."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import insert

from riskwarn.cli import main
from riskwarn.errors import (
    FeaturesChanged,
    NotReplayable,
    PersonalText,
    SnapshotSwept,
    SnapshotUnknown,
    SnapshotWithdrawn,
    WithdrawnBefore,
)
from riskwarn.files import sha256
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from serving.alerts.tables import ALERTS
from serving.publishing.publish import publish
from serving.publishing.retention import sweep
from serving.publishing.withdraw import withdraw
from serving.snapshots import published
from serving.snapshots.current import Current
from serving.snapshots.listed import listed_snapshots
from serving.snapshots.publications import read_publications
from serving.snapshots.replay import replay
from serving.track_record import rows as record
from tests.conftest import Town
from tests.worlds import NOW


@pytest.fixture(scope="module")
def twice(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A city of two snapshots, the older of the as-of a week before; shared by tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("twice")
    shutil.copytree(town.home.path, folder / "copy")
    home = open_home(folder / "copy", Settings())
    publish(home, home.configuration.calendar.shift(town.published.as_of, -1), now=NOW)
    return home


def run(home: Home, *words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """A command's exit code and its JSON."""
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home.path), "--json", *words])
    told = capsys.readouterr()
    return int(str(ended.value.code)), json.loads(told.out or told.err)


def test_a_withdrawn_snapshot_makes_room_for_the_one_before_in_a_running_server(
    twice: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(twice.path, tmp_path / "copy")
    home = open_home(tmp_path / "copy", Settings())
    newest, older = (row.id for row in sorted(published.listed(home), key=lambda row: row.as_of, reverse=True))
    with home.database.begin() as connection:
        notice = {"snapshot": newest, "target": "conflict", "horizon": 4, "unit": "grid", "code": "G0", "level": "red", "status": "open",
                  "raised_at": NOW, "reasons": []}  # fmt: skip
        connection.execute(insert(ALERTS), [notice])
    served = Current(home, look_every=0.05)
    served.start()
    try:
        assert served().id == newest
        code, done = run(home, "snapshots", "withdraw", newest, "--because", "辖区划错了", capsys=capsys)
        assert (code, done["current"]) == (0, older)
        deadline = datetime.now(UTC) + timedelta(seconds=1)
        while served().id == newest and datetime.now(UTC) < deadline:
            pass
        assert served().id == older
    finally:
        served.stop()
    code, listed = run(home, "snapshots", "list", capsys=capsys)
    assert code == 0
    assert {one["id"]: (one["current"], one["withdrawn"], one["because"]) for one in listed} == {
        newest: (False, True, "辖区划错了"),
        older: (True, False, None),
    }
    with home.database.connect() as connection:
        states = connection.exec_driver_sql(f"SELECT DISTINCT status FROM alerts WHERE snapshot = '{newest}'").all()
    assert states == [("withdrawn",)]
    # The same inputs do not come back by another scoring, and nobody is withdrawn twice.
    with pytest.raises(SnapshotWithdrawn, match="辖区划错了"):
        publish(home, now=NOW)
    with pytest.raises(WithdrawnBefore):
        withdraw(home, newest, "again", now=NOW)


@pytest.mark.parametrize("because", ["应张伟要求撤回", "Mr Smith asked for it"])
def test_a_reason_that_names_somebody_is_refused(twice: Home, because: str) -> None:
    newest = published.newest(twice)
    assert newest is not None
    with pytest.raises(PersonalText):
        withdraw(twice, newest.id, because, now=NOW)
    assert published.newest(twice) == newest


@pytest.mark.slow
def test_a_score_of_an_earlier_as_of_says_that_it_is_not_current(
    twice: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    newest, older = sorted(published.listed(twice), key=lambda row: row.as_of, reverse=True)
    for language, said, following in (
        ("en", f"not current: {newest.id} as of {newest.as_of} stays current; it raises no alerts", "Next: riskwarn serve"),
        ("zh", f"已存档，但不是当前快照：当前快照仍为 {newest.id}（截至 {newest.as_of}）；不产生新提示", "下一步：riskwarn serve"),
    ):  # fmt: skip
        for row in (newest, older):
            with pytest.raises(SystemExit) as ended:
                main(["--home", str(twice.path), "--lang", language, "score", "--as-of", row.as_of.isoformat()])
            told = capsys.readouterr().out
            assert ended.value.code == 0 and row.id in told
            assert (said in told, following in told) == (row.id == older.id, row.id == newest.id), told
    again = publish(twice, older.as_of, now=NOW)
    assert (again.current, again.stays) == (False, (newest.id, newest.as_of))


@pytest.mark.slow
def test_publishing_goes_on_where_the_snapshot_before_is_damaged(
    twice: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that rots would stop the nightly scoring until somebody repairs it: change is told against the newest sound one."""
    shutil.copytree(twice.path, tmp_path / "copy")
    home = open_home(tmp_path / "copy", Settings())
    newest, older = sorted(published.listed(home), key=lambda row: row.as_of, reverse=True)
    earlier = publish(home, home.configuration.calendar.shift(older.as_of, -1), now=NOW).snapshot
    (home.snapshots / older.id / "scores.parquet").write_bytes(b"damaged")
    withdraw(home, newest.id, "为了再做一次", now=NOW)
    file = home.path / "riskwarn.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nlevels: {red: {top: 0.02, times: 5}}\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home.path), "--lang", "en", "score"])
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    assert f"snapshot {older.id} is damaged" in said.out and "--repair" in said.out
    made = published.newest(home)
    assert made is not None and made.as_of == newest.as_of
    assert made.manifest["previous"] == earlier
    # Where none is sound it is compared with none.
    (home.snapshots / earlier / "scores.parquet").unlink()
    file.write_text(file.read_text(encoding="utf-8").replace("0.02", "0.03"), encoding="utf-8")
    alone = publish(open_home(home.path, Settings()), now=NOW)
    assert alone.damaged == (older.id, earlier)
    assert published.named(home, alone.snapshot).manifest["previous"] is None


def test_an_unknown_snapshot_is_named_in_one_sentence(twice: Home, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("withdraw", "2020-01-06-none", "--because", "why"), ("replay", "2020-01-06-none")):
        code, told = run(twice, "snapshots", *words, capsys=capsys)
        assert (code, told["code"]) == (1, "snapshot_unknown")
        assert "2020-01-06-none" in told["message"] and "score" not in told["message"], "scoring anew makes no other id"
    with pytest.raises(SnapshotUnknown):
        replay(twice, "../mlflow.db")


def change_ranks(file: Path) -> None:
    """Give two units of a published table another rank."""
    held = pq.ParquetFile(file, memory_map=False)
    parts = [held.read_row_group(number) for number in range(held.num_row_groups)]
    ranks = parts[-1]["rank"].to_pylist()
    ranks[0], ranks[1] = 998, 999
    place = parts[-1].column_names.index("rank")
    parts[-1] = parts[-1].set_column(place, "rank", [ranks]).cast(parts[-1].schema)
    with pq.ParquetWriter(file, parts[0].schema) as writer:
        for part in parts:
            writer.write_table(part, row_group_size=part.num_rows)


@pytest.mark.slow
def test_a_replay_says_what_differs_and_mends_only_what_is_proven(
    twice: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(twice.path, tmp_path / "copy")
    home = open_home(tmp_path / "copy", Settings())
    row = published.newest(home)
    assert row is not None
    folder = home.snapshots / row.id
    (folder / "scores.parquet").write_bytes(b"damaged")
    (folder / "texts.parquet").unlink()
    code, told = run(home, "snapshots", "replay", row.id, capsys=capsys)
    assert (code, told["equal"], set(told["damaged"])) == (1, True, {"scores.parquet", "texts.parquet"})
    code, told = run(home, "snapshots", "replay", row.id, "--repair", capsys=capsys)
    assert (code, told["equal"], set(told["repaired"])) == (0, True, {"scores.parquet", "texts.parquet"})
    current = Current(home)
    current.look()
    assert current.named(row.id).id == row.id and current.problem is None
    # As if another city of the same form had been published: the manifest agrees with its files, and they are not what is rebuilt.
    change_ranks(folder / "scores.parquet")
    manifest = dict(row.manifest)
    manifest["files"] = {**manifest["files"], "scores.parquet": sha256(folder / "scores.parquet")}
    with home.database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE snapshots SET manifest = ? WHERE id = ?", (json.dumps(manifest, ensure_ascii=False), row.id)
        )
    code, told = run(home, "snapshots", "replay", row.id, "--repair", capsys=capsys)
    assert (code, told["equal"], told["damaged"], told["repaired"]) == (1, False, [], [])
    assert told["differs"] == [{"file": "scores.parquet", "rows": None, "columns": {"rank": 2}}]


def test_a_champion_whose_features_are_gone_is_one_sentence(
    twice: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The family that holds them was switched off since."""
    shutil.copytree(twice.path, tmp_path / "copy")
    home = open_home(tmp_path / "copy", Settings())
    row = published.newest(home)
    assert row is not None
    file = home.path / "riskwarn.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nfeatures: {'off': [backlog, counts]}\n", encoding="utf-8")
    for words, code in ((("score",), "features_changed"), (("snapshots", "replay", row.id), "not_replayable")):
        ended, told = run(home, *words, capsys=capsys)
        assert (ended, told["code"]) == (1, code)
        assert told["message"].count("\n") == 0 and "Traceback" not in told["message"]
    with pytest.raises(FeaturesChanged, match="retrain"):
        publish(open_home(home.path, Settings()), now=NOW)
    with pytest.raises(NotReplayable):
        replay(open_home(home.path, Settings()), row.id)


def put_in(home: Home, number: int, like: published.Row) -> list[str]:
    """So many snapshots of earlier as-ofs, each with a folder; oldest first."""
    calendar, ids = home.configuration.calendar, []
    for back in range(number, 0, -1):
        as_of = calendar.shift(like.as_of, -back)
        name = f"{as_of}-made"
        manifest = {**like.manifest, "inputs": {**like.manifest["inputs"], "as_of": as_of.isoformat()}}
        when = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
        manifest["published_at"] = when.isoformat()
        told = {"id": name, "as_of": as_of, "published_at": when, "valid_until": when, "manifest": manifest}
        with home.database.begin() as connection:
            published.add(connection, told)
        (home.snapshots / name).mkdir()
        (home.snapshots / name / "scores.parquet").write_bytes(b"")
        ids.append(name)
    return ids


def judge(home: Home, snapshot: str) -> None:
    row = published.named(home, snapshot)
    with home.database.begin() as connection:
        for target, horizon in row.models:
            record.add(connection, row, target, horizon, {"snapshot_chain": row.chain}, NOW)


def test_retention_takes_the_oldest_that_are_judged_and_leaves_what_is_needed(copied: Home) -> None:
    file = copied.path / "riskwarn.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nkeep_snapshots: 3\n", encoding="utf-8")
    home = open_home(copied.path, Settings())
    current = published.newest(home)
    assert current is not None
    made = put_in(home, 5, current)
    assert sweep(home, NOW) == []  # none of them was judged
    for snapshot in (made[0], made[2], made[3]):
        judge(home, snapshot)
    assert sweep(home, NOW) == [made[0], made[2], made[3]]
    assert sweep(home, NOW) == []
    kept = {one["id"] for one in listed_snapshots(home) if one["files"]}
    assert (
        kept
        == {made[1], made[4], current.id}
        == {folder.name for folder in home.snapshots.iterdir() if folder.is_dir()}
    )
    # Its row and its chain stay; what it was is said, and it is not mended.
    assert len(published.listed(home)) == 6
    with pytest.raises(SnapshotSwept):
        replay(home, made[0], repair=True)
    # How many are kept is no part of what is scored.
    assert publish(home, now=NOW).snapshot == current.id


def test_retention_spares_the_current_snapshot_and_the_one_it_was_compared_with(copied: Home) -> None:
    file = copied.path / "riskwarn.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nkeep_snapshots: 2\n", encoding="utf-8")
    home = open_home(copied.path, Settings())
    current = published.newest(home)
    assert current is not None
    made = put_in(home, 3, current)
    for snapshot in (*made, current.id):
        judge(home, snapshot)
    with home.database.begin() as connection:
        manifest = json.dumps({**current.manifest, "previous": made[0]}, ensure_ascii=False)
        connection.exec_driver_sql("UPDATE snapshots SET manifest = ? WHERE id = ?", (manifest, current.id))
    assert sweep(home, NOW) == [made[1], made[2]]


def test_an_as_of_whose_snapshot_is_gone_says_what_became_of_it(copied: Home) -> None:
    current = published.newest(copied)
    assert current is not None
    (made,) = put_in(copied, 1, current)
    as_of = date.fromisoformat(made[:10])
    with copied.database.begin() as connection:
        published.mark(connection, made, published.SWEPT, None, NOW)
    publications = read_publications(copied, published.state(copied))
    found = publications.gone(as_of)
    assert found is not None and (found.id, publications.fates[found.id]["fate"]) == (made, "swept")
    assert publications.gone(current.as_of) is None
