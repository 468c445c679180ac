"""Several teams of one town, each for services of its own: each is told of its grids in a notice of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from riskwarn.alert_rules import Alerts, Rule
from riskwarn.errors import AlertStands
from riskwarn.words import Unit
from serving.alerts.candidates import Candidate, Said
from serving.alerts.teams import Team, Teams
from tests.serving.alerts.city import City, grid

MEDIATORS = Team("TJ", "town", "T0000000", "调解队", 3, ("mediation",))
REPAIRERS = Team("YH", "town", "T0000000", "隐患整改队", 3, ("hazard_repair",))


def services_of(_said: Said, one: Candidate) -> Sequence[str]:
    """The grids of the first half of a town want mediation, the others repairs."""
    if one.unit is not Unit.GRID:
        return []
    return ["mediation"] if one.row % 12 < 6 else ["hazard_repair"]


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setattr(Said, "services_of", services_of)
    made = City(tmp_path, Alerts(rules=(Rule(on="level"),), quiet=None, group_from=3, rest_days=0, dwell=0))
    made.teams = Teams((MEDIATORS, REPAIRERS))
    return made


def told(city: City) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(one.code, one.team_id, one.grids) for one in city.alerts() if one.live]


def numbered(*numbers: int) -> tuple[str, ...]:
    return tuple(map(grid, numbers))


def test_each_is_told_of_its_grids_in_one_publication(city: City) -> None:
    city.publish(dict.fromkeys([0, 1, 2, 6, 7, 8], "red"))
    assert sorted(told(city)) == [("T0000000", "TJ", numbered(0, 1, 2)), ("T0000000", "YH", numbered(6, 7, 8))]
    assert city.held() == {}


def test_what_comes_later_goes_to_the_notice_of_its_own_team(city: City) -> None:
    city.publish(dict.fromkeys([0, 1, 2], "red"))
    city.publish(dict.fromkeys([0, 1, 2, 6], "red"))
    city.publish(dict.fromkeys([0, 1, 2, 3, 6], "red"))
    assert told(city) == [("T0000000", "TJ", numbered(0, 1, 2, 3)), (grid(6), "YH", numbered(6))]
    city.publish(dict.fromkeys([0, 1, 2, 3, 6, 7, 8, 9], "red"))
    assert told(city)[2] == ("T0000000", "YH", numbered(7, 8, 9))


def test_one_that_was_given_to_the_other_team_still_takes_what_comes(city: City) -> None:
    """Else the first would have two, and the other both of them under one head."""
    city.publish(dict.fromkeys([0, 1, 2, 6, 7, 8], "red"))
    repairs = next(one for one in city.alerts() if one.team_id == "YH")
    city.do(repairs, "assign", team_id="TJ")
    city.publish(dict.fromkeys([0, 1, 2, 3, 6, 7, 8, 9, 10, 11], "red"))
    assert sorted(told(city)) == [
        ("T0000000", "TJ", numbered(0, 1, 2, 3)),
        ("T0000000", "TJ", numbered(6, 7, 8, 9, 10, 11)),
    ]


def test_a_team_in_place_of_another_goes_on_with_its_notice(city: City) -> None:
    city.publish(dict.fromkeys([0, 1, 2], "red"))
    city.teams = Teams((Team("TJ2", "town", "T0000000", "新调解队", 3, ("mediation",)), REPAIRERS))
    city.publish(dict.fromkeys([0, 1, 2, 3, 4, 5], "red"))
    assert told(city) == [("T0000000", "TJ2", numbered(0, 1, 2, 3, 4, 5))]


def test_that_of_one_team_is_opened_again_beside_that_of_another(city: City) -> None:
    city.publish(dict.fromkeys([0, 1, 2], "red"))
    first = city.alerts()[0]
    city.do(first, "close", outcome="real")
    city.publish(dict.fromkeys([6, 7, 8], "red"))
    city.do(first, "reopen", note="又有反映")
    assert len(told(city)) == 2
    city.do(first, "close", outcome="real")
    city.publish({})
    city.publish(dict.fromkeys([3, 4, 5], "red"))
    with pytest.raises(AlertStands, match="is live for the same unit and target"):
        city.do(first, "reopen", note="又有反映")
