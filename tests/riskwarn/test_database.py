"""The operational database: its tables in every home, old or new, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, insert, inspect, select
from sqlalchemy.exc import StatementError

from riskwarn.database import PATIENCE, open_database
from riskwarn.errors import DatabaseBusy, DatabaseNewer, DatabaseUnreachable, DatabaseUnusable, SettingInvalid
from riskwarn.home import Home, make_home, open_home
from riskwarn.migrations import HEAD, VERSION_TABLE, run
from riskwarn.migrations.run import scripts, upgrade
from riskwarn.secrets.tables import SECRETS
from riskwarn.settings import Settings
from riskwarn.store import Store, ledger, undo
from riskwarn.store.ledger import Loss, losses
from riskwarn.store.tables import ERASURES, LOADS
from riskwarn.tables import METADATA
from serving.access.tables import KEYS
from serving.alerts.tables import ALERTS, TELLINGS
from serving.delivery.tables import MESSAGES
from serving.snapshots import published
from serving.snapshots.lost import not_replayable
from serving.snapshots.published import fates
from serving.snapshots.tables import SNAPSHOTS
from tests.postgresql import emptied

HOMES = Path(__file__).parent / "homes"

Url = Callable[[], str]

CHINA = timezone(timedelta(hours=8))


@pytest.fixture(autouse=True)
def _scripts_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is copied here."""
    monkeypatch.setattr(run, "upgrade", upgrade)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Url:
    """Gives the URL of a database without tables."""

    def made() -> str:
        if request.param == "sqlite":
            (tmp_path / "riskwarn.db").unlink(missing_ok=True)
            return f"sqlite:///{tmp_path / 'riskwarn.db'}"
        return emptied(request.getfixturevalue("server"))

    return made


def before_versions(url: str) -> str:
    """Fill a database as the last riskwarn without versions left it."""
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    script = (HOMES / f"before_versions.{kind}.sql").read_text(encoding="utf-8")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.executescript(script) if kind == "sqlite" else driver.execute(script)
        driver.commit()
    engine.dispose()
    return url


def without(url: str, *columns: str) -> str:
    """Take columns away that a still earlier riskwarn did not know."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        for table, column in (name.split(".") for name in columns):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    engine.dispose()
    return url


def differences(engine: Engine) -> list[Any]:
    """What Alembic would change for the declared tables."""
    with engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def shape(engine: Engine) -> dict[str, Any]:
    """Tables with columns and the names of their constraints."""
    held = inspect(engine)
    return {
        table: (
            {column["name"]: (str(column["type"]), column["nullable"]) for column in held.get_columns(table)},
            held.get_pk_constraint(table)["name"],
            sorted(str(key["name"]) for key in held.get_foreign_keys(table)),
            sorted(str(one["name"]) for one in held.get_unique_constraints(table)),
            sorted(str(one["name"]) for one in held.get_indexes(table)),
        )
        for table in sorted(held.get_table_names())
    }


def test_the_scripts_make_the_declared_tables_in_a_new_home_and_in_old_ones(url: Url) -> None:
    """Models = head. A home of every age ends with the same tables."""
    assert scripts().get_heads() == [HEAD]
    new = open_database(url())
    assert differences(new) == []
    expected = shape(new)
    assert set(expected) == {*METADATA.tables, VERSION_TABLE}
    assert {KEYS.name, SECRETS.name, MESSAGES.name} <= set(expected), (
        "every room's tables are looked at, also where this file is run alone"
    )
    new.dispose()
    later = ("loads.leans_on", "loads.undoes", "loads.because", "loads.erases")
    settling = ("quarantine.record", "quarantine.settled_by", "quarantine.settlement")
    for lacking in ((), later[-1:], settling[1:], (*later, *settling)):
        old = open_database(without(before_versions(url()), *lacking))
        assert differences(old) == [], lacking
        assert shape(old) == expected, lacking
        old.dispose()


def test_a_home_of_before_loses_nothing(url: Url, tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(database_url=before_versions(url())))
    rows = ledger(home)
    assert [(row.load_id, row.source, row.undone_by, row.erases) for row in rows] == [
        (1, "grids", None, None), (2, "disputes", None, None), (3, "disputes", None, None),
        (4, "petitions", 5, None), (5, "petitions", None, None), (6, "disputes", None, 1),
    ]  # fmt: skip
    assert [row.leans_on for row in rows] == [(), (), (2,), (), None, None]
    assert rows[1].loaded_at == datetime(2026, 11, 1, 16, 30, 0, 123456, tzinfo=UTC)
    assert rows[2].exported_at == datetime(2026, 4, 1, 6, 30, tzinfo=CHINA), "a text with another offset"
    store = Store(home)
    assert (store.version(), store.not_loaded(), len(store.quarantined())) == (6, [], 1)
    assert Store(home, 4).not_loaded() == [
        {"source": "petitions", "district": "江北区", "quarter": "2026Q1", "rows": 1}
    ]
    assert store.exported_at("disputes", rows[1].file_sha256) == datetime(2026, 4, 1, tzinfo=CHINA)
    with home.database.connect() as connection:
        snapshots = connection.execute(select(SNAPSHOTS).order_by(SNAPSHOTS.c.sequence)).mappings().all()
        alerts = connection.execute(select(ALERTS).order_by(ALERTS.c.sequence)).mappings().all()
        erased = connection.execute(select(ERASURES)).mappings().one()
    assert [row["as_of"] for row in snapshots] == [date(2026, 10, day) for day in (1, 2, 3)]
    assert [row["valid_until"] for row in snapshots] == [datetime(2026, 10, day, tzinfo=CHINA) for day in (11, 12, 13)]
    assert [(row["code"], row["raised_at"], row["reasons"][0]["zh"]) for row in alerts] == [
        (code, datetime(2026, 11, 1, 19, 30, 0, 123456, tzinfo=UTC), "甲") for code in ("G0", "G1")
    ]
    assert {one: told["fate"] for one, told in fates(home).items()} == {row["id"]: "swept" for row in snapshots}
    assert published.newest(home) is None, "their files have another form: nothing is served until the next scoring"
    assert (erased["because"], erased["finished"]) == ("a decision", True)
    # What an erasure had written into manifests is told by the ledger.
    assert [row["manifest"] for row in snapshots] == [
        {"inputs": {"store_version": version}, "gaps": [], "models": {}} for version in (1, 2, 3)
    ]
    assert losses(home) == [Loss(2, 6)]
    assert not_replayable(home, Loss(2, 6)) == ["2026-10-02-abc", "2026-10-03-abc"]
    # New rows go on counting where the old ones ended, and keys are checked again.
    assert undo(home, 3, now=datetime(2026, 11, 5, tzinfo=UTC)).version == 7


def test_what_was_judged_before_is_numbered_in_its_order_and_what_was_promised_to_three_digits_taken_back(
    url: Url,
) -> None:
    engine = create_engine(url())
    upgrade(engine, "0013")
    row = {
        "alert": "w",
        "snapshot": "s",
        "horizon": 4,
        "code": "G",
        "at": "2026-10-01 00:00:00",
        "judged": True,
        "stated": 0.137,
    }
    told = [
        ("a", "red", "D1", 1),
        ("a", "red", "D2", 0),
        ("b", "red", None, 2),
        ("a", "red", "D1", None),
        ("a", "red", "D1", 0),
    ]
    text = "INSERT INTO alert_tellings (%s) VALUES (%s)"
    with engine.begin() as connection:
        for target, level, district, events in told:
            one = {**row, "target": target, "level": level, "district": district, "events": events}
            connection.execute(sa.text(text % (", ".join(one), ", ".join(f":{name}" for name in one))), one)
    upgrade(engine)
    own = TELLINGS.c
    with engine.connect() as connection:
        rows = connection.execute(select(own.nth, own.nth_of_district, own.stated).order_by(own.sequence)).all()
    assert [tuple(one) for one in rows] == [
        (0, 0, None),
        (1, 0, None),
        (0, None, None),
        (None, None, None),
        (2, 1, None),
    ]
    engine.dispose()


def test_a_home_of_before_can_be_reopened_at_once(url: Url) -> None:
    """The second opening finds nothing to do, and does not even import Alembic."""
    place = before_versions(url())
    open_database(place).dispose()
    script = (
        "import sys; from riskwarn.database import open_database; open_database(sys.argv[1]); "
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, place], check=True)


@pytest.mark.parametrize("home", ["new", "old"])
def test_of_several_that_open_a_home_at_once_one_makes_the_tables(url: Url, home: str) -> None:
    place = url() if home == "new" else before_versions(url())
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: open_database(place), range(6)))
    for engine in opened:
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").all() == [(HEAD,)]
            assert len(connection.execute(select(LOADS)).all()) == (0 if home == "new" else 6)
        engine.dispose()


def test_processes_that_open_an_old_home_at_once_all_find_it_new(url: Url) -> None:
    place = before_versions(url())
    script = "import sys; from riskwarn.database import open_database; sys.stdin.readline(); open_database(sys.argv[1])"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, place], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def test_a_script_that_fails_leaves_the_home_as_it_was(url: Url, monkeypatch: pytest.MonkeyPatch) -> None:
    place = before_versions(url())
    old = create_engine(place.replace("postgresql://", "postgresql+psycopg://", 1))
    before = shape(old)
    with monkeypatch.context() as patched:
        patched.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", _second_fails())
        with pytest.raises(KeyboardInterrupt):
            open_database(place)
    assert shape(old) == before
    old.dispose()
    open_database(place).dispose()


def _second_fails() -> Any:
    from alembic.runtime.migration import HeadMaintainer

    real = HeadMaintainer.update_to_step

    def told(self: Any, step: Any) -> None:
        if step.to_revisions == (HEAD,):
            raise KeyboardInterrupt
        real(self, step)

    return told


def test_a_database_of_a_newer_riskwarn_is_left_alone(url: Url) -> None:
    place = url()
    engine = open_database(place)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9001'")
    engine.dispose()
    with pytest.raises(DatabaseNewer, match=f"version 9001, this one knows {HEAD}"):
        open_database(place)


def test_the_version_of_mlflow_in_the_same_database_is_left_alone(url: Url) -> None:
    """It keeps its own under Alembic's usual name, and takes what it finds there for its own."""
    place = url()
    engine = create_engine(place.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('bd07f7e963c5')")
    open_database(place).dispose()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [("bd07f7e963c5",)]
    engine.dispose()


def test_instants_are_instants(url: Url) -> None:
    """They keep every microsecond, sort whatever their offset, and one without an offset is refused."""
    engine = open_database(url())
    moments = [
        datetime(2026, 4, 1, 1, 0, tzinfo=CHINA),  # the last of March in UTC
        datetime(2026, 3, 31, 18, 0, 0, 7, tzinfo=UTC),
        datetime(2026, 4, 1, 3, 0, tzinfo=CHINA),
    ]
    common = {"source": "disputes", "file_name": "a", "file_sha256": "a", "account": {}, "exported_at": moments[0]}
    with engine.begin() as connection:
        connection.execute(insert(LOADS), [{**common, "loaded_at": moment} for moment in reversed(moments)])
    with engine.connect() as connection:
        found = list(connection.scalars(select(LOADS.c.loaded_at).order_by(LOADS.c.loaded_at)))
        later = select(LOADS.c.load_id).where(LOADS.c.loaded_at > moments[0].astimezone(UTC))
        assert len(connection.execute(later).all()) == 2
    assert found == moments
    assert {moment.tzinfo for moment in found} == {UTC}
    with pytest.raises(StatementError, match="offset from UTC"), engine.begin() as connection:
        connection.execute(insert(LOADS).values(**common, loaded_at=datetime(2026, 4, 1)))
    engine.dispose()


def test_the_scripts_import_nothing_of_ours() -> None:
    """They say what tables were, whatever the code says that they are now; and they come with the package."""
    spec = find_spec("riskwarn.migrations.versions")
    assert spec is not None and spec.origin is not None
    written = sorted(Path(spec.origin).parent.glob("v*.py"))
    assert len(written) == int(HEAD)
    for script in written:
        for ours in ("riskwarn", "features", "training", "serving"):
            assert f"import {ours}" not in (text := script.read_text(encoding="utf-8")) and f"from {ours}" not in text


# ---- what befalls a database --------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_named(home: Home) -> None:
    file = home.path / "riskwarn.db"
    file.write_bytes(b"not a database at all, but as long as one" * 100)
    with pytest.raises(DatabaseUnusable, match="not a database") as told:
        ledger(open_home(home.path, Settings()))
    assert str(file) in str(told.value) and "RISKWARN_DATABASE_URL" not in str(told.value)


def test_a_place_that_cannot_be_written_is_named(home: Home) -> None:
    row = {"source": "disputes", "file_name": "a", "file_sha256": "a", "account": {}}
    moment = datetime(2026, 4, 1, tzinfo=UTC)
    with open_home(home.path, Settings()).database.begin() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(DatabaseUnusable, match="readonly") as told:
            connection.execute(insert(LOADS).values(**row, loaded_at=moment, exported_at=moment))
    assert str(home.path / "riskwarn.db") in str(told.value)


def test_a_database_that_another_holds_is_busy(home: Home) -> None:
    """For as long as who asks is patient, also while a new connection is prepared."""
    other = sqlite3.connect(home.path / "riskwarn.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    before = PATIENCE.set(0)
    try:
        with pytest.raises(DatabaseBusy, match="another process"):
            ledger(open_home(home.path, Settings()))
    finally:
        PATIENCE.reset(before)
        other.close()
    assert ledger(open_home(home.path, Settings())) == []


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(DatabaseUnreachable, match="check RISKWARN_DATABASE_URL") as told:
        open_database("postgresql://someone:secret@127.0.0.1:1/city")
    assert "127.0.0.1:1/city" in str(told.value) and "secret" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("wrong", ["nonsense", "oracle9://x/y"])
def test_a_url_that_leads_nowhere_is_a_wrong_setting(wrong: str) -> None:
    with pytest.raises(SettingInvalid, match="RISKWARN_DATABASE_URL"):
        open_database(wrong)


@pytest.mark.server
def test_a_server_that_refuses_us_is_named(server: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="does not exist"):
        open_database(server.replace("/postgres", "/nothing").replace("postgres@", "nobody@"))
