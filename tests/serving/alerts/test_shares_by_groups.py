"""What is promised of a level, and how it is kept, is told by whole groups and in steps: who polls both learns of no grid what came in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, insert, select

from riskwarn.disclosure.shares import in_whole_groups, share_told
from riskwarn.disclosure.steps import LEAST_OF_GROUP
from serving.alerts.precision import LOOKS_BACK, promises, stated
from serving.alerts.stats import Asked, figures
from serving.alerts.tables import TELLINGS
from serving.alerts.tellings import Extents, judge, unjudged
from tests.serving.alerts.city import City

PROMISE = {"stated": 0.2, "lower": 0.1, "upper": 0.35}


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def tell(city: City, grids: int, at: datetime, district: str = "D0000000", snapshot: str = "s") -> None:
    """Grids that were told of, and of which nobody knows yet what came."""
    row = {
        "alert": "w", "snapshot": snapshot, "target": "conflict", "horizon": 4, "code": "G", "level": "red", "district": district, "at": at,
        "judged": False, **PROMISE,
    }  # fmt: skip
    with city.home.database.begin() as connection:
        connection.execute(insert(TELLINGS), [row] * grids)


def came(city: City, *events: int | None, extents: Extents = MappingProxyType({})) -> None:
    """What came of the grids told of first and not judged yet, one after the other."""
    with city.home.database.begin() as connection:
        rows = connection.execute(
            select(TELLINGS.c.sequence).where(TELLINGS.c.judged.is_(False)).order_by(TELLINGS.c.sequence)
        ).scalars()
        judge(connection, dict(zip(rows, events, strict=False)), extents)


def levels(city: City, now: datetime | None = None) -> list[dict[str, Any]]:
    with city.home.database.connect() as connection:
        return figures(connection, Asked(*[lambda *_: True] * 3, True, 10, now or city.now))["levels"]


def promised(city: City, now: datetime | None = None) -> dict[str, Any] | None:
    with city.home.database.connect() as connection:
        return promises(connection, now or city.now).of("conflict", "red")


def test_what_two_polls_differ_in_spans_a_whole_group_and_no_figure_says_how_many_events_it_held(city: City) -> None:
    hits = (np.random.default_rng(5).random(120) < 0.2).tolist()
    tell(city, 120, city.now - timedelta(days=60))
    polled = []
    for hit in hits:
        came(city, int(hit))
        polled.append((promised(city), levels(city)))
    changed = [number + 1 for number in range(1, 120) if polled[number] != polled[number - 1]]
    assert changed == [50, 100], "a rise of one grid is told by nothing, neither of the city nor of its district"
    for number in (50, 100):
        promise, (own, of_district) = polled[number - 1]
        assert promise == stated(*in_whole_groups(np.array(hits[:number])))
        share = share_told(sum(hits[:number]) / number, number)
        assert (own["grids"], own["precision"], own["stated"]) == (number, share, 0.2)
        assert {**own, "unit": "district", "code": "D0000000"} == of_district


def test_every_figure_of_a_promise_follows_from_the_share_that_is_told() -> None:
    """Three figures, each in steps of its own, would tell together what one alone hides."""
    for grids in (50, 100, 150, 400, 1000):
        told: dict[Any, set[str]] = {}
        for hits in range(grids + 1):
            one = stated(grids, hits)
            assert one is not None and one["lower"] <= hits / grids <= one["upper"]
            told.setdefault(one["precision"], set()).add(str(one))
        assert all(len(ways) == 1 for ways in told.values()) and len(told) <= grids / 3 + 1


def test_a_group_is_of_what_was_judged_together_whenever_it_was_told(city: City) -> None:
    """What waits longer for its reports, or of which nobody knows what came, moves no group that was told."""
    tell(city, 60, city.now - timedelta(days=90))
    came(city, *[None] * 10, *[1] * 45)
    assert promised(city) is None
    came(city, *[0] * 5)
    assert promised(city) == stated(50, 45)
    tell(city, 50, city.now - timedelta(days=60), "D0000001")
    came(city, *[0] * 50)
    assert promised(city) == stated(100, 45)
    assert [(one["code"], one["grids"], one["precision"]) for one in levels(city)] == [
        (None, 100, 0.45), ("D0000000", 50, 0.9), ("D0000001", 50, 0.0),
    ]  # fmt: skip


def test_what_is_too_old_is_left_out_by_whole_groups(city: City) -> None:
    for days in range(100):
        tell(city, 1, city.now - timedelta(days=days))
    came(city, *[1] * 50, *[0] * 50)
    polls = [promised(city, city.now + LOOKS_BACK - timedelta(days=days) + timedelta(seconds=1)) for days in range(100)]
    ns = [0 if one is None else one["n"] for one in polls]
    changes = [days for days in range(1, 100) if ns[days] != ns[days - 1]]
    assert (ns[0], ns[1], ns[-1], changes) == (0, 50, 100, [1, 51]), "a group goes when the newest of it is too old"


def test_whether_a_promise_was_kept_is_read_from_what_is_told(city: City) -> None:
    tell(city, 100, city.now - timedelta(days=60))
    came(city, *[1] * 40, *[0] * 9)
    assert [one["kept"] for one in levels(city)] == [None, None]
    came(city, 0)
    assert [(one["kept"], one["precision"]) for one in levels(city)] == [(False, 0.8), (False, 0.8)]
    came(city, *[0] * 50)
    assert [(one["kept"], one["precision"]) for one in levels(city)] == [(False, 0.4), (False, 0.4)]


def test_the_order_of_judging_is_written_down_once(city: City) -> None:
    tell(city, 3, city.now)
    came(city, 1, None, 0)
    tell(city, 1, city.now, "D0000001")
    came(city, 2)
    with city.home.database.connect() as connection:
        rows = select(TELLINGS.c.nth, TELLINGS.c.nth_of_district).order_by(TELLINGS.c.sequence)
        assert [tuple(row) for row in connection.execute(rows)] == [(0, 0), (None, None), (1, 1), (2, 0)]
        assert (
            unjudged(connection) == [] and connection.execute(select(func.count()).select_from(TELLINGS)).scalar() == 4
        )
    assert LEAST_OF_GROUP == 50


def test_a_district_that_held_other_grids_is_in_groups_of_its_own(city: City) -> None:
    """Else how many were told of before a town left would show in when the next group is whole."""
    extents = {("old", "D0000000"): "with the town", ("new", "D0000000"): "without", ("later", "D0000000"): "without"}
    for grids, snapshot in ((60, "old"), (3, "new"), (2, "old"), (4, "later"), (45, "new"), (2, "old")):
        tell(city, grids, city.now - timedelta(days=60), snapshot=snapshot)
        came(city, *[1] * grids, extents=extents)
    with city.home.database.connect() as connection:
        rows = select(TELLINGS.c.snapshot, TELLINGS.c.nth_of_district).order_by(TELLINGS.c.sequence)
        found = [tuple(row) for row in connection.execute(rows)]
    numbers = [*range(60), *range(100, 103), 60, 61, *range(103, 107), *range(107, 150), 150, 151, 62, 63]
    assert [number for _, number in found] == numbers
    without = lambda _unit, _code, snapshot: snapshot != "old"  # noqa: E731
    with city.home.database.connect() as connection:
        [level] = figures(connection, Asked(lambda *_: True, without, lambda *_: True, False, 10, city.now))["levels"]
    assert (level["code"], level["grids"], level["precision"]) == ("D0000000", 50, 1.0)
