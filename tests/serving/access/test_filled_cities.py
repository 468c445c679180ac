"""The made-up cities have something of all that is told: where a list is empty, or nothing of it lies outside, a filter that is forgotten
has nothing to tell, and no test finds it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.alerts.tables import ALERTS
from tests.serving.access import cities
from tests.serving.access.asked import questions, unlimited
from tests.serving.access.cities import NOW, OWN

#: Of which nothing is told to who sees a part: what is made of the whole city, which targets are suspended, and where who asks is told of
#: notices: none is, and nowhere, here.
OF_THE_WHOLE = {
    "/v1/subscriptions .items",
    "/readyz .suspended",
    "/v1/alerts .suspended",
    "/v1/alerts/week .suspended",
    "/v1/grids/{} .suspended",
    "/v1/snapshots .suspended",
    "/v1/track-record .suspended",
    "/v1/grids/{} .scores[].rank_interval",
    "/v1/scores .items[].rank_interval",
    "/v1/health/sources .items[].findings",
    "/v1/levels .items",
    "/v1/track-record .rows[].events_between",
    "/v1/track-record .rows[].false_alarms",
    "/v1/track-record .rows[].misses",
}

#: What is the same wherever it is told: words, and numbers of which there are few.
OF_NO_PLACE = {
    "/v1/alerts .items[].reasons[].services",
    "/v1/alerts/week .late[].reasons[].services",
    "/v1/alerts/{} .reasons[].services",
    "/v1/grids/{} .scores[].interval",
    "/v1/grids/{} .scores[].reasons[].services",
    "/v1/grids/{}/explanation .reasons[].services",
    "/v1/map .level",
    "/v1/map .levels",
    "/v1/scores .items[].interval",
    "/v1/scores .items[].reasons[].services",
}

#: What is of keys, of targets and of who asked, which no city has, and the files of borders, each of one district: other tests ask for these.
ELSEWHERE = {
    "/v1/grants",
    "/v1/audit",
    "/v1/suspensions",
    "/v1/boundaries/{}",
    "/healthz",
}


def lists(path: str, value: Any) -> Iterator[tuple[str, list[Any]]]:
    """Each list of an answer, by where it stands."""
    if isinstance(value, list):
        yield path, value
        for one in value:
            yield from lists(f"{path}[]", one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from lists(f"{path}.{name}", one)


def told(client: Any, headers: dict[str, str], ids: tuple[str, str]) -> dict[str, set[str]]:
    """Route and list -> its elements, over all questions."""
    found: dict[str, set[str]] = defaultdict(set)
    for question in questions(ids):
        answer = client.get(question, headers=headers)
        if (
            answer.status_code != 200
            or "json" not in answer.headers["content-type"]
            or "geo" in answer.headers["content-type"]
        ):
            continue
        route = re.sub(r"(?<=/v1/grids/)[^/]+|(?<=/v1/alerts/)w(?!eek$)[^/]+", "{}", answer.request.url.path)
        for path, elements in lists("", answer.json()):
            if route == "/console/notices" and path != ".teams":
                continue  # words, which are the same in every city
            found[f"{route} {path}"] |= {json.dumps(one, sort_keys=True) for one in elements}
    return found


def test_every_list_has_something_inside_and_something_outside(tmp_path: Path) -> None:
    home = unlimited(make_home(tmp_path / "home", Settings(threads=1)))
    ids = cities.build(home, 17)
    with home.database.begin() as connection:  # nobody acknowledged them in time, inside as outside
        connection.execute(update(ALERTS).values(acknowledge_by=NOW - timedelta(hours=1)))
    with cities.served(home) as (client,):
        own, whole = (told(client, one, ids) for one in (cities.key(home, area=OWN), cities.key(home)))
        paths = client.app.routes.openapi()["paths"]  # type: ignore[attr-defined]
    assert {path for path in {*own, *whole} if not own[path]} == OF_THE_WHOLE
    assert {path for path in own if own[path] and not whole[path] - own[path]} == OF_NO_PLACE
    answers = {path: one["get"]["responses"]["200"].get("content", {}) for path, one in paths.items() if "get" in one}
    routes = {re.sub(r"{\w+}", "{}", path) for path, content in answers.items() if "application/json" in content}
    asked = {path.split()[0].replace("/v1/models/conflict", "/v1/models/{}") for path in whole}
    assert routes - asked == ELSEWHERE, "a route that is asked nothing is tried by no test of areas"
