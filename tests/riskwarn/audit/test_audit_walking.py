"""Whatever is done to the rows of a chain by hand is found, and the first row that it was done to is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from riskwarn.audit.actions import Action
from riskwarn.audit.chain import Head
from riskwarn.audit.entries import Caller, Entry, Row, hash_of, made_of
from riskwarn.audit.walking import Broken, Kind, Walked, digest_of_stubs, stub_of, walk

START = datetime(2026, 11, 1, tzinfo=UTC)

#: What a column of a row may be changed to.
OTHER = {
    "at": START - timedelta(microseconds=1),
    "count": 999,
    "algorithm": "sm3",
    "hash": "0" * 64,
    "previous": "1" * 64,
    "action": Action.KEY_REVOKED.value,
}


def chain(length: int, algorithm: str = "sha256") -> list[Row]:
    rows: list[Row] = []
    for number in range(1, length + 1):
        entry = Entry(
            Action.DATA_LOADED,
            f"disputes/{number}",
            Caller(f"op_{number % 3}", "10.0.0.7"),
            note="每月导出",
            count=number,
        )
        rows.append(made_of(entry, number, START + timedelta(hours=number), algorithm, rows[-1].hash if rows else ""))
    return rows


def walked(rows: Sequence[Row], head: Head | None = None, anchors: Sequence[Head] = ()) -> Walked:
    kept = sorted(rows, key=lambda row: row.sequence)
    end = head or (Head(kept[-1].sequence, kept[-1].hash) if kept else Head())
    return walk(lambda: kept, end, {one.sequence: [("audit.head", one.hash)] for one in anchors})


def found(rows: Sequence[Row], head: Head, anchors: Sequence[Head] = ()) -> tuple[int, Kind]:
    broken = walked(rows, head, anchors).broken
    assert broken is not None
    return broken.row, broken.kind


def end_of(rows: Sequence[Row]) -> Head:
    return Head(rows[-1].sequence, rows[-1].hash)


def renumbered(rows: Sequence[Row]) -> list[Row]:
    """What somebody does who hides a gap."""
    return [replace(row, sequence=number) for number, row in enumerate(rows, 1)]


def bound_anew(rows: Sequence[Row], place: int) -> list[Row]:
    """What somebody does who can compute hashes: from one place on, all of them are made anew."""
    done = list(rows[:place])
    for row in rows[place:]:
        following = replace(row, sequence=len(done) + 1, previous=done[-1].hash if done else "")
        done.append(replace(following, hash=hash_of(following)))
    return done


rows_of = st.builds(chain, st.integers(3, 12), st.sampled_from(["sha256", "sm3"]))
columns = st.sampled_from([one.name for one in fields(Row) if one.name != "sequence"])


@given(rows_of)
def test_a_chain_that_nobody_touched_is_whole(rows: list[Row]) -> None:
    assert walked(rows, end_of(rows), [end_of(rows), end_of(rows[:2])]) == Walked(len(rows), end_of(rows))


@given(rows_of, st.data(), columns, st.booleans())
def test_a_row_that_was_changed_is_named(rows: list[Row], data: st.DataObject, column: str, hashed: bool) -> None:
    """Also where whoever changed it made its hash anew."""
    place = data.draw(st.integers(0, len(rows) - 1))
    value = OTHER.get(column, "x" if column not in ("algorithm", "hash") else None)
    changed = replace(rows[place], **{column: value})
    if hashed and column not in ("hash", "previous"):
        changed = replace(changed, hash=hash_of(changed))
    if changed == rows[place]:
        return
    broken = [*rows[:place], changed, *rows[place + 1 :]]
    assert found(broken, end_of(rows)) == (place + 1, Kind.CHANGED)


@given(rows_of, st.data(), st.booleans())
def test_a_row_that_was_removed_is_named(rows: list[Row], data: st.DataObject, hidden: bool) -> None:
    """Also where the rows after it were renumbered."""
    place = data.draw(st.integers(0, len(rows) - 2))
    left = [*rows[:place], *rows[place + 1 :]]
    assert found(renumbered(left) if hidden else left, end_of(rows)) == (place + 1, Kind.REMOVED)


@given(rows_of, st.data())
def test_rows_that_were_cut_off_the_end_are_named(rows: list[Row], data: st.DataObject) -> None:
    """By what the database says of the end; by the file, where that was changed too."""
    left = rows[: data.draw(st.integers(0, len(rows) - 1))]
    expected = (len(left) + 1, Kind.REMOVED_AT_THE_END)
    assert found(left, end_of(rows)) == expected
    assert found(left, end_of(left) if left else Head(), [end_of(rows)]) == expected


@given(rows_of, st.data(), st.sampled_from(["invented", "bound", "copied"]))
def test_a_row_that_was_put_in_is_named(rows: list[Row], data: st.DataObject, how: str) -> None:
    """One without a right hash, one with a right hash, a copy of another; the rows after it were renumbered."""
    place = data.draw(st.integers(0, len(rows)))
    before = rows[place - 1].hash if place else ""
    made = made_of(Entry(Action.KEY_CREATED, "k1"), place + 1, START, "sha256", before)
    if how == "invented":
        made = replace(made, hash="ab" * 32)
    elif how == "copied":
        made = rows[data.draw(st.integers(0, len(rows) - 1))]
    put_in = renumbered([*rows[:place], made, *rows[place:]])
    row, kind = found(put_in, end_of(rows))
    if how == "copied" and place and made == rows[place - 1]:
        # Which of two equal rows came later nobody can tell.
        assert row in (place, place + 1)
    else:
        assert row == place + 1 or (how == "copied" and made == rows[min(place, len(rows) - 1)] and row == place + 2)
    assert kind is Kind.INSERTED


@given(rows_of, st.data())
def test_rows_in_another_order_are_named(rows: list[Row], data: st.DataObject) -> None:
    other = data.draw(st.permutations(rows))
    if other == rows:
        return
    first = next(place for place, row in enumerate(other) if row != rows[place])
    assert found(renumbered(other), end_of(rows)) == (first + 1, Kind.REORDERED)


def test_a_row_that_only_got_another_number_is_missed_in_its_place() -> None:
    rows = chain(5)
    moved = [*rows[:2], *rows[3:], replace(rows[2], sequence=100)]
    assert found(moved, end_of(rows)) == (3, Kind.REORDERED)
    assert found([replace(rows[0], sequence=0), *rows], end_of(rows)) == (0, Kind.INSERTED)


@given(rows_of, st.data())
def test_a_chain_that_was_made_anew_is_found_by_what_was_noted_elsewhere(rows: list[Row], data: st.DataObject) -> None:
    """Who computes every hash again can be found out by nothing else; the first mark after the change names it."""
    place = data.draw(st.integers(0, len(rows) - 1))
    mark = data.draw(st.integers(place, len(rows) - 1))
    new = bound_anew([*rows[:place], replace(rows[place], object="disputes/0"), *rows[place + 1 :]], place)
    assert walked(new).broken is None
    broken = walked(new, None, [end_of(rows), end_of(rows[: mark + 1])]).broken
    assert broken == Broken(mark + 1, Kind.CHANGED, broken.problem if broken else None)  # type: ignore[arg-type]
    assert broken is not None and "audit.head" in broken.problem


def trimmed(rows: list[Row], runs: Sequence[tuple[int, int]]) -> list[Row]:
    """A chain with rows that stand for others, from one place up to another, and the row that says so."""
    left = [row for number, row in enumerate(rows) if not any(start <= number <= stop for start, stop in runs)]
    stubs = [stub_of(rows[start], rows[stop]) for start, stop in runs]
    entry = Entry(Action.AUDIT_TRIMMED, digest_of_stubs(stubs, "sha256"), count=len(rows) - len(left))
    said = made_of(entry, len(rows) + 1, START, "sha256", rows[-1].hash)
    return sorted([*left, *stubs, said], key=lambda row: row.sequence)


def test_rows_past_their_time_leave_one_that_carries_the_hash_before_them() -> None:
    rows = chain(9)
    whole = trimmed(rows, [(0, 2), (4, 5)])
    assert [row.sequence for row in whole] == [3, 4, 6, 7, 8, 9, 10]
    assert walked(whole) == Walked(7, end_of(whole))
    # A longer run than was trimmed, one that nobody trimmed, and one whose columns were changed.
    assert found(trimmed(rows, [(0, 2), (4, 6)])[:-1] + whole[-1:], end_of(whole)) == (1, Kind.REMOVED)
    hidden = [stub_of(rows[1], rows[3]), rows[0], *rows[4:]]
    assert found(hidden, end_of(rows)) == (2, Kind.REMOVED)
    changed = [replace(whole[0], note="x"), *whole[1:]]
    assert found(changed, end_of(whole)) == (3, Kind.CHANGED) or found(changed, end_of(whole)) == (1, Kind.CHANGED)
    assert found(whole[1:], end_of(whole)) == (1, Kind.REMOVED)
    later = [replace(whole[0], at=START), *whole[1:]]
    assert found(later, end_of(whole)) == (1, Kind.REMOVED)
