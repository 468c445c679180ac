"""What a withdrawal of a snapshot leaves of notices: each stands as the snapshots that remain bear it out."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskwarn.alert_rules import Rule
from serving.publishing.withdraw import withdraw
from tests.serving.alerts.city import PLAIN, City, grid

HOUR = timedelta(hours=1)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def take_back(city: City, snapshot: str) -> int:
    city.now += HOUR
    return withdraw(city.home, snapshot, "算错了", now=city.now).alerts


def test_what_the_current_one_still_bears_out_stands_by_that(city: City) -> None:
    city.publish({0: "orange"})
    first = city.snapshot
    city.publish({0: "orange"}, scores={0: 0.35})
    (before,) = city.alerts()
    assert take_back(city, first) == 0
    (after,) = city.alerts()
    assert (after.status, after.level, after.snapshot, after.score) == ("open", "orange", city.snapshot, 0.35)
    assert after.expires_at == before.expires_at + timedelta(weeks=1)  # type: ignore[operator]
    assert [kind for kind, _ in city.messages()] == ["Alert"], "nothing that anybody was told has changed"
    # And what bears it out now is what it goes with.
    assert take_back(city, city.snapshot) == 1
    assert city.alerts()[0].status == "withdrawn"


def test_another_withdrawal_leaves_alone_what_was_taken_over(city: City) -> None:
    for _ in range(3):
        city.publish({0: "orange"})
    first, second, third = (f"{name}" for name in _snapshots(city))
    assert (take_back(city, first), take_back(city, third)) == (0, 0)
    assert city.alerts()[0].snapshot == second and city.codes(status="open") == {grid(0): "orange"}


def test_what_rose_by_a_snapshot_falls_with_it(city: City) -> None:
    city.publish({0: "orange"})
    city.publish({0: "red"})
    assert take_back(city, city.snapshot) == 0
    (alert,) = city.alerts()
    assert (alert.level, alert.score, alert.status) == ("orange", 0.3, "open")
    assert [kind for kind, _ in city.messages()] == ["Alert", "Update", "Update"]
    assert city.verbs(alert.id) == ["raised", "raised_further", "lowered"]
    assert city.publish({0: "red"}).further == 1, "it may rise again"


def test_a_grid_that_joined_by_a_snapshot_leaves_with_it(city: City) -> None:
    city.with_rules(group_from=2)
    city.publish({0: "orange", 1: "orange"})
    first = city.snapshot
    city.publish({0: "orange", 1: "orange", 2: "red"})
    second = city.snapshot
    take_back(city, second)
    (alert,) = city.alerts()
    assert (alert.level, alert.grids) == ("orange", (grid(0), grid(1)))
    assert take_back(city, first) == 1


def test_of_a_group_remains_what_another_snapshot_bears_out(city: City) -> None:
    city.with_rules(group_from=2)
    city.publish({0: "red", 1: "orange"})
    first = city.snapshot
    city.publish({1: "orange"}, scores={1: 0.32})
    take_back(city, first)
    (alert,) = city.alerts()
    assert (alert.status, alert.level, alert.grids, alert.snapshot) == ("open", "orange", (grid(1),), city.snapshot)
    assert [one["score"] for one in alert.members] == [0.32]


def test_what_lasts_only_by_a_snapshot_goes_with_it(city: City) -> None:
    city.with_rules(rules=(Rule(on="lasting", periods=3),))
    for _ in range(3):
        city.publish({0: "orange"})
    assert city.codes() == {grid(0): "orange"}
    assert take_back(city, _snapshots(city)[0]) == 1


def test_rules_that_were_changed_take_nothing_back(city: City) -> None:
    city.publish({0: "orange", 1: "red"})
    city.publish({0: "orange", 1: "red"})
    city.with_rules(rules=(Rule(on="level", level="red"),))
    assert take_back(city, _snapshots(city)[1]) == 0
    assert city.codes(status="open") == {grid(0): "orange", grid(1): "red"}


def test_what_was_withdrawn_by_hand_comes_not_back(city: City) -> None:
    from serving.alerts.tickets import follow_tickets

    city.publish({0: "orange"})
    city.publish({0: "orange"})
    (alert,) = city.alerts()
    row = {"alert_id": alert.id, "status": "withdrawn", "updated_at": city.now, "outcome": None, "service": None}
    follow_tickets(city.home, [row], now=city.now)
    take_back(city, _snapshots(city)[0])
    assert city.codes(status="open") == {}


def test_what_was_held_back_for_it_is_told(city: City) -> None:
    """A group that named as many grids as it may: what it left out is told of once there is room."""
    city.with_rules(group_from=2, group_most=2)
    city.publish({0: "red", 1: "red"})
    first = city.snapshot
    city.publish({5: "red"})
    assert city.held() == {grid(5): "group"}
    assert take_back(city, first) == 1
    assert city.codes(status="open") == {grid(5): "red"}
    assert city.held() == {}


def _snapshots(city: City) -> list[str]:
    from serving.snapshots import published

    gone = published.fates(city.home)
    return [row.id for row in published.listed(city.home) if row.id not in gone][::-1]


LEVELS = st.dictionaries(st.sampled_from((0, 1, 2, 12)), st.sampled_from(["red", "orange", "yellow", "unknown"]))
RULES = PLAIN.model_copy(
    update={"rules": (Rule(on="level"), Rule(on="lasting", periods=2)), "dwell": 1, "notices_a_week": 20}
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    weeks=st.lists(LEVELS, min_size=2, max_size=4),
    gone=st.sets(st.integers(0, 3), min_size=1, max_size=2),
    group=st.booleans(),
)
def test_withdrawing_is_as_never_having_published(weeks: list[dict[int, str]], gone: set[int], group: bool) -> None:
    """As far as what is told of now, by which snapshot, until when."""
    rules = RULES.model_copy(update={"group_from": 2 if group else 99})
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        withdrawn, never = City(Path(one), rules), City(Path(other), rules)
        for week, levels in enumerate(weeks):
            withdrawn.publish(levels)
            if week in gone:
                never.weeks += 1
            else:
                never.publish(levels)
        every = _snapshots(withdrawn)
        for week in sorted(gone):
            if week < len(every):
                take_back(withdrawn, every[week])
        try:
            assert _told(withdrawn) == _told(never)
        finally:
            withdrawn.home.database.dispose()
            never.home.database.dispose()


def _told(city: City) -> dict[str, tuple[str, float | None, str]]:
    """Grid -> level, score, and the week whose snapshot told of it."""
    found = {}
    for alert in city.alerts(status="open"):
        own = {one["code"]: (one["level"], one["score"]) for one in alert.members} or {
            alert.code: (alert.level, alert.score)
        }
        found |= {code: (*one, "" if alert.members else alert.snapshot[:10]) for code, one in own.items()}
    return found
