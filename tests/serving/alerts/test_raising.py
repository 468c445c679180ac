"""What raises a notice, and what keeps them few: each level is an entry, a head, a town, a budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from riskwarn.alert_rules import Alerts, Quiet, Rule
from riskwarn.words import Unit
from serving.alerts.keeping import keep
from serving.alerts.silences import end_silence, silence
from serving.alerts.teams import Team, Teams
from tests.serving.alerts.city import FIRST, PLAIN, City, grid


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


@pytest.mark.parametrize(
    ("before", "now", "raised"),
    [
        (["none"], "orange", True),
        (["yellow"], "orange", True),
        (["none"], "yellow", False),
        (["orange"], "orange", False),
        (["orange", "unknown"], "orange", False),  # a feed that returns enters nothing that it had not left
        (["none", "unknown"], "orange", True),
        (["orange"], "unknown", False),
        (["red"], "orange", False),
        (["red", "unknown", "unknown"], "red", False),
    ],
)
def test_a_level_is_entered_from_below_what_was_last_known(
    city: City, before: list[str], now: str, raised: bool
) -> None:
    for level in before:
        city.publish({1: level})
    first = len(city.alerts())
    done = city.publish({1: now})
    assert (done.alerts, len(city.alerts()) - first) == ((1, 1) if raised else (0, 0))


def test_orange_to_red_is_an_entry_of_its_own_and_tells_the_live_notice_further(city: City) -> None:
    city.publish({1: "orange"})
    (alert,) = city.alerts()
    assert (alert.level, alert.version, alert.status) == ("orange", 1, "open")
    done = city.publish({1: "red"})
    (again,) = city.alerts()
    assert (done.alerts, done.further) == (0, 1)
    assert (again.id, again.level, again.version) == (alert.id, "red", 2)
    assert city.messages() == [("Alert", f"{alert.id}.1"), ("Update", f"{alert.id}.2")]
    assert city.verbs(alert.id) == ["raised", "raised_further"]


def test_one_that_was_closed_at_orange_is_raised_anew_at_red_and_not_at_orange(city: City) -> None:
    city.publish({1: "orange", 2: "orange"})
    for one in city.alerts():
        city.do(one, "close", outcome="real")
    city.with_rules(dwell=0)
    city.publish({1: "none", 2: "none"})
    done = city.publish({1: "red", 2: "orange"}, {1: 0.45})
    assert done.alerts == 1 and city.codes(status="open") == {grid(1): "red"}
    assert city.held() == {grid(2): "rest"}


def test_what_rests_is_told_again_only_where_it_has_risen_by_half(city: City) -> None:
    city.publish({1: "orange", 2: "orange"}, {1: 0.3, 2: 0.3})
    for one in city.alerts():
        city.do(one, "close", outcome="false")
    city.with_rules(dwell=0)
    city.publish({})
    city.publish({1: "red", 2: "red"}, {1: 0.45, 2: 0.44})
    assert city.codes(status="open") == {grid(1): "red"} and city.held() == {grid(2): "rest"}


def test_what_is_quiet_joins_no_notice_of_its_town(city: City) -> None:
    """A grid that is silenced, or rests, is not told of by the way of the live notice that names its neighbours."""
    city.with_rules(group_from=2)
    city.publish({5: "orange"})
    city.do(city.alerts()[0], "close", outcome="false")
    city.publish({0: "red", 1: "red"})
    (town,) = city.alerts(status="open")
    silence(city.home, "grid", grid(4), None, "集中整治期间统一处理", city.now + timedelta(days=21), now=city.now)
    city.with_rules(dwell=0)
    city.publish({0: "red", 1: "red"})
    city.publish({0: "red", 1: "red", 4: "red", 5: "orange", 6: "red"})
    assert city.alert(town.id).grids == (grid(0), grid(1), grid(6))
    assert city.held() == {grid(4): "silenced", grid(5): "rest"}


def test_a_level_is_left_only_after_the_time_of_dwell(city: City) -> None:
    """What flutters raises once: it is left after two weeks below, by rules that are loosened."""
    city.with_rules(rest_days=0)
    city.publish({1: "orange"})
    city.do(city.alerts()[0], "close", outcome="false")
    for now, raised in (("none", 0), ("orange", 0), ("none", 0), ("none", 0), ("none", 0), ("orange", 1)):
        assert city.publish({1: now}).alerts == raised, now


def test_of_a_first_publication_goes_out_what_the_budget_lets(city: City) -> None:
    levels = dict.fromkeys(range(36), "orange")
    scores = {number: 0.3 + number / 1000 for number in range(36)}
    done = city.publish(levels, scores)
    assert done.alerts == 9, "three a team"
    assert sorted(city.codes()) == [
        grid(number) for town in range(3) for number in range(12 * town + 9, 12 * town + 12)
    ]
    assert len(city.held()) == 27 and set(city.held().values()) == {"budget"}
    # The same published again raises nothing more in that week.
    again = city.publish(levels, scores, salt="b", again=True, later=timedelta(hours=1))
    assert (again.alerts, len(city.held())) == (0, 27)
    # In the week after what was held back competes again, the highest benefit first.
    scores = {**scores, 0: 0.9}
    done = city.publish(levels, scores)
    assert done.alerts == 9 and grid(0) in city.codes() and grid(8) in city.codes() and grid(6) not in city.codes()


def test_the_budget_of_a_team_is_its_own_and_gaps_and_updates_take_none_of_it(city: City) -> None:
    city.teams = Teams(
        (
            Team("first", "town", "T0000000", "first", 1),
            Team("rest", "district", "D0000000", "rest", 5, services=("visit",)),
            Team("mediators", "district", "D0000000", "rest", 2, services=("mediation",)),
        )
    )
    city.with_rules(rules=(Rule(on="level"), Rule(on="gap", unit=Unit.DISTRICT)))
    unknown = dict.fromkeys((4, 5), "unknown")
    done = city.publish(
        {0: "orange", 1: "orange", 12: "orange", 13: "red", 14: "orange", 30: "red", **unknown}, gap="D0000000"
    )
    held = city.held()
    assert done.alerts == 4, "one of the first town, two of the second, and the gap"
    assert {one.team_id for one in city.alerts(kind="gap")} == {"mediators"}
    assert held == {grid(1): "budget", grid(14): "budget", grid(30): "no_team"}
    assert [one.budget_team for one in city.alerts(kind="gap")] == [None]
    assert city.publish({0: "red", 12: "red", **unknown}, gap="D0000000").further == 2


def test_several_grids_of_a_town_are_one_notice_of_the_town(city: City) -> None:
    city.with_rules(group_from=3, group_most=4)
    done = city.publish({0: "orange", 1: "red", 2: "orange", 3: "orange", 4: "orange", 12: "orange", 13: "orange"})
    assert done.alerts == 3
    (town,) = city.alerts(unit="town")
    assert (town.code, town.level, town.name) == ("T0000000", "red", "town 第0号")
    assert [one["code"] for one in town.members] == [grid(1), grid(0), grid(2), grid(3)]
    assert city.held() == {grid(4): "group"}
    # Another grid of the town is told with it, and takes no budget, as long as it names no more than it may.
    city.with_rules(group_most=6)
    done = city.publish({0: "orange", 1: "red", 2: "red", 5: "orange"})
    (again,) = city.alerts(unit="town")
    assert (done.alerts, done.further, again.version) == (0, 1, 2)
    assert {one["code"]: one["level"] for one in again.members}[grid(2)] == "red" and grid(5) in again.grids


def test_the_notice_of_a_district_quiets_its_grids(city: City) -> None:
    city.with_rules(rules=(Rule(on="jump", unit=Unit.DISTRICT, times=1.0, least=1.0), Rule(on="level")))
    own = city.content.scores["conflict", 4][Unit.DISTRICT]
    for _ in range(12):
        own.expected_count[:] = 1.0
        city.publish({})
    own.expected_count[:] = (5.0, 1.0)
    done = city.publish({0: "red", 30: "red"})
    assert done.alerts == 2 and city.codes() == {"D0000000": "orange", grid(30): "red"}
    assert city.held() == {grid(0): "inhibited"}
    assert [(one.kind, one.expected_count) for one in city.alerts(unit="district")] == [("jump", 5.0)]


def test_a_grid_that_was_never_so_high_has_jumped(city: City) -> None:
    city.with_rules(rules=(Rule(on="jump", least=0.1, level="yellow"),))
    for week in range(12):
        assert city.publish({}, {1: 0.05, 2: 0.3 if week == 3 else 0.05, 3: 0.01, 4: 0.05}).alerts == 0
    levels = dict.fromkeys((1, 2, 3), "yellow") | {4: "blue"}
    assert city.publish(levels, {1: 0.15, 2: 0.25, 3: 0.09, 4: 0.15}).alerts == 1
    assert [(one.code, one.kind, one.level) for one in city.alerts()] == [(grid(1), "jump", "yellow")]


def test_what_is_published_every_night_is_no_longer_past_for_that(city: City) -> None:
    """Twelve nights are no past of a unit's own, and six are not six weeks of a level."""
    city.with_rules(rules=(Rule(on="jump", least=0.1, level="yellow"), Rule(on="lasting", periods=6)))
    for night in range(13):
        as_of = FIRST + timedelta(days=night)
        city.publish_as_of(as_of, {1: "yellow", 2: "orange"}, {1: 0.05 if night < 12 else 0.15})
    assert city.codes() == {}
    for week in range(2, 12):
        city.publish_as_of(FIRST + timedelta(weeks=week), {1: "yellow", 2: "orange"}, {1: 0.05})
    assert city.codes() == {grid(2): "orange"}


def test_a_risk_that_lasts_is_told_after_its_weeks_and_what_is_unknown_is_no_break(city: City) -> None:
    city.with_rules(rules=(Rule(on="lasting", periods=4),), rest_days=0)
    for level in ("orange", "red", "unknown", "orange"):
        assert city.publish({1: level}).alerts == 0
    assert city.publish({1: "orange"}).alerts == 1
    city.do(city.alerts()[0], "close", outcome="unknown")
    assert city.publish({1: "yellow"}).alerts == 0
    assert city.publish({1: "orange"}).alerts == 0, "it has to last again"


def test_only_grids_of_some_kinds(city: City) -> None:
    city.with_rules(rules=(Rule(on="level", kinds=("special",)),))
    assert city.publish({1: "red"}).alerts == 0


def test_a_silence_holds_back_until_it_ends(city: City) -> None:
    now = city.now
    made = silence(city.home, "town", "T0000000", None, "集中整治期间统一处理", now + timedelta(days=14), now=now)
    city.publish({0: "red", 12: "red"})
    assert city.codes() == {grid(12): "red"} and city.held() == {grid(0): "silenced"}
    end_silence(city.home, made.id, now=city.now)
    city.with_rules(dwell=0)
    city.publish({0: "none"})
    assert city.publish({0: "red"}).alerts == 1


@pytest.mark.parametrize("unit", [("grid", grid(0)), ("town", "T0000000")])
def test_a_silence_holds_back_what_a_live_notice_would_tell_further(city: City, unit: tuple[str, str]) -> None:
    city.with_rules(group_from=2)
    city.publish({0: "orange", 12: "orange", 13: "orange"})
    made = silence(city.home, *unit, None, "集中整治期间统一处理", city.now + timedelta(days=9), now=city.now)
    assert city.publish({0: "red", 12: "orange", 13: "orange"}).further == 0
    assert city.held() == {grid(0): "silenced"} and city.codes(unit="grid") == {grid(0): "orange"}
    assert len(city.messages()) == 2
    end_silence(city.home, made.id, now=city.now)
    assert city.publish({0: "red", 12: "orange", 13: "orange"}).further == 1, (
        "what stands so still is told once it ends"
    )


def test_an_outcome_that_is_given_late_holds_nothing_back(city: City) -> None:
    city.publish({0: "red"})
    (alert,) = city.alerts()
    for _ in range(4):
        city.publish({})
    assert city.alert(alert.id).status == "expired"
    city.do(alert, "close", outcome="real")
    assert city.publish({0: "red"}).alerts == 1


def test_what_comes_in_the_night_is_told_in_the_morning(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"quiet": Quiet(but=("red",))}))
    night = datetime(2026, 3, 2, 19, tzinfo=UTC)  # three o'clock in the city
    city.publish({0: "orange", 12: "red"}, later=night - city.now)
    by_code = {one.code: one for one in city.alerts()}
    assert city.messages() == [("Alert", f"{by_code[grid(12)].id}.1")], "red is told at once"
    assert by_code[grid(0)].notify_at == datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert keep(city.home, now=night + timedelta(hours=4)).sent == 0
    assert keep(city.home, now=night + timedelta(hours=5)).sent == 1
    assert city.messages()[1:] == [("Alert", f"{by_code[grid(0)].id}.1")]
    assert keep(city.home, now=night + timedelta(hours=6)).sent == 0


def test_nothing_is_raised_whose_window_has_passed(city: City) -> None:
    assert city.publish({0: "red"}, later=timedelta(weeks=4)).alerts == 0


def test_rules_of_a_city_are_checked() -> None:
    with pytest.raises(ValueError, match="only grids have a level"):
        Alerts(rules=(Rule(on="level", unit=Unit.TOWN),))
    with pytest.raises(ValueError, match="quotation marks"):
        Quiet(start="7")


def test_a_grid_that_rises_in_the_notice_of_its_town_takes_no_second_place(city: City) -> None:
    city.with_rules(group_from=3, group_most=4)
    city.publish(dict.fromkeys(range(3), "orange"))
    city.publish({0: "red", 1: "orange", 2: "orange", 3: "orange"})
    (alert,) = city.alerts()
    assert sorted(alert.grids) == [grid(number) for number in range(4)] and city.held() == {}
    city.publish({0: "red", 1: "red", 2: "red", 3: "red", 4: "orange"})
    assert city.held() == {grid(4): "group"}


def test_what_rises_has_the_time_of_its_new_level_from_then_on(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({0: "orange"})
    (alert,) = city.alerts()
    assert alert.due_at == city.now + timedelta(days=14)
    city.publish({0: "orange"})
    city.publish({0: "red"})
    assert city.alerts()[0].due_at == city.now + timedelta(days=7), "it would be due on the day of which it tells"
