"""In each function that answers a list, a count or a document somebody may forget for whom it answers: two cities that differ outside find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import insert

from serving.access.areas import WHOLE_CITY
from serving.access.caller import LOCAL
from serving.alerts.shown import as_dict
from serving.api.seen import Seen
from serving.delivery.tables import SUBSCRIPTIONS
from serving.delivery.view import View
from tests.serving.access import cities
from tests.serving.access.asked import Two, leaks
from tests.serving.access.cities import NOW, OTHER_GRID, OWN_GRID

#: Makes of a function that filters one that does not.
Forget = Callable[[Callable[..., Any]], Callable[..., Any]]


def every(*_of: Any) -> bool:
    return True


def given(where: int, instead: Any) -> Forget:
    """It is given another argument at a place: what it filters by, open."""
    return lambda function: lambda *args, **named: function(*args[:where], instead, *args[where + 1 :], **named)


def opened(where: int, **filters: Any) -> Forget:
    """Its filters stand in one of its arguments, and are open."""

    def forget(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: function(*args[:where], replace(args[where], **filters), *args[where + 1 :])

    return forget


def instead(value: Any) -> Forget:
    """Something else stands in its place."""
    return lambda _function: value


def with_gaps(readiness: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Who asks whether it serves is told what fails, too."""
    return lambda current, now: {**readiness(current, now), "gaps": current.held.gaps.as_list()}


#: A view of the whole city, where nothing is left out.
ALL = View()

#: By which tree a snapshot is cut is asked at one place, for all that is made of a snapshot.
UNCUT = "api.seen.Seen._cut", instead(lambda _seen, snapshot: snapshot)

#: What is forgotten: where, how, and a question that tells of it; `{}` are the ids of the snapshots.
PLANTS: dict[str, tuple[str, Forget, str]] = {
    "source health": (*UNCUT, "/v1/health/sources"),
    "one source": (*UNCUT, "/v1/health/sources?source=disputes"),
    "what levels catch": (*UNCUT, "/v1/levels"),
    "the card of a model": (*UNCUT, "/v1/models/conflict"),
    "gaps of what is served": ("api.routes.service.readiness", with_gaps, "/readyz"),
    "which borders": (*UNCUT, "/v1/boundaries"),
    "borders of before": (*UNCUT, "/v1/boundaries?as_of=2026-02-23"),
    "map values": (*UNCUT, "/v1/map?unit=grid&measure=change"),
    "search": (*UNCUT, "/v1/scores?search=第1"),
    "search by a code": (*UNCUT, f"/v1/scores?search={OTHER_GRID}"),
    "what lies in a unit": (*UNCUT, "/v1/scores?unit=grid&parent=D0000001"),
    "the ranking of before": (*UNCUT, "/v1/scores?as_of=2026-02-23"),
    "comparison": (*UNCUT, "/v1/snapshots/compare?a={}&b={}"),
    "explanation": (*UNCUT, f"/v1/grids/{OTHER_GRID}/explanation"),
    "a table": (*UNCUT, "/v1/export.xlsx?parent=D0000002"),
    "a layer": (*UNCUT, "/v1/export.geojson?parent=D0000002"),
    "a file of columns": (*UNCUT, "/v1/export.parquet?parent=D0000002"),
    "history": ("api.seen.Seen.inside", instead(property(lambda _seen: None)), f"/v1/grids/{OWN_GRID}/history"),
    "publications": ("api.seen.manifest_inside", instead(lambda manifest, _districts: manifest), "/v1/snapshots"),
    "gaps of publications": ("snapshots.cut.gaps_inside", given(1, [f"D000000{one}" for one in range(3)]), "/v1/snapshots"),
    "the list of notices": ("api.seen.Seen.of_alert", instead(every), "/v1/alerts"),
    "a notice": ("api.seen.Seen.of_alert", instead(every), "/v1/alerts/wd0"),
    "the page of a notice": ("api.seen.Seen.of_alert", instead(every), "/alerts/wd0"),
    "what is told of a notice": ("api.seen.told_to", given(1, ALL), "/v1/alerts/wx"),
    "what is told of listed notices": ("api.seen.told_to", given(1, ALL), "/v1/alerts"),
    "a notice by its code": ("api.seen.Seen.of_alert", instead(every), "/v1/alerts?code=G0000040"),
    "notices by what they lie in": ("api.seen.Seen.view", instead(property(lambda _seen: ALL)), "/v1/alerts?parent=D0000001"),
    "notices by their team": ("api.seen.Seen.of_alert", instead(every), "/v1/alerts?team_id=T0000003"),
    "the stream": ("delivery.view.View.inside_of", instead(every), "/v1/alerts/stream?seconds=0"),
    "what the stream leaves out": ("delivery.feed.less", instead(lambda message, _left: message), "/v1/alerts/stream?seconds=0"),
    "the level of a stream": ("delivery.feed.Told.level", instead(lambda told, _view: told.message.level), "/v1/alerts/stream?seconds=0&level=red"),
    "the feed": ("delivery.view.View.inside_of", instead(every), "/v1/alerts/feed.atom"),
    "what the feed leaves out": ("delivery.said.less", instead(lambda message, _left: message), "/v1/alerts/feed.atom"),
    "the document of a notice": ("delivery.view.View.inside_of", instead(every), "/v1/alerts/wd5/cap.xml"),
    "what a document leaves out": ("delivery.said.less", instead(lambda message, _left: message), "/v1/alerts/wx/cap.xml"),
    "what was held back": ("api.routes.alerts.held_alerts", given(1, every), "/v1/alerts/held"),
    "silences": ("api.routes.alerts.listed_silences", given(1, every), "/v1/silences"),
    "figures: units": ("api.routes.alerts.figures", opened(1, covers=every), "/v1/alerts/stats"),
    "figures: units of before": ("api.routes.alerts.figures", opened(1, held=every), "/v1/alerts/stats"),
    "figures: notices": ("api.routes.alerts.figures", opened(1, sees=every), "/v1/alerts/stats"),
    "figures: the city": ("api.routes.alerts.figures", opened(1, whole=True), "/v1/alerts/stats"),
    "the week: what was held back": ("api.routes.alerts.became_of", opened(3, held=every), "/v1/alerts/week"),
    "the week: teams": ("api.routes.alerts.became_of", opened(3, covers=every), "/v1/alerts/week"),
    "the week: what is late": ("api.routes.alerts.became_of", opened(3, told=lambda alerts: [as_dict(one) for one in alerts]), "/v1/alerts/week"),
    "the week: the city": ("api.routes.alerts.became_of", opened(3, whole=True), "/v1/alerts/week"),
    "the week: notices": ("api.routes.alerts.became_of", opened(3, seen=lambda alert: alert), "/v1/alerts/week"),
    "teams": ("api.seen.Seen.holds", instead(every), "/console/notices"),
    "large files": ("api.routes.approvals.approvals.listed", given(2, every), "/v1/exports"),
    "the track record": ("api.seen.Seen.record", instead(lambda _seen, found: dict(found)), "/v1/track-record"),
    "districts of the track record": ("delivery.view.View.held", instead(every), "/v1/track-record"),
    "versions": ("api.routes.making._version", given(1, True), "/console/versions"),
    "subscriptions": ("api.routes.delivery.subscriptions.listed", given(1, LOCAL), "/v1/subscriptions"),
}  # fmt: skip


def plant(monkeypatch: pytest.MonkeyPatch, place: str, forget: Forget) -> None:
    """Put what forgets in the place of what does not."""
    names, inside = f"serving.{place}".split("."), 1
    found: Any = import_module(names[0])
    for inside in range(1, len(names)):
        try:
            found = import_module(".".join(names[: inside + 1]))
        except ModuleNotFoundError:
            break
    *outer, last = names[inside:]
    for name in outer:
        found = getattr(found, name)
    monkeypatch.setattr(found, last, forget(getattr(found, last)))


@pytest.fixture(scope="module")
def planted(two: Two) -> Two:
    """The two cities, in which others have receivers of notices, as many as there are notices of elsewhere."""
    row = {
        "name": "others", "channel": "webhook", "address": "https://notices.example.org", "language": "zh", "area": WHOLE_CITY.as_list(),
        "status": "Actual", "owner": "rk0000000000", "created_at": NOW,
    }  # fmt: skip
    for home, others in zip(two[0], (1, 2), strict=True):
        with home.database.begin() as connection:
            connection.execute(insert(SUBSCRIPTIONS), [{**row, "id": f"sb{one}"} for one in range(others)])
    return two


def test_where_nothing_is_forgotten_none_of_these_tells_anything(planted: Two) -> None:
    homes, headers, ids = planted
    with cities.served(*homes) as clients:
        assert leaks((clients, headers, ids), *{path.format(*ids) for *_, path in PLANTS.values()}) == []


@pytest.mark.slow
@pytest.mark.parametrize("what", PLANTS)
def test_what_is_forgotten_where_something_is_listed_is_found(
    planted: Two, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    place, forget, path = PLANTS[what]
    plant(monkeypatch, place, forget)
    homes, headers, ids = planted
    with cities.served(*homes) as clients:
        assert leaks((clients, headers, ids), path.format(*ids)) == [path.format(*ids)]


def test_borders_that_are_remembered_for_all_areas_alike_are_found(
    planted: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes, headers, ids = planted
    everything = [cities.key(home) for home in homes]

    def found() -> list[str]:
        with cities.served(*homes) as clients:
            for client, header in zip(clients, everything, strict=True):
                assert client.get("/v1/boundaries", headers=header).status_code == 200
            return leaks((clients, headers, ids), "/v1/boundaries")

    assert found() == []
    plant(monkeypatch, "api.routes.maps.Boundaries.of", given(2, ""))
    assert found() == ["/v1/boundaries"]


def test_every_way_of_the_one_who_sees_is_planted() -> None:
    """A filter that comes to `Seen` later is planted, too, or this says so."""
    filters = {"_cut", "inside", "of_alert", "holds", "record"}
    elsewhere = {
        "held", "saw", "whole",  # test_areas
        "covers", "unchanged", "area",  # who may be granted what, and which file is the same: test_granting, test_files_after_a_reform
        "snapshot", "named", "published", "_publication", "view", "view_of", "alerts", "as_told", "alert",  # are made of these
        "served", "declared", "without_figures", "_models", "_told_by_an_earlier_rule", "publications",  # ask of no area
    }  # fmt: skip
    own = {name for name, value in vars(Seen).items() if callable(value) or isinstance(value, property)}
    assert {one for one in own if not one.startswith("__")} == filters | elsewhere
