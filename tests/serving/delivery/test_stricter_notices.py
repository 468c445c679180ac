"""A stricter `min_residents` reaches what was told in notices as it reaches older snapshots: from the start of who serves or carries them."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.benchmarks.receivers import Receiver
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.columns.places import Places
from serving.snapshots.current import Current
from tests.serving.access import cities
from tests.serving.delivery.test_one_cut import VALUES, WAYS, city, every_way, program, raised, subscriber, tellers

__all__ = ["city"]

BESIDE = "未化解矛盾纠纷3–4件"


def strict(home: Home, least: int) -> Home:
    """The same home as it is opened where more residents are asked for."""
    return Home(home.path, home.configuration.model_copy(update={"min_residents": least}), home.settings)


def places(home: Home) -> Places:
    current = Current(home)
    current.look()
    return current().places


def by_size(home: Home) -> list[tuple[int, str]]:
    """(residents, code) of the grids of which anything is told."""
    grids = places(home)[Unit.GRID]
    shown = [row for row in range(len(grids.codes)) if not grids.suppressed[row]]
    return sorted((int(grids.residents[row]), grids.codes[row]) for row in shown)


@pytest.mark.parametrize("among", [False, True], ids=["alone", "among others"])
def test_a_notice_of_a_place_that_is_withheld_from_now_on_tells_no_reason(
    city: Home, receiver: Receiver, among: bool
) -> None:
    header, owner = program(city, cities.WHOLE_CITY)
    subscriber(city, receiver, "hook", owner)
    order = by_size(city)
    (people, small), (_, large) = order[0], order[-1]
    later = strict(city, people + 1)
    hidden = places(later)[Unit.GRID]
    assert hidden.suppressed[hidden.rows[small]] and not hidden.suppressed[hidden.rows[large]]
    members = tuple({"code": code, "name": code, "level": "red", "score": 0.4375} for code in (large, small))
    own: dict[str, Any] = {"members": members} if among else {"unit": "grid", "code": small, "members": ()}
    alert = raised(city, **own)
    why = [{**one, "zh": BESIDE, "en": BESIDE} for one in alert.reasons]
    beside = raised(city, unit="grid", code=large, members=(), target="safety", reasons=tuple(why))
    found = every_way(later, receiver, header, alert.id, "hook")
    assert tellers(found, VALUES) == set() and tellers(found, "青山镇") == WAYS
    assert {"list", "stream", "feed", "webhook"} <= tellers(found, BESIDE), "of the others all is told as before"
    assert {"one", "page", "cap"} <= tellers(every_way(later, receiver, header, beside.id, "hook"), BESIDE)
    before = every_way(city, receiver, header, alert.id, "none")
    assert {"list", "one", "page", "stream", "feed", "cap"} <= tellers(before, VALUES), "nothing is lost"
