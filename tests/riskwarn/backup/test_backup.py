"""A backup is whole, tells of its damage by name, and gives the same home back."""

from __future__ import annotations

import fcntl
import hashlib
import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, inspect

from riskwarn.audit.listing import newest
from riskwarn.audit.verifying import verify
from riskwarn.backup import check, making
from riskwarn.backup.copying import copy_file
from riskwarn.backup.manifest import NAME, File
from riskwarn.backup.partial import MARK
from riskwarn.errors import (
    BackupDamaged,
    BackupForeign,
    BackupMissing,
    BackupNewer,
    BackupRefused,
    BackupUnsound,
    FileMissing,
    RestoreRefused,
)
from riskwarn.home import ID_KEY, Home, make_home, open_home
from riskwarn.secrets import keep, key_file, secret
from riskwarn.settings import Settings
from riskwarn.store import Store
from riskwarn.store.erasure import erase_load
from riskwarn.store.tables import DISMISSALS
from tests.postgresql import emptied
from tests.riskwarn.backup.worlds_of_backups import backed_up, files_of, filled, problems, restored, rows_of
from tests.worlds import NOW, dispute, load, write_csv


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A filled home on either database."""
    url = emptied(request.getfixturevalue("server")) if request.param == "postgresql" else None
    settings = Settings(threads=1, database_url=url, secrets_key=str(tmp_path / "secrets.key"))
    home = filled(make_home(tmp_path / "home", settings), tmp_path)
    key_file.make(home, "sm4-gcm")
    keep(home, "webhook.centre", "hush", now=NOW)
    return home


def test_a_restored_home_is_the_home_of_then(either: Home, tmp_path: Path) -> None:
    made = backed_up(either, tmp_path / "backup")
    assert made.left_out == ("inbox",) and made.damaged == ()
    assert made.keys == (either.path / ID_KEY, tmp_path / "secrets.key")
    changing = ("audit", "audit_head")
    before, rows, lake = rows_of(either, *changing), rows_of(either), files_of(either.path / "lake")
    held = files_of(tmp_path / "backup")
    assert {file.path for file in check(tmp_path / "backup").files} == held.keys() - {NAME}
    assert not {ID_KEY, "serve.token", "inbox/raw.csv", "secrets.key"} & held.keys()
    for key in ((either.path / ID_KEY).read_bytes().strip(), key_file.read(either)[0].material.hex().encode()):
        assert not any(key in content for content in held.values())
    assert all(stat.S_IMODE((tmp_path / "backup" / name).stat().st_mode) == 0o600 for name in held)
    either.database.dispose()
    settings = either.settings
    if settings.database_url is not None:
        settings = replace(settings, database_url=emptied(settings.database_url))
    done = restored(tmp_path / "backup", tmp_path / "again", either, settings)
    assert (done.problems, done.made_at, done.bytes) == ((), NOW, made.bytes)
    again = open_home(tmp_path / "again", settings)
    assert rows_of(again, *changing) == before
    # Of the audit, what was written until the backup had begun, and that it was restored.
    assert [row.action for row in newest(again, most=2)] == ["backup.restored", "backup.made"]
    assert set(rows["audit"]) - set(rows_of(again)["audit"]) == {
        row for row in rows["audit"] if "done" in row and made.id in row
    }
    assert files_of(again.path / "lake") == lake
    assert verify(again).broken is None and problems(again) == []
    assert secret(again, "webhook.centre").get_secret_value() == "hush"
    assert not (again.path / MARK).exists() and stat.S_IMODE(again.path.stat().st_mode) == 0o700
    # It goes on where it was: ids are known again, numbers go on.
    account = load(again, "disputes", write_csv(tmp_path / "more.csv", [dispute(number) for number in range(100, 140)]))
    assert (account.duplicates, account.accepted) == (30, 10)
    with again.database.begin() as connection:
        connection.execute(insert(DISMISSALS).values(rows=1, because="a test", dismissed_at=NOW))
    again.database.dispose()


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(file.read_bytes()[:-1] + bytes([file.read_bytes()[-1] ^ 1])),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes() + b"\0"),
        lambda file: file.unlink(),
    ],
    ids=["a bit", "cut off", "longer", "gone"],
)
def test_whatever_file_is_damaged_is_named(city: Home, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    backed_up(city, tmp_path / "backup")
    held = files_of(tmp_path / "backup")
    assert {name.partition("/")[0] for name in held} >= {
        "lake",
        "mappings",
        "riskwarn.db",
        "riskwarn.yaml",
        "audit.head",
    }
    for name, content in held.items():
        file = tmp_path / "backup" / name
        damage(file)
        if name == NAME and not file.exists():
            with pytest.raises(BackupMissing):
                check(tmp_path / "backup")
        elif name != NAME or json.loads(content) != _read(file):
            with pytest.raises(BackupDamaged, match=f": {name}\\. Use another"):
                restored(tmp_path / "backup", tmp_path / "again", city)
        assert not (tmp_path / "again").exists()
        file.write_bytes(content)
    restored(tmp_path / "backup", tmp_path / "again", city)


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except ValueError:
        return None


def test_all_damaged_files_are_named_at_once(city: Home, tmp_path: Path) -> None:
    backed_up(city, tmp_path / "backup")
    for name in ("riskwarn.yaml", "audit.head"):
        (tmp_path / "backup" / name).write_text("x", encoding="utf-8")
    with pytest.raises(BackupDamaged, match=r": audit\.head, riskwarn\.yaml\."):
        check(tmp_path / "backup")


def test_who_writes_the_manifest_anew_is_found_by_the_homes_key(city: Home, tmp_path: Path) -> None:
    backed_up(city, tmp_path / "backup")
    folder = tmp_path / "backup"
    (folder / "riskwarn.yaml").write_text("city: 别处\n", encoding="utf-8")
    content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    told = next(one for one in content["files"] if one["path"] == "riskwarn.yaml")
    data = (folder / "riskwarn.yaml").read_bytes()
    told |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    seal = content.pop("seal")
    del content["sha256"]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    content |= {"sha256": hashlib.sha256(text.encode()).hexdigest(), "seal": seal}
    (folder / NAME).write_text(json.dumps(content), encoding="utf-8")
    check(folder)
    with pytest.raises(BackupForeign, match=r"id\.key"):
        restored(folder, tmp_path / "again", city)
    other = make_home(tmp_path / "other", Settings())
    backed_up(city, tmp_path / "sound")
    with pytest.raises(BackupForeign):
        restored(tmp_path / "sound", tmp_path / "again", other)
    (other.path / ID_KEY).write_text("no key", encoding="utf-8")
    with pytest.raises(BackupForeign):
        restored(tmp_path / "sound", tmp_path / "again", other)
    (other.path / ID_KEY).unlink()
    with pytest.raises(FileMissing):
        restored(tmp_path / "sound", tmp_path / "again", other)
    assert not (tmp_path / "again").exists()


def test_a_backup_of_a_newer_riskwarn_or_another_database_is_refused(city: Home, tmp_path: Path) -> None:
    backed_up(city, tmp_path / "backup")
    with pytest.raises(RestoreRefused, match="leave RISKWARN_DATABASE_URL out"):
        restored(tmp_path / "backup", tmp_path / "again", city, Settings(database_url="postgresql://127.0.0.1:1/x"))
    file = tmp_path / "backup" / NAME
    content = json.loads(file.read_text(encoding="utf-8"))
    content = {name: value for name, value in content.items() if name not in ("sha256", "seal")} | {"tables": "9999"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    file.write_text(json.dumps({**content, "sha256": hashlib.sha256(text.encode()).hexdigest(), "seal": ""}))
    with pytest.raises(BackupNewer, match=r"0\.1\.0"):
        restored(tmp_path / "backup", tmp_path / "again", city)


def test_places_that_are_no_good_are_refused_and_left_as_they_are(city: Home, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "b.partial").mkdir()
    (tmp_path / "b.partial" / "a.txt").write_text("mine", encoding="utf-8")
    for place, told in (
        (city.path / "backup", "neither in the home"), (tmp_path, "nor around it"), (tmp_path / "full", r"a\.txt"),
        (tmp_path / "full" / "a.txt", r"a\.txt"), (tmp_path / "no" / "b", "mount its disk"), (tmp_path / "b", "in the way"),
        (Path("/proc"), "a disk itself"),
    ):  # fmt: skip
        with pytest.raises(BackupRefused, match=told):
            backed_up(city, place)
    assert (tmp_path / "b.partial" / "a.txt").read_text(encoding="utf-8") == "mine"
    with pytest.raises(BackupRefused, match="lies in the home"):
        inside = replace(city, settings=Settings(secrets_key=str(city.path / "secrets.key")))
        backed_up(inside, tmp_path / "c")
    (tmp_path / "empty").mkdir()
    backed_up(city, tmp_path / "empty")
    with pytest.raises(RestoreRefused, match=r"a\.txt"):
        restored(tmp_path / "empty", tmp_path / "full", city)
    assert files_of(tmp_path / "full") == {"a.txt": b"mine"}
    with pytest.raises(RestoreRefused, match="other files"):
        restored(tmp_path / "empty", city.path, city)
    assert [(row.action, row.result) for row in newest(city, most=2)] == [
        ("backup.made", "done"),
        ("backup.made", "begun"),
    ]


def test_two_at_one_place_do_not_meet(city: Home, tmp_path: Path) -> None:
    (tmp_path / "b.partial").mkdir()
    with (tmp_path / "b.partial" / MARK).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BackupRefused, match="another process"):
            backed_up(city, tmp_path / "b")
    (tmp_path / "b.partial" / "lake").mkdir()
    backed_up(city, tmp_path / "b")
    assert not (tmp_path / "b.partial").exists()


def test_what_has_not_changed_is_linked_and_a_damaged_one_copied(city: Home, tmp_path: Path) -> None:
    first = backed_up(city, tmp_path / "monday")
    load(city, "disputes", write_csv(tmp_path / "n.csv", [dispute(number) for number in range(500, 520)]))
    (city.path / "mappings" / "disputes-0123.yaml").write_text("columns: {category: 类型}\n", encoding="utf-8")
    before = files_of(tmp_path / "monday")
    lake = sorted(name for name in before if name.startswith("lake/"))
    damaged = tmp_path / "monday" / lake[0]
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    second = backed_up(city, tmp_path / "tuesday", tmp_path / "monday")
    assert (first.linked, second.linked) == (0, len(lake) - 1)
    same = [name for name in lake if (tmp_path / "tuesday" / name).samefile(tmp_path / "monday" / name)]
    assert same == lake[1:]
    assert files_of(tmp_path / "monday") == before | {lake[0]: damaged.read_bytes()}
    restored(tmp_path / "tuesday", tmp_path / "again", city)
    assert len(Store(open_home(tmp_path / "again", Settings())).versions("disputes")) == 150
    with pytest.raises(BackupMissing):
        backed_up(city, tmp_path / "wednesday", tmp_path)


def test_nobody_is_signed_in_in_a_restored_home_and_its_key_stays_out(city: Home, tmp_path: Path) -> None:
    with city.database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS sessions (id TEXT)")
        names = [column["name"] for column in inspect(connection).get_columns("sessions")]
        marks = ", ".join("'2026-01-01 00:00:00.000000'" for _ in names)
        connection.exec_driver_sql(f"INSERT INTO sessions ({', '.join(names)}) VALUES ({marks})")
    made = backed_up(city, tmp_path / "backup")
    assert made.keys == (city.path / ID_KEY,) and made.left_out == ("inbox",)
    restored(tmp_path / "backup", tmp_path / "again", city)
    for home, rows in ((city, 1), (open_home(tmp_path / "again", Settings()), 0)):
        with home.database.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar() == rows


def test_a_home_that_is_damaged_itself_is_told_of_and_not_restored_unasked(city: Home, tmp_path: Path) -> None:
    file = next((city.path / "lake" / "disputes").iterdir())
    file.write_bytes(file.read_bytes()[:-1])
    made = backed_up(city, tmp_path / "backup")
    assert made.damaged == (f"lake/disputes/{file.name}",)
    with pytest.raises(BackupUnsound, match=file.name):
        restored(tmp_path / "backup", tmp_path / "again", city)
    assert not (tmp_path / "again").exists() and not (tmp_path / "again.partial").exists()
    done = restored(tmp_path / "backup", tmp_path / "again", city, with_problems=True)
    assert len(done.problems) == 1 and file.name in done.problems[0]
    assert newest(open_home(done.home, Settings()))[0].result == "problems"


def test_what_is_erased_while_it_is_copied_is_not_in_it(
    city: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased: list[object] = []

    def erasing(source: Path, folder: Path, path: str) -> File:
        # The databases have been copied.
        if path.startswith("lake/disputes") and not erased:
            erased.append(erase_load(city, 2, because="a decision", now=NOW))
        return copy_file(source, folder, path)

    monkeypatch.setattr(making, "copy_file", erasing)
    backed_up(city, tmp_path / "backup")
    assert restored(tmp_path / "backup", tmp_path / "again", city).problems == ()
    again = open_home(tmp_path / "again", Settings())
    assert files_of(again.path / "lake") == files_of(city.path / "lake")
    assert rows_of(again, "audit", "audit_head") == rows_of(city, "audit", "audit_head")
    monkeypatch.setattr(making._Making, "round", lambda _: False)
    with pytest.raises(BackupRefused, match="again and again"):
        backed_up(city, tmp_path / "never")
    assert not (tmp_path / "never").exists() and not (tmp_path / "never.partial").exists()
    assert newest(city)[0].result == "failed"


@pytest.mark.server
def test_a_database_that_somebody_works_with_is_not_restored_into(server: str, tmp_path: Path) -> None:
    settings = Settings(threads=1, database_url=emptied(server))
    home = filled(make_home(tmp_path / "home", settings), tmp_path)
    backed_up(home, tmp_path / "backup")
    rows = rows_of(home)
    with pytest.raises(RestoreRefused, match="holds a home already"):
        restored(tmp_path / "backup", tmp_path / "again", home, settings)
    with pytest.raises(RestoreRefused, match="name an empty one with RISKWARN_DATABASE_URL"):
        restored(tmp_path / "backup", tmp_path / "again", home, Settings())
    assert rows_of(home) == rows
    home.database.dispose()
    # Tables of another program stay; those of a home in which nothing was done yet are made anew.
    emptied(server)
    make_home(tmp_path / "fresh", settings).database.dispose()
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE experiments (a int)")
        connection.exec_driver_sql("INSERT INTO experiments VALUES (1)")
        connection.exec_driver_sql("CREATE TABLE riskwarn_restoring (home text)")
        connection.exec_driver_sql("INSERT INTO riskwarn_restoring VALUES ('/elsewhere')")
    with pytest.raises(RestoreRefused, match="is being restored for /elsewhere"):
        restored(tmp_path / "backup", tmp_path / "again", home, settings)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE riskwarn_restoring SET home = %s", (str(tmp_path / "again"),))
    restored(tmp_path / "backup", tmp_path / "again", home, settings)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT a FROM experiments").scalar() == 1
        assert connection.exec_driver_sql("SELECT to_regclass('riskwarn_restoring')").scalar() is None
    engine.dispose()
