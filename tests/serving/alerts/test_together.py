"""Several who act at once, on either database: one of them is first, and the others are told so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from riskwarn.errors import AlertChanged
from serving.alerts.acting import Asked, By, act
from serving.alerts.keeping import keep
from serving.alerts.life import Verb
from serving.alerts.suspending import suspend
from tests.postgresql import emptied
from tests.serving.alerts.city import City


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> City:
    url = emptied(request.getfixturevalue("server")) if request.param == "postgresql" else None
    city = City(tmp_path, database_url=url)
    city.publish({0: "red", 12: "orange"})
    return city


def test_of_several_who_read_the_same_version_one_changes_it(city: City) -> None:
    (alert, _) = city.alerts()

    def acknowledge(_: int) -> bool:
        try:
            act(city.home, alert.id, Asked(Verb.ACKNOWLEDGE), By(version=1), now=city.now)
        except AlertChanged:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(acknowledge, range(8))) == [False] * 7 + [True]
    assert city.verbs(alert.id) == ["raised", "acknowledge"]


def test_the_same_request_sent_at_once_is_done_once(city: City) -> None:
    (alert, _) = city.alerts()
    with ThreadPoolExecutor(4) as pool:
        by = By(key="once")
        answers = list(
            pool.map(lambda _: act(city.home, alert.id, Asked(Verb.NOTE, "已核实"), by, now=city.now), range(6))
        )
    assert all(one == answers[0] for one in answers) and city.verbs(alert.id) == ["raised", "note"]


def test_what_is_due_is_done_once_by_several_workers(city: City) -> None:
    later = city.now + timedelta(days=1)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: keep(city.home, now=later), range(6)))
    assert sum(one.escalated for one in done) == 1
    later = city.now + timedelta(weeks=5)
    with ThreadPoolExecutor(4) as pool:
        assert sum(one.expired for one in pool.map(lambda _: keep(city.home, now=later), range(6))) == 2


def test_a_life_from_raised_to_cancelled(city: City) -> None:
    (first, second) = city.alerts()
    city.do(first, "close", outcome="real", service="visit")
    assert suspend(city.home, "conflict", "a test", now=city.now).alerts == 1
    assert [kind for kind, _ in city.messages()] == ["Alert", "Alert", "Update", "Cancel"]
    assert [city.alert(one.id).status for one in (first, second)] == ["closed", "withdrawn"]
