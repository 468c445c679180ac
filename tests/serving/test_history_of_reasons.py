"""What each reason added to a grid's score in the snapshots before, under the rules of its explanation."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from serving.access.scopes import Role
from serving.columns.reasons import REST
from tests.serving.access import cities
from tests.serving.conftest import Made

GRID = "/v1/grids/G0000003"


def moved(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: one[name] for name in ("theme", "source", "effect")} for one in reasons if one["theme"] != REST]


def test_the_reasons_of_each_snapshot_are_those_of_its_explanation(made: Made) -> None:
    made.publish(7, seed=4)
    with TestClient(made.application(), base_url="http://localhost") as client:
        told = client.get(f"{GRID}/history?reasons=true").json()["items"]
        plain = client.get(f"{GRID}/history").json()["items"]
        assert len(told) == 2 and any(one["reasons"] for one in told)
        for one in told:
            why = client.get(f"{GRID}/explanation?as_of={one['as_of']}").json()
            assert one["reasons"] == moved(why["reasons"])
        assert plain == [{**one, "reasons": []} for one in told], "who does not ask is told none"


def test_where_a_part_is_seen_no_more_is_told_than_by_the_explanation(made: Made) -> None:
    header = cities.key(made.home, role=Role.ANALYST, area=cities.OWN, now=made.now)
    with TestClient(made.application(), base_url="http://localhost") as client:
        (one,) = client.get(f"{GRID}/history?reasons=true", headers=header).json()["items"]
        why = client.get(f"{GRID}/explanation", headers=header).json()
    assert one["reasons"] == moved(why["reasons"])


def test_nothing_is_told_of_a_grid_of_few_residents(made: Made) -> None:
    with TestClient(made.application(), base_url="http://localhost") as client:
        hidden = next(one for one in client.get("/v1/scores?limit=1000").json()["items"] if one["suppressed"])
        told = client.get(f"/v1/grids/{hidden['code']}/history?reasons=true").json()["items"]
    assert [one["reasons"] for one in told] == [[]]
