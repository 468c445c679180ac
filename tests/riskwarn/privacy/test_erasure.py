"""What is erased is gone from every byte, and an erasure either happened or did not."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import insert, select

from riskwarn.errors import LoadErased, PersonalText, RefusedWord, UnknownLoad, UnknownRecord
from riskwarn.home import Home, open_home
from riskwarn.ingest.screening import record_digest
from riskwarn.settings import Settings
from riskwarn.store import Store, ledger, writing
from riskwarn.store.erasure import erase_load, erase_record, foresee_load
from riskwarn.store.proof import Sought, prove
from riskwarn.store.tables import ERASURES, LAKE_FILES, LOADS, QUARANTINE
from riskwarn.store.undo import undo
from serving.snapshots.lost import not_replayable
from serving.snapshots.tables import SNAPSHOTS
from tests.worlds import NOW, dispute, load, with_grids, write_csv

BECAUSE = "法院判决，第12号决定"


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    """Two exports of disputes: D0 … D9, then corrections of some, one link and one refused row."""
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "january.csv", [dispute(n) for n in range(10)]))
    later = [
        dispute(3, 纠纷类型="物业"),
        {**dispute(20), "主单编号": "D3"},
        {**dispute(21, 发生时间="昨天"), "主单编号": ""},
    ]
    load(home, "disputes", write_csv(tmp_path / "february.csv", [{"主单编号": "", **row} for row in later]))
    with home.database.begin() as connection:
        for version in (1, 2, 3):
            told = {"as_of": date(2026, 10, 1), "published_at": NOW, "valid_until": NOW}
            connection.execute(
                insert(SNAPSHOTS).values(id=f"s{version}", manifest={"inputs": {"store_version": version}}, **told)
            )
    (home.features / "2026-10-01-store1-ab.parquet").write_bytes(b"before")
    (home.features / "2026-10-01-store2-ab.parquet").write_bytes(b"after")
    return home


def digests(home: Home) -> set[int]:
    return set(Store(home).versions("disputes")["record_id"])


def test_a_record_is_erased_in_all_its_versions(city: Home) -> None:
    before, gone = Store(city).versions("disputes"), record_digest(city, "disputes", " D3 ")
    assert prove(city, Sought(digests=np.array([gone]))).hits, "the proof finds what is there"
    done = erase_record(city, "disputes", gone, because=BECAUSE, now=NOW, text="D3")
    assert (done.kind, done.rows, done.files, done.proof.hits) == ("record", 2, 2, ())
    after = Store(city).versions("disputes")
    expected = before[before["record_id"] != gone].reset_index(drop=True)
    expected["repeat_of"] = None
    pd.testing.assert_frame_equal(after.drop(columns="repeat_of"), expected.drop(columns="repeat_of"))
    assert after["repeat_of"].isna().all(), "a link to it is data about it"
    assert not_replayable(city, done.loss) == ["s2", "s3"]
    assert [file.name for file in city.features.iterdir()] == ["2026-10-01-store1-ab.parquet"]
    with city.database.connect() as connection:
        noted = connection.execute(select(ERASURES)).mappings().one()
        manifests = connection.scalars(select(SNAPSHOTS.c.manifest).order_by(SNAPSHOTS.c.sequence)).all()
    assert (noted["because"], noted["kind"], noted["rows"], noted["finished"]) == (BECAUSE, "record", 2, True)
    assert manifests == [{"inputs": {"store_version": version}} for version in (1, 2, 3)], "they are never changed"
    assert Store(city).version() == done.version == 4
    with pytest.raises(UnknownRecord):
        erase_record(city, "disputes", gone, because=BECAUSE, now=NOW)


def test_a_refused_row_of_a_record_is_erased_too(city: Home) -> None:
    done = erase_record(city, "disputes", record_digest(city, "disputes", "D21"), because=BECAUSE, now=NOW)
    assert (done.rows, done.quarantined, done.files) == (0, 1, 0)
    assert Store(city).quarantined("disputes") == []


def test_a_load_is_erased_with_its_name_and_checksum(city: Home) -> None:
    with city.database.connect() as connection:
        checksum = connection.scalar(select(LOADS.c.file_sha256).where(LOADS.c.load_id == 3))
        path = connection.scalar(select(LAKE_FILES.c.path).where(LAKE_FILES.c.load_id == 3))
    done = erase_load(city, 3, because=BECAUSE, now=NOW)
    assert (done.rows, done.quarantined, done.proof.hits) == (2, 1, ())
    assert not_replayable(city, done.loss) == ["s3"]
    assert not (city.lake / path).exists()
    assert len(Store(city).versions("disputes")) == 10
    everything = b"".join(file.read_bytes() for file in city.path.rglob("*") if file.is_file())
    assert checksum.encode() not in everything and b"february" not in everything
    assert [row.stands for row in ledger(city)] == [True, True, False, False]
    day = NOW.astimezone(city.configuration.calendar.timezone).date()
    for again in (
        lambda: foresee_load(city, 3),
        lambda: erase_load(city, 3, because=BECAUSE, now=NOW),
        lambda: undo(city, 3, now=NOW),
    ):
        with pytest.raises(LoadErased, match=f"Load 3 was erased on {day}"):
            again()
    with pytest.raises(UnknownLoad):
        erase_load(city, 4, because=BECAUSE, now=NOW)


def test_a_load_is_erased_although_the_same_file_was_loaded_again(city: Home, tmp_path: Path) -> None:
    """What tells of the other load (its file's name and checksum) is no trace of this one."""
    load(city, "disputes", tmp_path / "february.csv")
    done = erase_load(city, 3, because=BECAUSE, now=NOW)
    assert done.proof.hits == () and ledger(city)[-2].file_name == "february.csv"


def test_a_load_that_was_undone_can_be_erased_and_a_leaning_one_is_named(city: Home) -> None:
    done = erase_load(city, 2, because=BECAUSE, now=NOW)
    assert [row.load_id for row in done.again] == [3]
    assert done.proof.hits == ()
    assert record_digest(city, "disputes", "D3") in digests(city), "the later load has its own version of it"


@pytest.mark.parametrize(
    ("because", "error"),
    [("维 稳需要", RefusedWord), ("应13983771234机主要求", PersonalText), ("欧阳锦程", PersonalText)],
)
def test_the_reason_is_kept_and_so_names_nobody(city: Home, because: str, error: type[Exception]) -> None:
    for erase in (
        lambda: erase_load(city, 2, because=because, now=NOW),
        lambda: erase_record(city, "disputes", 1, because=because, now=NOW),
    ):
        with pytest.raises(error):
            erase()


def test_what_is_not_there_is_one_sentence(city: Home) -> None:
    with pytest.raises(UnknownLoad, match="no load 99"):
        erase_load(city, 99, because=BECAUSE, now=NOW)
    with pytest.raises(UnknownRecord, match="disputes holds no record"):
        erase_record(city, "disputes", 12345, because=BECAUSE, now=NOW)
    with pytest.raises(UnknownRecord):
        erase_record(city, "grids", 12345, because=BECAUSE, now=NOW)


def test_the_proof_looks_everywhere(home: Home) -> None:
    """A planted digest is found in every kind of file, in every form, and in the database."""
    digest = -1234567890123456789
    sought = Sought((str(digest).encode(), "欧阳锦程".encode()), np.array([digest]))
    assert prove(home, sought).hits == ()
    planted = {
        "artifacts/a.bin": b"xxx" + np.int64(digest).tobytes() + b"y",
        "artifacts/b.txt": f"id={digest}".encode(),
        "artifacts/c.json.gz": gzip.compress("名: 欧阳锦程".encode()),
        "snapshots/d.bin": b"x" + np.array([digest], dtype=">i8").tobytes(),
    }
    for name, content in planted.items():
        (home.path / name).write_bytes(content)
    many = pd.DataFrame({"a": np.arange(5000), "b": np.where(np.arange(5000) == 4000, digest, 7)})
    many.to_parquet(home.path / "features" / "e.parquet", compression="zstd")
    (home.path / "features" / "f.parquet").write_bytes(b"damaged")
    (home.path / "features" / "g.gz").write_bytes(b"damaged")
    proof = prove(home, sought)
    assert set(proof.hits) == {*planted, "features/e.parquet"}
    assert proof.unread == ("features/f.parquet", "features/g.gz")


ERASER = """
import sys
from datetime import datetime
from pathlib import Path
from riskwarn.home import open_home
from riskwarn.settings import Settings
from riskwarn.store.erasure import erase_record
home = open_home(Path(sys.argv[1]), Settings())
home.database
print("ready", flush=True)
sys.stdin.readline()
erase_record(home, "disputes", int(sys.argv[2]), because="a decision", now=datetime.fromisoformat(sys.argv[3]))
"""


@pytest.mark.slow
def test_an_erasure_killed_at_any_instant_happened_or_did_not(city: Home, tmp_path: Path) -> None:
    """The kills close in on the instant at which it happens."""
    gone = record_digest(city, "disputes", "D3")
    before = Store(city).versions("disputes")
    whole = tmp_path / "whole"
    shutil.copytree(city.path, whole)
    undisturbed = open_home(whole, Settings())
    erase_record(undisturbed, "disputes", gone, because="a decision", now=NOW)
    after = Store(undisturbed).versions("disputes")
    early, late = 0.0, 2.0  # seconds: it had not happened, it had happened
    for _ in range(9):
        folder = tmp_path / f"after{early + late}"
        shutil.copytree(city.path, folder)
        process = subprocess.Popen(
            [sys.executable, "-c", ERASER, str(folder), str(gone), NOW.isoformat()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.stdin.write(b"\n")
        process.stdin.flush()
        time.sleep((early + late) / 2)
        process.kill()
        process.communicate()
        survivor = open_home(folder, Settings())
        held = Store(survivor).versions("disputes")
        happened = len(held) == len(after)
        pd.testing.assert_frame_equal(held, after if happened else before)
        if happened:
            late = (early + late) / 2
            with writing(survivor):
                pass  # the next writer finishes what the killed one had begun
        else:
            early = (early + late) / 2
            erase_record(survivor, "disputes", gone, because="a decision", now=NOW)
        assert prove(survivor, Sought(digests=np.array([gone]))).hits == ()
        with survivor.database.connect() as connection:
            assert connection.scalars(select(ERASURES.c.finished)).all() == [True]
            assert not connection.scalars(select(QUARANTINE.c.record).where(QUARANTINE.c.record == gone)).all()
        survivor.database.dispose()
