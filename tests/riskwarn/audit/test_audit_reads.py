"""Reads of detail are counted at once, written in batches, and none is lost by a process that ends well."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import select

from riskwarn.audit import Action, Caller, ReadsOfDetail
from riskwarn.audit.listing import newest
from riskwarn.audit.tables import AUDIT
from riskwarn.audit.verifying import verify
from riskwarn.errors import DatabaseBusy
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings

ONE, OTHER = Caller("op_1", "10.0.0.1", "ranking"), Caller("key_2", "10.0.0.2", "alerts")
AT = datetime(2026, 11, 2, tzinfo=UTC)


def test_a_row_stands_for_the_reads_of_one_caller_of_one_thing_in_one_batch(either: Home) -> None:
    reads = ReadsOfDetail(either, every=3600, clock=lambda: AT)
    for _ in range(3):
        reads.note(Action.READ_PORTRAIT, "G1", ONE)
    reads.note(Action.READ_PORTRAIT, "G2", ONE)
    reads.note(Action.READ_PORTRAIT, "G1", OTHER)
    reads.note(Action.READ_EXPLANATION, "G1", ONE)
    reads.note(Action.ACCESS_REFUSED, "", OTHER, "denied")
    assert newest(either) == [], "nothing is written while somebody waits for an answer"
    reads.close()
    rows = {(row.actor, row.action, row.object, row.result): row.count for row in newest(either)}
    assert rows == {
        ("op_1", "read.portrait", "G1", "done"): 3,
        ("op_1", "read.portrait", "G2", "done"): 1,
        ("key_2", "read.portrait", "G1", "done"): 1,
        ("op_1", "read.explanation", "G1", "done"): 1,
        ("key_2", "access.refused", "", "denied"): 1,
    }
    assert {row.at for row in newest(either)} == {AT} and verify(either).broken is None
    with pytest.raises(RuntimeError):
        reads.note(Action.READ_PORTRAIT, "G1", ONE)


def test_what_was_read_is_written_within_a_second_without_being_asked(home: Home) -> None:
    written = threading.Event()

    def clock() -> datetime:
        written.set()
        return AT

    with ReadsOfDetail(home, every=0.05, clock=clock) as reads:
        reads.note(Action.READ_PORTRAIT, "G1", ONE)
        assert written.wait(60)


def test_a_full_batch_still_counts_every_read_of_every_caller(home: Home) -> None:
    reads = ReadsOfDetail(home, every=3600, most=5, clock=lambda: AT)
    reads._wake.set = lambda: None  # type: ignore[method-assign]  # else what is full is written at once
    for number in range(40):
        reads.note(Action.READ_PORTRAIT, f"G{number}", ONE if number % 2 else OTHER)
    reads._wake = threading.Event()
    with reads._lock:
        assert len(reads._counted) == 7
    reads.flush()
    counts = {(row.actor, row.object): row.count for row in newest(home)}
    assert sum(counts.values()) == 40 and (counts["op_1", "*"], counts["key_2", "*"]) == (18, 17)
    reads._closed = True


def test_what_cannot_be_written_now_is_written_later(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = ReadsOfDetail(home, every=3600, clock=lambda: AT)
    reads.note(Action.READ_PORTRAIT, "G1", ONE)
    with monkeypatch.context() as patched:
        patched.setattr("riskwarn.audit.reads.record", _busy)
        with pytest.raises(DatabaseBusy):
            reads.flush()
    reads.note(Action.READ_PORTRAIT, "G1", ONE)
    reads.close()
    assert [(row.object, row.count) for row in newest(home)] == [("G1", 2)]


def _busy(*_: object, **__: object) -> None:
    raise DatabaseBusy(database="riskwarn.db")


def test_threads_share_one_without_losing_a_read(home: Home) -> None:
    with ReadsOfDetail(home, every=0.01) as reads, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: reads.note(Action.READ_PORTRAIT, f"G{number % 3}", ONE), range(600)))
    rows = newest(home)
    assert sum(row.count for row in rows) == 600 and {row.object for row in rows} == {"G0", "G1", "G2"}
    assert verify(home).broken is None


def read_a_lot(path: Path, url: str | None, actor: str) -> None:
    """What a worker does."""
    home = open_home(path, Settings(database_url=url))
    with ReadsOfDetail(home, every=0.01) as reads:
        for number in range(200):
            reads.note(Action.READ_PORTRAIT, f"G{number % 2}", Caller(actor))
            if number % 50 == 0:
                time.sleep(0.02)


def test_several_workers_write_one_chain(either: Home) -> None:
    context = get_context("forkserver")
    workers = [
        context.Process(target=read_a_lot, args=(either.path, either.settings.database_url, f"op_{number}"))
        for number in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    with either.database.connect() as connection:
        rows = connection.execute(select(AUDIT.c.actor, AUDIT.c.count)).all()
    assert {actor: sum(row.count for row in rows if row.actor == actor) for actor in ("op_0", "op_1")} == {
        "op_0": 200,
        "op_1": 200,
    }
    assert verify(either).broken is None
