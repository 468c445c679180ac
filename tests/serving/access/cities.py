"""Two cities that differ in nothing but what lies outside one district, with all that a server tells of them, and keys to them.

Each was published twice, and between the two a town left the district for its neighbour: what was told of the district by the older tree is
of something outside, too, though its code is still there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert
from starlette.testclient import TestClient

from riskwarn.disclosure import RULE
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.access.areas import WHOLE_CITY, Area
from serving.access.keys import Asked, create_key
from serving.access.operators import create_operator
from serving.access.scopes import Role, Scope
from serving.access.tables import EXPORT_APPROVALS
from serving.alerts.tables import ALERTS, HELD, OUTCOMES, SILENCES, STEPS, TEAMS, TELLINGS
from serving.api.app import Application
from serving.api.options import Options
from serving.delivery.messages import Message
from serving.delivery.outbox import enqueue
from serving.delivery.view import BARE, TERMS
from serving.delivery.view import PARTS as TERMS_OF_PARTS
from serving.snapshots import published
from serving.track_record import rows as record_rows
from tests.serving.access.drawn import AS_OF as AS_OF
from tests.serving.access.drawn import GRIDS as GRIDS
from tests.serving.access.drawn import MOVED as MOVED
from tests.serving.access.drawn import NOW as NOW
from tests.serving.access.drawn import PARTS as PARTS
from tests.serving.access.drawn import content as content
from tests.serving.access.drawn import published_twice
from tests.serving.delivery.saying import message

#: The district that is seen, a grid of it, a grid of another, and one that is nowhere.
OWN, OTHER = Area((("district", "D0000000"),)), Area((("district", "D0000001"),))
OWN_GRID, OTHER_GRID, NO_GRID = "G0000003", "G0000050", "G9999999"

#: A grid of the district whose notice is late, and what was promised of notices, out of those of the whole city.
LATE_GRID, STATED = "G0000020", {"precision": 0.2, "lower": 0.1, "upper": 0.3, "usual": 0.05}

#: The notice of the grid of one's own.
OWN_ALERT = f"w{OWN_GRID.lower()}"

LOCAL = "http://localhost"

#: Headers that differ between any two answers.
PASSING = ("date", "ratelimit")


def build(home: Home, outside: int) -> tuple[str, str]:
    """Publish a city twice, with notices and a record; gives the ids of the snapshots, the older first."""
    first, second = published_twice(home, outside)
    raised = [OWN_GRID, LATE_GRID]
    raised[1:1] = [f"G00000{40 + number}" for number in range(outside % 5)]
    with home.database.begin() as connection:
        connection.execute(
            insert(ALERTS),
            [
                {"id": f"w{code.lower()}", "name": code, "snapshot": second, "target": "conflict", "horizon": 4, "unit": "grid", "code": code, "level": "red",
                 "score": 0.5, "status": "open", "raised_at": NOW, "told_at": NOW, "reasons": [_why("waiting"), _why("rest"), _why("rest")],
                 "budget_team": _above(code)[2], "week": AS_OF, "units": _units(code), "co_teams": [_above(code)[2]],
                 "due_at": NOW - timedelta(hours=1) if code == LATE_GRID else None, "stated": {**STATED, "n": 80 + outside}}
                for code in raised
            ],
        )  # fmt: skip
        members = _of_units(connection, first, second, outside)
        _beside(connection, second, raised, outside)
        _of_before(connection, first, outside)
        _of_files(connection, first, second, outside)
        figures = {"units": 108, "events": 40 + outside, "capture_5": 0.3 + outside / 100}
        missed = {
            "unit": "community",
            "code": f"C000001{outside % 10}",
            "name": "x",
            "expected": 1.0,
            "observed": "3–5",
        }
        ahead = {"expected": 12.0, "name": "district"}
        came = {"D0000000": 40, "D0000001": 40 + 5 * outside}
        districts = [
            {**ahead, "code": code, "observed": str(events), "between": [events - 10, events + 9]}
            for code, events in came.items()
        ]
        told = {
            "disclosure": RULE, "events": 900,
            "published_at": NOW.isoformat(), "window_end": AS_OF.isoformat(), "model": "conflict-4-v1", "late": False,
            "events_before_publication": outside, "capture_5_after_publication": 0.2, "unknown_grids": outside,
            "levels": {unit.value: figures for unit in Unit}, "baselines": {}, "misses": [missed], "false_alarms": [missed], "districts": districts,
        }  # fmt: skip
        # The district of before had the town in it that lies outside today.
        of_before = [{**districts[0], "observed": str(90 + outside), "between": [outside, 90 + outside]}, districts[1]]
        for snapshot, content_of in ((first, {**told, "districts": of_before}), (second, told)):
            record_rows.add(connection, published.named(home, snapshot), "conflict", 4, content_of, NOW)
        enqueue(connection, [_said(code, second) for code in [*raised, OTHER_GRID]])
        enqueue(connection, [_said_of_both(members, first)])
        enqueue(connection, [_said_of_units(snapshot, score) for snapshot, score in ((first, outside), (second, 9))])
    return first, second


def _of_units(connection: Connection, first: str, second: str, outside: int) -> list[dict[str, Any]]:
    """A notice of the district as it was before, and one as it is; of the town that left one of before; of some grids inside, and outside.

    Gives the grids of one of which some lie inside."""
    own, others = (
        [{"level": "yellow", "code": f"G{row:07}", "name": f"{row}", "score": score / 100} for row in rows]
        for rows, score in (((13, 14), 9), ((61, 62), outside))
    )
    raised: list[tuple[str, str, str, str, int, list[dict[str, Any]]]] = [
        ("d0", first, "district", "D0000000", outside, []), ("d1", second, "district", "D0000000", 9, []),
        ("t", first, "town", MOVED, outside, []), ("m", second, "town", "T0000001", 9, own), ("n", second, "town", "T0000005", outside, others),
    ]  # fmt: skip
    # That of the town was sent in the budget of a team that answers for nothing inside any more.
    week = {
        name: {"budget_team": MOVED if name == "m" else "own", "week": AS_OF - timedelta(days=7)} for name, *_ in raised
    }
    connection.execute(
        insert(ALERTS),
        [
            {"id": f"w{name}", "name": code, "snapshot": snapshot, "target": "conflict", "horizon": 4, "unit": unit, "code": code, "level": "yellow",
             "score": score / 100, "status": "open", "raised_at": NOW - timedelta(days=1), "told_at": NOW - timedelta(days=1), "reasons": [_why("waiting"), _why("rest")],
             "members": members, **week[name]}
            for name, snapshot, unit, code, score, members in raised
        ],
    )  # fmt: skip
    of_both = _of_both(connection, first, outside)
    steps = {"version": 1, "at": NOW, "verb": "raised", "status": "open", "level": "yellow", "source": "rule"}
    connection.execute(
        insert(STEPS), [{**steps, "alert": f"w{name}", "note": f"{name} {score}"} for name, *_, score, _ in raised]
    )
    return of_both


def _of_both(connection: Connection, first: str, outside: int) -> list[dict[str, Any]]:
    """A notice of the district with a grid in it that lies outside today: another, and higher or lower than the own, and late or not. No
    publication knows of it, or it would be of its own grid alone; who is above was asked as often as it may be. It was sent in the budget of a
    team of elsewhere, or in none. Gives its grids."""
    high, hours = outside % 2 and outside < 10, 48 + outside
    terms = {
        "acknowledge_by": NOW + timedelta(hours=48),
        "due_at": NOW + timedelta(days=14),
        "expires_at": NOW + timedelta(days=30),
    }
    others = {**terms, "acknowledge_by": NOW - timedelta(hours=1) if high else NOW + timedelta(hours=hours)}
    level = "red" if high else "yellow"
    own, other = f"G{13:07}", f"G{36 + outside // 5:07}"
    members = [
        {"code": code, "name": code, "level": one, "score": score / 100, "horizon": 4, **{name: at.isoformat() for name, at in of.items()}}
        for code, one, score, of in ((own, "orange", 9, terms), (other, level, outside, others))
    ]  # fmt: skip
    connection.execute(
        insert(ALERTS),
        [
            {"id": "wx", "name": "D0000000", "snapshot": first, "target": "conflict", "horizon": 4, "unit": "district", "code": "D0000000",
             "level": "red" if high else "orange", "score": max(9, outside) / 100, "status": "open", "raised_at": NOW - timedelta(days=2),
             "reasons": [_why("waiting"), _why("rest")], "members": members, "escalations": 99,
             "budget_team": MOVED if high else None, "week": AS_OF, **(others if high else terms)}
        ],
    )  # fmt: skip
    return members


def _of_files(connection: Connection, first: str, second: str, outside: int) -> None:
    """Large files that others asked for: of the district as it was before and as it is, of its neighbour, and of the whole city."""
    query = {"form": "csv", "target": "conflict", "horizon": 4, "unit": "grid", "parent": None, "lang": "zh"}
    asked = [("exd1", OWN, second, 36), ("exd0", OWN, first, 48 + outside), ("exc", WHOLE_CITY, second, 60 + outside)]
    asked += [(f"exo{one}", OTHER, second, outside + one) for one in range(outside % 5)]
    connection.execute(
        insert(EXPORT_APPROVALS),
        [
            {"id": name, "asked_by": "op0000000000", "asked_at": NOW - timedelta(hours=name == "exd1"), "area": area.as_list(), "snapshot": first,
             "query": query, "rows": rows, "inside": "0" * 64, "by_tree_of": tree, "reason": f"planning {rows}", "ends_at": NOW + timedelta(days=1)}
            for name, area, tree, rows in asked
        ],
    )  # fmt: skip


def _of_before(connection: Connection, first: str, outside: int) -> None:
    """What was kept of the district and its team when a town was in it that is outside today."""
    about = {"snapshot": first, "target": "conflict", "horizon": 4, "level": "orange"}
    held = {**about, "at": NOW - timedelta(days=7), "unit": "district", "kind": "jump", "reason": "silence"}
    connection.execute(insert(HELD), [{**held, "code": "D0000000", "name": f"{outside}"}])
    week = AS_OF - timedelta(days=7)
    told = {**about, "at": NOW - timedelta(days=70), "judged": True, "district": "D0000000"}
    connection.execute(
        insert(TELLINGS),
        [
            {**told, "alert": f"b{one}", "code": "G0000040", "events": int(one < outside), "nth": 1_000 + one, "nth_of_district": 100 + one}
            for one in range(50)
        ],
    )  # fmt: skip
    event = {"week": week, "target": "conflict", "unit": "district", "code": "D0000000", "lead": 0, "snapshot": first}
    levels = ("none", 300 + outside), ("orange", 40 * outside)
    connection.execute(insert(OUTCOMES), [{**event, "level": level, "events": events} for level, events in levels])
    team = {
        "id": "own",
        "unit": "district",
        "code": "D0000000",
        "name": "own",
        "services": [],
        "workers": 9,
        "hours_a_week": 40.0,
    }
    connection.execute(insert(TEAMS), [{**team, "notices_a_week": 3}])
    notice = {
        "name": "G0000040", "snapshot": first, "target": "conflict", "horizon": 4, "unit": "grid", "code": "G0000040", "level": "red",
        "score": 0.5, "status": "closed", "raised_at": NOW - timedelta(days=8), "told_at": NOW - timedelta(days=8), "reasons": [], "budget_team": "own", "week": week,
    }  # fmt: skip
    known = NOW - timedelta(days=8) + timedelta(hours=outside)
    connection.execute(
        insert(ALERTS), [{**notice, "id": f"wb{one}", "acknowledged_at": known} for one in range(outside)]
    )


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
    team = {"unit": "town", "services": [], "workers": 9, "hours_a_week": 40.0}
    towns = [(f"T{town:07}", outside * (town > 2)) for town in range(GRIDS // 12)]
    connection.execute(
        insert(TEAMS),
        [{**team, "id": code, "code": code, "name": f"{code} {own}", "notices_a_week": 3 + own} for code, own in towns],
    )
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
    event = {"week": AS_OF, "target": "conflict", "unit": "district", "level": "none", "lead": 0, "snapshot": snapshot}
    connection.execute(insert(OUTCOMES), [{**event, "code": district, "events": hits} for district, _, hits in came])


def _units(code: str) -> list[tuple[str, str, str]]:
    """(kind, code, name) of a grid and what it lies in."""
    return [(unit.value, one, one) for unit, one in zip(PARTS, _above(code), strict=True)]


def _above(code: str) -> tuple[str, ...]:
    """A grid and what it lies in, upwards."""
    return tuple(f"{kind}{int(code[1:]) // size:07}" for kind, size in (("G", 1), ("C", 4), ("T", 12), ("D", 36)))


def _said(code: str, snapshot: str) -> Message:
    """That a notice about a grid was raised."""
    reasons = [_why("waiting"), _why("rest"), _why("rest")]
    made = message(f"w{code.lower()}", code=code, at=NOW, units=_above(code), reasons=reasons, name=code)
    text = {"zh": f"{code}：建议本周上门调解", "en": f"{code}: mediation this week"}
    return dataclasses.replace(made, body={**made.body, "text": text, "snapshot": snapshot})


def _said_of_both(members: list[dict[str, Any]], snapshot: str) -> Message:
    """That a notice about some grids was raised, one of which lies outside today: all that it says follows from both."""
    terms = {one["code"]: {name: one[name] for name in TERMS} for one in members}
    own, other = members
    said = " ".join(f"{one['code']} {one['level']}" for one in members)
    made = message(
        "wx", code="D0000000", level=other["level"], at=NOW, units=("D0000000",), reasons=[_why(other["code"])]
    )
    named = {"head": f"D0000000 {own['code']}"}
    body = {
        **made.body, "unit": "district", "horizon": 4, "members": members, "score": other["score"], "snapshot": snapshot,
        **terms[other["code"]], TERMS_OF_PARTS: terms, "text": {"zh": said, "en": said}, BARE: {"zh": named, "en": named},
    }  # fmt: skip
    return dataclasses.replace(made, body=body)


def _said_of_units(snapshot: str, score: int) -> Message:
    """That a notice about the district was raised by a snapshot."""
    made = message(f"wd{score}", code="D0000000", at=NOW, units=("D0000000",), reasons=[_why("waiting"), _why("rest")])
    return dataclasses.replace(made, body={**made.body, "unit": "district", "score": score / 100, "snapshot": snapshot})


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
