"""All that may be asked of two cities that differ outside one district, and which answers tell of it."""

from __future__ import annotations

import io
import re
import zipfile

import pyarrow.parquet as pq
from starlette.testclient import TestClient

from riskwarn.home import Home, open_home
from riskwarn.words import Unit
from tests.serving.access import cities
from tests.serving.access.cities import NO_GRID, OTHER_GRID, OWN_GRID
from tests.waiting import answered_when_free

#: The homes of both, a key of the district to each, and the ids of the snapshots.
Two = tuple[list[Home], list[dict[str, str]], tuple[str, str]]

#: The same with a server of each.
Pair = tuple[list[TestClient], list[dict[str, str]], tuple[str, str]]


def unlimited(home: Home) -> Home:
    """The same home, which answers however often it is asked."""
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {requests_a_minute: 1000000, refusals_a_minute: 1000000}\n")
    return open_home(home.path, home.settings)


#: What tells of notices beside their list.
OF_NOTICES = [
    "/v1/alerts/stream?seconds=0", "/v1/alerts/stream?seconds=0&level=red", "/v1/alerts/feed.atom", "/v1/alerts/feed.atom?limit=1",
    "/v1/alerts/held", "/v1/alerts/held?limit=1", "/v1/alerts/stats", "/v1/alerts/stats?limit=1", "/v1/alerts/week", "/v1/alerts/week?week=2026-02-17", "/v1/alerts/week?week=2026-02-24", "/v1/silences", "/v1/silences?limit=1",
    *(f"/v1/alerts?{how}" for how in ("level=orange", "level=yellow", "overdue=true", "live=true", "live=false", "status=open", "target=conflict")),
    *(f"/v1/alerts?code={code}" for code in (OWN_GRID, OTHER_GRID, NO_GRID, "G0000037", "G0000039", "G0000061", "D0000000", "D0000001", cities.MOVED)),
    *(f"/v1/alerts?{by}" for by in ("parent=D0000000", "parent=D0000001", "parent=T0000003", "team_id=own", "team_id=T0000003")),
    *(
        path
        for one in (cities.OWN_ALERT, *(f"w{one}" for one in ("d0", "d1", "t", "m", "n", "x", "b0", "g0000040", OTHER_GRID.lower())))
        for path in (f"/v1/alerts/{one}", f"/v1/alerts/{one}/cap.xml", f"/alerts/{one}")
    ),
]  # fmt: skip


def questions(ids: tuple[str, str]) -> list[str]:
    """All that may be asked: of every route, with what is inside, outside, above and nowhere."""
    older, newer = ids
    found = [
        "/v1/snapshots", f"/v1/snapshots/compare?a={older}&b={newer}", "/v1/health/sources", "/v1/health/sources?source=disputes",
        "/v1/exports", "/v1/exports?limit=1", "/console/notices", "/v1/models/conflict", "/v1/levels", "/console/versions", "/v1/track-record", "/v1/boundaries", "/v1/boundaries?as_of=2026-02-23", "/v1/alerts", "/v1/alerts?limit=1", "/v1/alerts?level=red", "/readyz",
        f"/v1/scores?as_of={cities.AS_OF}", "/v1/scores?as_of=2026-02-23", "/v1/scores?min_level=red", "/v1/scores?min_level=blue",
        "/v1/scores?search=第1", f"/v1/scores?search={OTHER_GRID}", "/v1/scores?unit=town&search=T0000003", "/v1/subscriptions",
    ]  # fmt: skip
    found += OF_NOTICES
    for unit in Unit:
        found += [
            f"/v1/scores?unit={unit.value}",
            f"/v1/scores?unit={unit.value}&limit=2",
            f"/v1/export.csv?unit={unit.value}",
        ]
        if unit is not Unit.CITY:
            found += [
                f"/v1/map?unit={unit.value}&measure={measure}" for measure in ("score", "per_10000", "change", "excess")
            ]
        for parent in ("D0000000", "D0000001", "C0000000", "T0000009", "city", "nowhere"):
            found.append(f"/v1/scores?unit={unit.value}&parent={parent}")
            found.append(f"/v1/scores?unit={unit.value}&as_of=2026-02-23&parent={parent}")
        found += [f"/v1/{one}unit={unit.value}&as_of=2026-02-23" for one in ("scores?", "export.csv?")]
        if unit is not Unit.CITY:
            found.append(f"/v1/map?unit={unit.value}&measure=score&as_of=2026-02-23")
    for form in ("csv", "geojson", "parquet", "xlsx"):
        found += [f"/v1/export.{form}?parent={parent}" for parent in ("D0000000", "D0000002", "nowhere")]
    for grid in (OWN_GRID, OTHER_GRID, NO_GRID):
        for behind in ("", "/explanation", "/history", "/history?reasons=true"):
            found.append(f"/v1/grids/{grid}{behind}")
    return found


def leaks(pair: Pair, *paths: str) -> list[str]:
    """The questions that tell of what lies outside, of some or of all."""
    clients, headers, ids = pair
    found = []
    for path in paths or questions(ids):
        one, other = (cities.told(_asked(*both, path)) for both in zip(clients, headers, strict=True))
        assert max(one[0], other[0]) < 500, f"{path}: a fault of ours is alike in both, and tells nothing"
        if stable(one) != stable(other):
            found.append(path)
    return found


def _asked(client: TestClient, headers: dict[str, str], path: str) -> object:
    return answered_when_free(lambda: client.get(path, headers=headers))


def stable(told: tuple[object, ...]) -> tuple[object, ...]:
    """Without the id of the request, which stands in the watermark of a file."""
    status, headers, body = told
    if isinstance(body, bytes):
        if body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(body)) as book:
                body = b"".join(book.read(name) for name in book.namelist())
        elif body.startswith(b"PAR1"):
            body = str(pq.read_table(io.BytesIO(body)).to_pylist()).encode()
        body = re.sub("请求 [0-9a-f]{16}".encode(), b"", body)
    return status, headers, body
