"""A change and its row happen together or not at all, one after another, whoever is killed when; the file tells the end."""

from __future__ import annotations

import json
import os
import random
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from multiprocessing import Pipe
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from riskwarn.audit import LOCAL, Action, Caller, Entry, announced, record, recorded
from riskwarn.audit.chain import Head
from riskwarn.audit.heads import NAME, noted_head
from riskwarn.audit.listing import Chosen, export, newest
from riskwarn.audit.tables import AUDIT, AUDIT_HEAD
from riskwarn.audit.verifying import verify
from riskwarn.audit.walking import Kind
from riskwarn.configuration import AuditRules
from riskwarn.errors import AlgorithmMissing, AuditBroken, PersonalText, ReasonTooLong, RefusedWord
from riskwarn.home import Home
from riskwarn.store.tables import DISMISSALS
from tests.riskwarn.audit.changing import AT, started


def with_rows(home: Home, count: int) -> None:
    for number in range(count):
        record(home, Entry(Action.DATA_LOADED, f"disputes/{number}"), at=AT + timedelta(hours=number))


def broken(home: Home) -> tuple[int, Kind] | None:
    found = verify(home).broken
    return (found.row, found.kind) if found is not None else None


def test_a_change_and_its_row_happen_together(either: Home) -> None:
    change_of = {"rows": 1, "because": "totals", "dismissed_at": AT}
    caller = Caller("op_7f3a9c", "10.1.2.3", "planning")
    with recorded(either) as change:
        change.connection.execute(insert(DISMISSALS).values(change_of))
        change.append(Entry(Action.QUARANTINE_DISMISSED, "disputes", caller, note="合计行，不是记录"), at=AT)
    with pytest.raises(KeyboardInterrupt), recorded(either) as change:
        change.connection.execute(insert(DISMISSALS).values(change_of))
        change.append(Entry(Action.QUARANTINE_DISMISSED, "disputes"), at=AT)
        raise KeyboardInterrupt
    with either.database.connect() as connection:
        assert len(connection.execute(select(DISMISSALS)).all()) == 1
    (row,) = newest(either)
    told = (row.sequence, row.at, row.actor, row.origin, row.action, row.object, row.result, row.purpose, row.note)
    expected = (
        1,
        AT,
        "op_7f3a9c",
        "10.1.2.3",
        "quarantine.dismissed",
        "disputes",
        "done",
        "planning",
        "合计行，不是记录",
    )
    assert told == expected and (row.count, row.algorithm, row.previous) == (1, "sha256", "")
    # The hash does not change with the offset in which somebody tells the instant.
    beijing = AT.astimezone(timezone(timedelta(hours=8)))
    record(either, Entry(Action.DATA_LOADED, "disputes/1"), at=beijing)
    assert verify(either).as_dict() == {"rows": 2, "last": 2, "hash": newest(either)[0].hash, "broken": None}


@pytest.mark.parametrize(
    ("note", "error"),
    [
        ("维稳需要", RefusedWord),
        ("应李小红申请", PersonalText),
        ("call 13800138000", PersonalText),
        ("x" * 501, ReasonTooLong),
    ],
)
def test_a_note_that_may_not_be_kept_is_refused_before_anything_happens(
    home: Home, note: str, error: type[Exception]
) -> None:
    with pytest.raises(error), announced(home, Entry(Action.BACKUP_MADE, note=note), at=AT):
        raise AssertionError("nothing may happen")
    assert newest(home) == []


def test_who_acts_is_never_named(home: Home) -> None:
    for name in ("王小明", "Wang Xiaoming", "", "x" * 65):
        with pytest.raises(ValueError):
            Caller(name)
    record(home, Entry(Action.READ_PORTRAIT, "G1\n\x00\ud800"), at=AT)
    assert newest(home)[0].object == "G1\ufffd\ufffd\ufffd"
    assert broken(home) is None


def test_what_changes_outside_the_database_is_told_before_and_after(home: Home) -> None:
    with announced(home, Entry(Action.MODEL_PROMOTED, "conflict-4-v7"), at=AT):
        assert [row.result for row in newest(home)] == ["begun"]
    with pytest.raises(RuntimeError), announced(home, Entry(Action.MODEL_PROMOTED, "conflict-4-v8"), at=AT):
        raise RuntimeError
    assert [row.result for row in newest(home)] == ["failed", "begun", "done", "begun"]


def test_the_algorithm_is_declared_and_may_change(home: Home) -> None:
    with_rows(home, 2)
    chinese = replace(home, configuration=home.configuration.model_copy(update={"audit": AuditRules(algorithm="sm3")}))
    with_rows(chinese, 1)
    assert [row.algorithm for row in newest(home)] == ["sm3", "sha256", "sha256"]
    assert broken(home) is None
    unknown = AuditRules.model_construct(algorithm="sm9", keep_days=184, keep_exports_days=1096)  # type: ignore[arg-type]
    other = replace(home, configuration=home.configuration.model_copy(update={"audit": unknown}))
    with pytest.raises(AlgorithmMissing, match="sm9"), recorded(other):
        raise AssertionError("nothing may happen")


def test_the_end_is_noted_outside_the_database_for_its_owner_alone(either: Home) -> None:
    with_rows(either, 3)
    file = either.path / NAME
    assert json.loads(file.read_text()) == {"sequence": 3, "hash": newest(either)[0].hash}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_crash_between_commit_and_file_is_told_apart_from_tampering(either: Home) -> None:
    with_rows(either, 3)
    file = either.path / NAME
    before = file.read_text()
    with_rows(either, 2)
    file.write_text(before)
    assert broken(either) is None, "longer than the file says, and still the same up to there"
    with_rows(either, 1)
    assert noted_head(either) == Head(6, newest(either)[0].hash)
    with either.database.begin() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.sequence > 4))
        last = connection.scalar(select(AUDIT.c.hash).where(AUDIT.c.sequence == 4))
        connection.execute(update(AUDIT_HEAD).values(sequence=4, hash=last))
    assert broken(either) == (5, Kind.REMOVED_AT_THE_END)
    with_rows(either, 3)
    assert noted_head(either) != Head(7, newest(either)[0].hash), "what the file tells of is not written over"
    assert broken(either) == (6, Kind.CHANGED)
    file.unlink()
    with_rows(either, 1)
    assert not file.exists() and broken(either) == (8, Kind.REMOVED_AT_THE_END), "it is not made anew unseen"


@pytest.mark.parametrize("how", ["changed", "removed", "the last", "all", "put in", "over the end", "the head"])
def test_what_is_done_by_hand_in_either_database_is_found(either: Home, how: str) -> None:
    with_rows(either, 5)
    with either.database.begin() as connection:
        if how == "changed":
            connection.execute(update(AUDIT).where(AUDIT.c.sequence == 2).values(actor="op_x"))
        elif how in ("removed", "the last"):
            connection.execute(delete(AUDIT).where(AUDIT.c.sequence == (2 if how == "removed" else 5)))
        elif how == "all":
            connection.execute(delete(AUDIT))
            connection.execute(update(AUDIT_HEAD).values(sequence=0, hash=""))
        elif how == "the head":
            connection.execute(delete(AUDIT_HEAD))
        else:
            row = dict(connection.execute(select(AUDIT).where(AUDIT.c.sequence == 3)).mappings().one())
            connection.execute(insert(AUDIT).values(row | {"sequence": 0 if how == "put in" else 6}))
    expected = {
        "changed": (2, Kind.CHANGED),
        "removed": (2, Kind.REMOVED),
        "the last": (5, Kind.REMOVED_AT_THE_END),
        "all": (1, Kind.REMOVED_AT_THE_END),
        "put in": (0, Kind.INSERTED),
        "over the end": (6, Kind.INSERTED),
        "the head": (1, Kind.REMOVED),
    }
    assert broken(either) == expected[how]


@pytest.mark.parametrize("values", ["result=x'ff'", "algorithm='none'", "algorithm=''", "note=7"])
def test_a_cell_that_no_row_could_hold_is_found_as_a_changed_row(home: Home, values: str) -> None:
    with_rows(home, 4)
    with home.database.begin() as connection:
        connection.exec_driver_sql(f"UPDATE audit SET {values} WHERE sequence = 3")
    assert broken(home) == (3, Kind.CHANGED)


@pytest.mark.parametrize(
    ("values", "sqlite", "where"),
    [
        ("at='x'", True, (3, Kind.CHANGED)),
        ("at=7", True, (3, Kind.CHANGED)),
        ("at=x'ff'", True, (3, Kind.CHANGED)),
        ("at='infinity'", False, (3, Kind.CHANGED)),
        ("note=CAST(x'ff' AS TEXT)", True, (3, Kind.CHANGED)),
        ("actor=x'ff'", True, (3, Kind.CHANGED)),
        ("count='many'", True, (3, Kind.CHANGED)),
        ("action='audit.removed', object=x'ff'", True, (3, Kind.CHANGED)),
        ("action='audit.removed', object='3-3', at='x'", True, (3, Kind.CHANGED)),
        ("sequence='x'", True, (3, Kind.REMOVED)),
        ("sequence=2.5", True, (2.5, Kind.INSERTED)),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_never_a_trace(
    either: Home, tmp_path: Path, values: str, sqlite: bool, where: tuple[float, Kind]
) -> None:
    """By whoever reads it: the check, the file, the list."""
    if sqlite != (either.database.dialect.name == "sqlite"):
        pytest.skip("the other database refuses it, or keeps it as it is")
    with_rows(either, 4)
    with either.database.begin() as connection:
        connection.exec_driver_sql(f"UPDATE audit SET {values} WHERE sequence = 3")
    assert broken(either) == where
    for name in ("rows.jsonl", "rows.csv"):
        with pytest.raises(AuditBroken, match=r"broken at row .* \(changed\): it is not what was written"):
            export(either, tmp_path / name)
        assert not (tmp_path / name).exists()
    with pytest.raises(AuditBroken):
        newest(either)
    assert [row.sequence for row in newest(either, Chosen(before=3 if where[0] == 3 else 2))][-1:] == [1]


def test_where_the_chain_ends_that_cannot_be_read_is_no_trace(home: Home) -> None:
    with_rows(home, 2)
    with home.database.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_head SET sequence='x'")
    assert broken(home) == (1, Kind.CHANGED)


def test_two_processes_append_without_gaps(either: Home) -> None:
    url = either.settings.database_url
    processes = [started(either.path, url, first, 25) for first in (0, 1000)]
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    rows = newest(either)
    assert [row.sequence for row in reversed(rows)] == list(range(1, 51))
    assert {row.object for row in rows} == {str(number) for first in (0, 1000) for number in range(first, first + 25)}
    assert broken(either) is None
    assert noted_head(either) == Head(50, rows[0].hash)


def test_whoever_is_killed_when_every_acknowledged_change_is_in_the_chain_once(either: Home) -> None:
    """RISKWARN_KILLS tells how often; the chain goes on where it ended."""
    kills, rng = int(os.environ.get("RISKWARN_KILLS", "10")), random.Random(7)
    acknowledged: list[int] = []
    for kill in range(kills):
        ours, theirs = Pipe(duplex=False)
        process = started(either.path, either.settings.database_url, kill * 1000, 1000, theirs)
        theirs.close()
        acknowledged.append(ours.recv())
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        process.join()
        with suppress(EOFError):
            while True:
                acknowledged.append(ours.recv())
        assert broken(either) is None
    rows = newest(either)
    written = sorted(int(row.object) for row in rows)
    assert len(set(written)) == len(written) and set(acknowledged) <= set(written)
    with either.database.connect() as connection:
        assert sorted(connection.scalars(select(DISMISSALS.c.rows))) == written
    record(either, Entry(Action.READ_AUDIT, "", LOCAL), at=datetime.now(AT.tzinfo))
    assert broken(either) is None
