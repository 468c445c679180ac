"""Two cities that differ in nothing but what lies outside one district, with all that a server tells of them, and keys to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, insert
from starlette.testclient import TestClient

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import made_content, made_geometry, publish_made
from riskwarn.home import Home
from riskwarn.words import Gap, Unit
from serving.access.areas import WHOLE_CITY, Area
from serving.access.keys import Asked, create_key
from serving.access.operators import create_operator
from serving.access.scopes import Role, Scope
from serving.alerts.tables import ALERTS, HELD, OUTCOMES, SILENCES, TEAMS, TELLINGS
from serving.api.app import Application
from serving.api.options import Options
from serving.columns.gaps import DataGaps, SourceGap
from serving.columns.scores import Scores
from serving.delivery.messages import Message
from serving.delivery.outbox import enqueue
from serving.snapshots import published
from serving.snapshots.files import Content
from serving.track_record import rows as record_rows
from tests.serving.delivery.saying import message
from tests.worlds import with_known_key

NOW = datetime(2026, 3, 3, tzinfo=UTC)
AS_OF = date(2026, 3, 2)

#: Parts of a unit: 36 grids a district, 12 a town, 4 a community; three districts.
PARTS = {Unit.GRID: 4, Unit.COMMUNITY: 3, Unit.TOWN: 3, Unit.DISTRICT: 4}
GRIDS = 108

#: The district that is seen, a grid of it, a grid of another, and one that is nowhere.
OWN, OTHER = Area((("district", "D0000000"),)), Area((("district", "D0000001"),))
OWN_GRID, OTHER_GRID, NO_GRID = "G0000003", "G0000050", "G9999999"

#: The notice of the grid of one's own.
OWN_ALERT = f"w{OWN_GRID.lower()}"

LOCAL = "http://localhost"

#: Headers that differ between any two answers.
PASSING = ("date", "ratelimit")


def geometry(outside: int) -> list[str | None]:
    """The borders: some outside the first district are not known, others in each city."""
    return [one if row < 36 or row % 19 != outside % 19 else None for row, one in enumerate(made_geometry(GRIDS))]


def silent(outside: int) -> str:
    """The district outside that a source fails: another in each of the two snapshots of a city, and in each of the cities 5 and 17."""
    return f"D000000{1 + outside // 10 % 2}"


def content(outside: int) -> Content:
    """The city: what lies outside the first district is drawn with a seed of its own."""
    one, other = made_content(GRIDS, horizons=(1, 4), seed=1), made_content(GRIDS, horizons=(1, 4), seed=outside)
    inside = {Unit.GRID: 36, Unit.COMMUNITY: 9, Unit.TOWN: 3, Unit.DISTRICT: 1, Unit.CITY: 0}
    scores = {
        block: {unit: _mixed(one.scores[block][unit], other.scores[block][unit], inside[unit], unit) for unit in Unit}
        for block in one.scores
    }
    districts = [
        {"code": f"D000000{row}", "name": f"district {row}", "gap": "silent" if f"D000000{row}" == silent(outside) else None,
         "freshness": {"newest": f"2026-01-{5 if row == 0 else 5 + outside % 20:02}", "quiet_days": 1 if row == 0 else outside}}
        for row in range(3)
    ]  # fmt: skip
    source = {
        **one.health[0], "verdict": "gap" if outside % 2 else "sound", "records": 1_000 + outside, "districts": districts,
        "findings": [{"code": "silent", "district": silent(outside)}],
    }  # fmt: skip
    return dataclasses.replace(one, scores=scores, health=(source,))


def _mixed(own: Scores, other: Scores, inside: int, unit: Unit) -> Scores:
    """The first units of one, the others of the other, ranked together."""
    fields = {
        field.name: np.concatenate([getattr(own, field.name)[:inside], getattr(other, field.name)[inside:]])
        for field in dataclasses.fields(Scores)
    }
    by = -(fields["score"] if unit is Unit.GRID else fields["expected_count"])
    for name, values in (("rank", by), ("previous_rank", by * 0.9)):
        if name == "rank" or unit is Unit.GRID:
            fields[name] = np.empty(len(by), dtype=np.int32)
            fields[name][np.argsort(values, kind="stable")] = np.arange(1, len(by) + 1)
    return Scores(**fields)


def build(home: Home, outside: int) -> tuple[str, str]:
    """Publish a city twice, with notices and a record; gives the ids of the snapshots, the older first."""
    with_known_key(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", PARTS)
        first, second = (
            publish_made(
                home, content(drawn), AS_OF - ago, NOW - ago, salt="city",
                gaps=DataGaps((SourceGap("disputes", Gap.SILENT, silent(drawn)),)), geometry=geometry(drawn),
            )
            for drawn, ago in ((outside, timedelta(days=7)), (outside + 10, timedelta(0)))
        )  # fmt: skip
    raised = [OWN_GRID, "G0000020"]
    raised[1:1] = [f"G00000{40 + number}" for number in range(outside % 5)]
    with home.database.begin() as connection:
        connection.execute(
            insert(ALERTS),
            [
                {"id": f"w{code.lower()}", "name": code, "snapshot": second, "target": "conflict", "horizon": 4, "unit": "grid", "code": code, "level": "red",
                 "score": 0.5, "status": "open", "raised_at": NOW, "reasons": [_why("waiting"), _why("rest"), _why("rest")],
                 "budget_team": _above(code)[2], "week": AS_OF}
                for code in raised
            ],
        )  # fmt: skip
        _beside(connection, second, raised, outside)
        figures = {"units": 108, "events": 40 + outside, "capture_5": 0.3 + outside / 100}
        missed = {
            "unit": "community",
            "code": f"C000001{outside % 10}",
            "name": "x",
            "expected": 1.0,
            "observed": "3–5",
        }
        told = {
            "published_at": NOW.isoformat(), "window_end": AS_OF.isoformat(), "model": "conflict-4-v1", "late": False,
            "events_before_publication": outside, "capture_5_after_publication": 0.2, "unknown_grids": outside,
            "levels": {unit.value: figures for unit in Unit}, "baselines": {}, "misses": [missed], "false_alarms": [],
        }  # fmt: skip
        older = published.named(home, first)
        record_rows.add(connection, older, "conflict", 4, told, NOW)
        enqueue(connection, [_said(code) for code in [*raised, OTHER_GRID]])
    return first, second


def _beside(connection: Connection, snapshot: str, raised: Sequence[str], outside: int) -> None:
    """What is told beside notices: what was held back, what is silent, who answers, and what came of what was told."""
    about = {"snapshot": snapshot, "target": "conflict", "horizon": 4, "level": "orange"}
    held = {**about, "at": NOW, "unit": "grid", "kind": "level", "reason": "budget"}
    connection.execute(
        insert(HELD), [{**held, "code": code, "name": code, "team_id": _above(code)[2]} for code in raised]
    )
    silent = {"reason": "roadworks", "author": "rk0000000000", "ends_at": NOW + timedelta(days=9), "unit": "grid"}
    connection.execute(
        insert(SILENCES),
        [{**silent, "id": f"s{code.lower()}", "code": code, "created_at": NOW - timedelta(hours=code == OWN_GRID)} for code in raised],
    )  # fmt: skip
    team = {"unit": "town", "services": [], "workers": 9, "hours_a_week": 40.0, "notices_a_week": 3}
    towns = [f"T{town:07}" for town in range(GRIDS // 12)]
    connection.execute(insert(TEAMS), [{**team, "id": code, "code": code, "name": code} for code in towns])
    came = [("D0000000", 60, 18), ("D0000001", 60 + outside, 18 + outside)]
    judged = {**about, "at": NOW - timedelta(days=60), "judged": True}
    connection.execute(
        insert(TELLINGS),
        [
            {
                **judged,
                "alert": f"{district}{one}",
                "code": district,
                "district": district,
                "events": int(one < hits),
                "nth": 60 * (district != "D0000000") + one,
                "nth_of_district": one,
            }
            for district, grids, hits in came
            for one in range(grids)
        ],
    )
    event = {"week": AS_OF, "target": "conflict", "unit": "district", "level": "none", "lead": 0}
    connection.execute(insert(OUTCOMES), [{**event, "code": district, "events": hits} for district, _, hits in came])


def _above(code: str) -> tuple[str, ...]:
    """A grid and what it lies in, upwards."""
    return tuple(f"{kind}{int(code[1:]) // size:07}" for kind, size in (("G", 1), ("C", 4), ("T", 12), ("D", 36)))


def _said(code: str) -> Message:
    """That a notice about a grid was raised."""
    reasons = [_why("waiting"), _why("rest"), _why("rest")]
    made = message(f"w{code.lower()}", code=code, at=NOW, units=_above(code), reasons=reasons, name=code)
    text = {"zh": f"{code}：建议本周上门调解", "en": f"{code}: mediation this week"}
    return dataclasses.replace(made, body={**made.body, "text": text})


def _why(feature: str) -> dict[str, Any]:
    return {
        "feature": feature, "theme": feature, "source": "disputes", "zh": "未化解", "en": "open", "direction": "raises",
        "services": ["mediation"], "effect": 0.1,
    }  # fmt: skip


def key(
    home: Home, scopes: Sequence[Scope] = (), area: Area = WHOLE_CITY, role: Role | None = None, **asked: Any
) -> dict[str, str]:
    """The header of a new key, of a program or of an operator of some role."""
    now = asked.pop("now", NOW)
    if role is not None:
        asked["operator"] = create_operator(home, "20113", role, now=now, area=area)["id"]
    given = Asked("program", frozenset(scopes or (Scope.READ, Scope.DETAIL, Scope.EXPORT)), area, **asked)
    return {"Authorization": f"Bearer {create_key(home, given, now=now)['key']}"}


@contextmanager
def served(*homes: Home, **options: Any) -> Iterator[list[TestClient]]:
    """Clients of the servers of some homes."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                TestClient(
                    Application(home, lambda: NOW, Options(**options)), base_url=LOCAL, raise_server_exceptions=False
                )
            )
            for home in homes
        ]


def told(answer: Any) -> tuple[Any, ...]:
    """All of an answer that may tell something."""
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    body = answer.content
    if answer.headers.get("content-type", "").startswith("application/problem"):
        problem = answer.json()
        body = {**problem, "request_id": ""}
        headers.pop("content-length")
    return answer.status_code, headers, body
