"""The current snapshot: read once however many ask, never lost to what is damaged or silent, and apart from the database."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from riskwarn.errors import AsOfGone, DatabaseUnreachable, NoSnapshot, QueryInvalid, SnapshotDamaged, SnapshotGone
from serving.snapshots import current as module
from serving.snapshots.current import Current
from serving.snapshots.marked import mark, marked
from tests.serving.conftest import Made
from tests.waiting import PATIENCE, until


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the snapshots that are read from files; each takes a while."""
    found: list[str] = []
    load = module.load_snapshot

    def slow(home: Any, row: Any) -> Any:
        found.append(row.id)
        time.sleep(0.2)
        return load(home, row)

    monkeypatch.setattr(module, "load_snapshot", slow)
    return found


def at_once(ask: Callable[[], Any], times: int = 20) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return [one.result() for one in [pool.submit(ask) for _ in range(times)]]


def test_twenty_clients_at_a_start_and_at_a_publication_cost_one_load_each(made: Made, loads: list[str]) -> None:
    current = Current(made.home, look_every=0.05)
    current.start()
    try:
        assert {one.id for one in at_once(current)} == {made.first} and loads == [made.first]
        second = made.publish(7)
        until(lambda: {one.id for one in at_once(current)} == {second})
        assert loads == [made.first, second]
    finally:
        current.stop()


def test_older_snapshots_are_read_once_for_all_and_bounded_by_bytes(made: Made, loads: list[str]) -> None:
    ids = [made.first, *(made.publish(7 * week, seed=week) for week in (1, 2, 3))]
    newest, days = made.publish(28), [made.as_of.fromordinal(made.as_of.toordinal() + 7 * week) for week in range(4)]
    current = Current(made.home, older_bytes=1)
    current.look()
    assert {one.id for one in at_once(lambda: current(days[0]))} == {ids[0]} and loads == [newest, ids[0]]
    assert [current(day).id for day in days] == ids
    assert len(current._older) == 1, "one is kept, whatever it weighs"
    roomy = Current(made.home, older_bytes=10 * current().nbytes)
    roomy.look()
    loads.clear()
    assert [roomy(day).id for day in (*days, *days)] == [*ids, *ids] and loads == ids


def test_a_damaged_or_missing_newest_leaves_the_old_one_served(made: Made) -> None:
    current = Current(made.home, try_every=0)
    current.look()
    second = made.publish(7)
    mend = made.damage(second)
    current.look()
    assert current().id == made.first and isinstance(current.problem, SnapshotDamaged) and current.failures == 1
    started_anew = Current(made.home)
    started_anew.look()
    assert started_anew().id == made.first and isinstance(started_anew.problem, SnapshotDamaged)
    mend()
    current.look()
    assert current().id == second and current.problem is None
    (made.home.snapshots / made.publish(14) / "places.parquet").unlink()
    current.look()
    assert current().id == second and isinstance(current.problem, SnapshotDamaged)


def test_what_one_worker_finds_damaged_all_leave_and_all_take_up_again(made: Made) -> None:
    """The one that held it in memory before answers as the one that was started anew, of what is current and of what is old."""
    second, third = made.publish(7), made.publish(14)
    one = Current(made.home, try_every=60)
    one.look()
    assert one().id == third and one.named(made.first).id == made.first
    number, mends = one.generation, [made.damage(third, "reasons.parquet"), made.damage(made.first)]
    other = Current(made.home, try_every=60)
    other.look()
    with pytest.raises(SnapshotDamaged):
        other.named(made.first)
    one.look()
    assert {one().id, other().id} == {second} and one.generation > number
    assert all(isinstance(each.problem, SnapshotDamaged) for each in (one, other))
    with pytest.raises(SnapshotDamaged):
        one.named(made.first)
    for mend in mends:
        mend()
    assert other.named(made.first).id == one.named(made.first).id == made.first
    restarted = Current(made.home)
    restarted.look()
    for each in (one, other):
        each.look()
        assert each().id == third and each.problem is None, "who finds it whole lets all know"


def test_a_mark_alone_takes_nothing_away(made: Made, loads: list[str]) -> None:
    current = Current(made.home)
    current.look()
    mark(made.home, made.first)
    current.look()
    assert current().id == made.first and current.problem is None and not marked(made.home)
    assert loads == [made.first], "its files are looked at, and what is held stays"


def test_a_damaged_snapshot_is_not_read_at_every_look(made: Made, loads: list[str]) -> None:
    current = Current(made.home, try_every=60)
    current.look()
    made.damage(made.publish(7))
    for _ in range(5):
        current.look()
    assert len(loads) == 2 and current.problem is not None


def test_a_silent_database_leaves_the_old_one_served(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    current = Current(made.home)
    current.look()

    def silent(_home: Any) -> Any:
        raise DatabaseUnreachable(database="db", problem="no answer")

    with monkeypatch.context() as patch:
        patch.setattr("serving.snapshots.published.state", silent)
        current.look()
        assert current().id == made.first and isinstance(current.problem, DatabaseUnreachable)
    current.look()
    assert current.problem is None


def test_a_held_lock_of_the_database_delays_no_read(made: Made) -> None:
    current = Current(made.home, look_every=0.01)
    current.start()
    made.publish(7)
    until(lambda: current().id != made.first)
    holder = sqlite3.connect(made.home.path / "riskwarn.db", isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        time.sleep(0.1)
        done = threading.Event()

        def read() -> None:
            current()
            current(made.as_of)
            done.set()

        threading.Thread(target=read, daemon=True).start()
        assert done.wait(PATIENCE), "the lock is held for as long as the test likes"
    finally:
        holder.execute("ROLLBACK")
        holder.close()
        current.stop()


def test_a_withdrawal_reaches_what_is_served_what_is_old_and_what_is_held(made: Made) -> None:
    second, third = made.publish(7, seed=1), made.publish(14, seed=2)
    current = Current(made.home)
    current.look()
    assert current.named(made.first).id == made.first
    number = current.generation
    made.withdraw(made.first)
    current.look()
    assert current.generation > number
    with pytest.raises(SnapshotGone):
        current.named(made.first)
    with pytest.raises(AsOfGone, match="was withdrawn"):
        current(made.as_of)
    with pytest.raises(QueryInvalid, match="the nearest are as of"):
        current(made.as_of + timedelta(days=1))
    made.withdraw(third)
    current.look()
    assert current().id == second
    made.withdraw(second)
    current.look()
    with pytest.raises(NoSnapshot):
        current()


def test_a_newer_snapshot_of_an_old_as_of_is_noticed(made: Made) -> None:
    made.publish(7)
    current = Current(made.home)
    current.look()
    number = current.generation
    again = made.publish(0, seed=5, salt="again")
    current.look()
    assert current(made.as_of).id == again and current.generation > number and current().as_of > made.as_of
