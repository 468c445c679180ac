"""What an answer says of a unit beside its rank: what is usual, what is new, why; and what is no longer there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, insert
from starlette.testclient import TestClient

from riskwarn.words import Unit
from serving.alerts.tables import ALERTS
from serving.api import answers
from serving.api.answers import ENTERED_SHARE
from serving.client import Client, Gone
from serving.snapshots import published
from serving.snapshots.snapshot import load_snapshot
from tests.serving.conftest import Made, running_application
from tests.serving.test_requests import LOCAL


def items(api: httpx.Client, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/v1/scores?limit=1000&{query}").json()["items"]
    return found


def test_what_is_usual_is_told_above_the_grid_and_excess_is_measured_by_it(api: httpx.Client) -> None:
    for grid in items(api, "unit=grid"):
        assert grid["usual"] is None and grid["excess"] is None
    city = items(api, "unit=city")[0]
    assert city["usual"] > 0 and city["reasons"] == []
    assert city["excess"]["difference"] == pytest.approx(city["expected_count"] - city["usual"], abs=1e-5)
    assert city["excess"]["ratio"] == pytest.approx(city["expected_count"] / city["usual"], abs=1e-3)
    assert all(item["entered"] is None for item in items(api, "unit=town")), "a first snapshot has nothing before"


@pytest.mark.parametrize("unit", ["community", "town", "district"])
def test_units_above_the_grid_have_reasons_that_name_theme_direction_and_services(api: httpx.Client, unit: str) -> None:
    found = [reason for item in items(api, f"unit={unit}") if not item["suppressed"] for reason in item["reasons"]]
    assert found
    for reason in found:
        assert reason["theme"] and reason["zh"] and reason["en"] and isinstance(reason["services"], list)
        assert reason["direction"] == ("raises" if reason["effect"] > 0 else "lowers")


@pytest.mark.parametrize("query", ["target=conflict&horizon=4", "target=safety&horizon=1"])
def test_effects_add_up_to_the_score_less_the_mean_of_the_city(api: httpx.Client, query: str) -> None:
    grids = items(api, query)
    mean = sum(grid["score"] for grid in grids) / len(grids)
    shown = [grid for grid in grids if not grid["suppressed"]][:20]
    assert shown
    for grid in shown:
        why = api.get(f"/v1/grids/{grid['code']}/explanation?{query}").json()
        assert why["mean_score"] == pytest.approx(mean, abs=1e-6)
        total = sum(reason["effect"] for reason in why["reasons"])
        assert total == pytest.approx(why["score"] - why["mean_score"], abs=2e-6)


def test_who_is_new_among_the_first_tenth_is_said(made: Made) -> None:
    row = published.newest(made.home)
    assert row is not None
    snapshot = load_snapshot(made.home, row)
    one = snapshot.scores["conflict", 4][Unit.GRID]
    first = ENTERED_SHARE * len(one.rank)
    one.previous_rank[:] = one.rank[::-1]
    told = [answers.item(snapshot, ("conflict", 4), Unit.GRID, place) for place in range(len(one.rank))]
    assert [item["entered"] for item in told] == one.entered(int(first)).tolist()
    assert {item["entered"] for item in told} == {True, False}
    assert all(item["rank"] <= first for item in told if item["entered"])


def test_details_of_units_with_few_residents_are_withheld_whatever_the_snapshot_holds(made: Made) -> None:
    row = published.newest(made.home)
    assert row is not None
    snapshot, block = load_snapshot(made.home, row), ("conflict", 4)
    snapshot.places[Unit.TOWN].suppressed[0] = True
    town = answers.item(snapshot, block, Unit.TOWN, 0)
    assert town["usual"] is None and town["excess"] is None and town["per_10000"] is None and town["reasons"] == []
    other = answers.item(snapshot, block, Unit.TOWN, 1)
    assert other["usual"] is not None and other["excess"] is not None


def test_levels_are_told_as_they_were_published_but_for_single_events(made: Made) -> None:
    with TestClient(made.application(), base_url=LOCAL) as client:
        told = client.get("/v1/levels?target=safety&horizon=12").json()
        assert (told["target"], told["horizon"]) == ("safety", 12)
        assert [one["level"] for one in told["items"]] == ["red", "orange", "yellow", "blue"]
        assert told["items"][0]["caught"] == 60 and told["items"][0]["outside"] == 0.7
        assert client.get("/v1/levels?horizon=3").status_code == 422
        assert client.get("/v1/track-record?target=weather").status_code == 422
        assert client.get("/v1/track-record?horizon=99").status_code == 422
    row = published.newest(made.home)
    assert row is not None
    snapshot = load_snapshot(made.home, row)
    few = {**snapshot.manifest["levels"]["conflict/4"][0], "events": 2, "caught": 1}
    snapshot.manifest["levels"]["conflict/4"] = [few]
    (shown,) = answers.levels(snapshot, made.now, "conflict", 4)["items"]
    assert shown["events"] == "1–2"
    assert [shown[name] for name in ("caught", "capture", "precision", "of_100_listed", "outside")] == [None] * 5
    del snapshot.manifest["levels"]
    assert answers.levels(snapshot, made.now, "conflict", 4)["items"] is None


@pytest.mark.parametrize(
    ("fate", "english", "chinese"),
    [(published.WITHDRAWN, "was withdrawn", "撤回"), (published.SWEPT, "by retention", "keep_snapshots")],
)
def test_an_as_of_whose_snapshot_is_gone_is_410(made: Made, fate: str, english: str, chinese: str) -> None:
    newer = made.publish(7)
    with made.home.database.begin() as connection:
        published.mark(connection, made.first, fate, "for a test", made.now)
    application = made.application()
    with running_application(application) as address:
        with Client(address) as client, pytest.raises(Gone, match=english) as caught:
            client.ranking(as_of=made.as_of)
        assert caught.value.code == "as_of_gone" and made.first in caught.value.detail
        with Client(address, language="zh") as client, pytest.raises(Gone, match=chinese):
            client.ranking(as_of=made.as_of)
        with Client(address) as client:
            assert client.ranking()["snapshot"]["id"] == newer
            again = made.publish(0, salt="again")
            application.current.look()
            assert client.ranking(as_of=made.as_of)["snapshot"]["id"] == again, "what came after it is served"


@pytest.fixture
def noticed(made: Made) -> Made:
    """Three notices."""
    rows = [
        {
            "snapshot": made.first, "target": target, "horizon": 4, "unit": "grid", "code": "G0000003", "level": level,
            "score": 0.4, "status": status, "raised_at": datetime(2026, 3, 2, tzinfo=UTC), "reasons": [],
        }
        for target, level, status in (("conflict", "red", "open"), ("safety", "orange", "open"), ("elsewhere", "red", "closed"))
    ]  # fmt: skip
    with made.home.database.begin() as connection:
        connection.execute(insert(ALERTS), rows)
    return made


def test_notices_are_filtered_and_read_once_a_second_at_most(noticed: Made) -> None:
    asked: list[str] = []
    application = noticed.application()

    @event.listens_for(noticed.home.database, "before_cursor_execute")
    def _count(_connection: Any, _cursor: Any, statement: str, *_told: Any) -> None:
        if "FROM alerts" in statement:
            asked.append(statement)

    began = noticed.now
    with running_application(application) as address, Client(address) as client:
        for _ in range(5):
            assert len(client.alerts()) == 3
        assert len(asked) == 1
        noticed.now = began + timedelta(seconds=2)
        assert [one["level"] for one in client.alerts(level="red")] == ["red", "red"]
        assert [one["target"] for one in client.alerts(level="red", status="open")] == ["conflict"]
        assert len(client.alerts()) == 3 and len(asked) == 4
        with pytest.raises(Exception, match="status"):
            client.alerts(status="asleep")
