"""Of a notice of several grids of which one lies elsewhere today: what followed from the level of that one holds for nobody any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import made_content
from riskwarn.alert_rules import Alerts, Rule
from riskwarn.words import Unit
from serving.access.scopes import Scope
from serving.alerts.alert import Alert
from tests.serving.access import cities
from tests.serving.alerts.city import GRIDS, OWN, PARTS, City

#: A community of three grids, which goes over to a town of another district.
MOVED = 5


def told(
    path: Path, level: str, verbs: tuple[tuple[str, dict[str, Any]], ...]
) -> tuple[Alert, dict[str, Any], dict[str, Any]]:
    """A notice of two grids at orange and one at a level that went elsewhere, before that; and what (the old district, the whole city) is told
    of it afterwards."""
    rules = Alerts(rules=(Rule(on="level"),), quiet=None, group_from=2)
    city = City(path, rules)
    city.publish({12: "orange", 13: "orange", 20: level})
    (before,) = city.alerts()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", PARTS)
        city.content = made_content(GRIDS, targets=("conflict",), horizons=(4,))
    city.content.places[Unit.COMMUNITY].parents[MOVED] = 2
    city.publish({12: "orange", 13: "orange"}, later=timedelta(hours=20))
    scopes = (Scope.READ, Scope.ACT)
    keys = [cities.key(city.home, scopes, area, now=city.now) for area in (OWN, cities.WHOLE_CITY)]
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        (one,) = (each["id"] for each in client.get("/v1/alerts", headers=keys[0]).json()["items"] if each["members"])
        for verb, asked in verbs:
            done = client.post(f"/v1/alerts/{one}/{verb}", json=asked, headers=keys[1])
            assert done.status_code == 200, done.text
        shown = [client.get(f"/v1/alerts/{one}", headers=key).json() for key in keys]
    return before, shown[0], shown[1]


TERMS = ("level", "horizon", "acknowledge_by", "due_at", "expires_at", "members")


@pytest.mark.parametrize("verbs", [(), (("extend", {"note": "more to do"}),)])
def test_a_level_that_lies_outside_changes_no_term(
    tmp_path: Path, verbs: tuple[tuple[str, dict[str, Any]], ...]
) -> None:
    (red_before, *red), (orange_before, *orange) = (told(tmp_path / level, level, verbs) for level in ("red", "orange"))
    (first, *others) = ({name: one[name] for name in TERMS} for one in (*red, *orange))
    assert others == 3 * [first]
    assert red_before.due_at != orange_before.due_at and red_before.acknowledge_by != orange_before.acknowledge_by
