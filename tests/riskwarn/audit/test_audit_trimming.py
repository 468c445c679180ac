"""Rows past their time go, exports stay longer, and what stays is still one chain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update

from riskwarn.audit import Action, Entry, record
from riskwarn.audit.actions import KEPT_LONG
from riskwarn.audit.listing import newest
from riskwarn.audit.tables import AUDIT
from riskwarn.audit.trimming import trim
from riskwarn.audit.verifying import verify
from riskwarn.audit.walking import Kind
from riskwarn.home import Home

START = datetime(2026, 1, 1, tzinfo=UTC)

#: What was done on the days of the year: an export in the middle of other things.
DAYS = {
    0: Action.KEY_CREATED,
    1: Action.READ_PORTRAIT,
    2: Action.EXPORT_MADE,
    3: Action.READ_PORTRAIT,
    4: Action.DELIVERY_SENT,
    150: Action.READ_PORTRAIT,
    180: Action.KEY_REVOKED,
}


def year(home: Home) -> None:
    for day, action in DAYS.items():
        record(home, Entry(action, f"of day {day}"), at=START + timedelta(days=day))


def held(home: Home) -> list[tuple[int, str]]:
    return [(row.sequence, row.object) for row in reversed(newest(home)) if row.action != Action.AUDIT_TRIMMED]


def test_what_is_kept_and_what_stands_for_the_rest(either: Home) -> None:
    year(either)
    # Nothing goes before its time.
    assert trim(either, now=START + timedelta(days=184)) == 0 and len(newest(either)) == len(DAYS)
    assert trim(either, now=START + timedelta(days=190)) == 3
    left = [(2, "1-2"), (3, "of day 2"), (4, "4-4"), (5, "of day 4"), (6, "of day 150"), (7, "of day 180")]
    assert held(either) == left
    assert verify(either).broken is None
    assert trim(either, now=START + timedelta(days=400)) == 2
    assert held(either) == [(2, "1-2"), (3, "of day 2"), (4, "4-4"), (5, "of day 4"), (7, "6-7")]
    # Later the runs become one, and the row of an earlier trimming goes with them.
    assert trim(either, now=START + timedelta(days=1200)) == 3
    assert held(either) == [(8, "1-8")]
    said = newest(either)[0]
    assert (said.action, said.actor, said.count, said.sequence) == ("audit.trimmed", "system", 3, 10)
    assert verify(either).as_dict()["last"] == 10 and verify(either).broken is None
    record(either, Entry(Action.KEY_CREATED, "k"), at=START + timedelta(days=1201))
    assert verify(either).broken is None


def test_the_last_row_stays_whatever_its_age(home: Home) -> None:
    """The file of the home names it."""
    year(home)
    assert trim(home, now=START + timedelta(days=5000)) == len(DAYS) - 1
    assert held(home) == [(6, "1-6"), (7, "of day 180")]
    assert verify(home).broken is None


def test_nothing_hides_among_rows_past_their_time(either: Home) -> None:
    year(either)
    trim(either, now=START + timedelta(days=190))
    stub = {"object": "6-6", "action": "audit.removed", "actor": "system", "count": 1}
    with either.database.begin() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.sequence == 6).values(stub))
    found = verify(either).broken
    assert found is not None and (found.row, found.kind) == (1, Kind.REMOVED)
    with either.database.begin() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.sequence == 2))
    found = verify(either).broken
    assert found is not None and (found.row, found.kind) == (1, Kind.REMOVED)


def test_only_exports_and_deliveries_are_kept_longer(home: Home) -> None:
    assert {one.value.partition(".")[0] for one in KEPT_LONG} == {"export", "delivery"}
    rules = home.configuration.audit
    assert rules.keep_days >= 180 and rules.keep_exports_days >= 3 * 365
    year(home)
    with home.database.connect() as connection:
        assert connection.scalar(select(AUDIT.c.at).where(AUDIT.c.sequence == 1)) == START
