"""Writes the examples of the API's description (serving/api/examples.json) out of a made-up city: part of ``make docs``."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert
from starlette.testclient import TestClient

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from experiments.benchmarks.made_snapshot import made_content, publish_made  # noqa: E402
from riskwarn.disclosure import RULE  # noqa: E402
from riskwarn.home import Home, make_home, open_home  # noqa: E402
from riskwarn.secrets.key_file import make as make_key  # noqa: E402
from riskwarn.settings import Settings  # noqa: E402
from riskwarn.words import Unit  # noqa: E402
from serving.access.areas import Area  # noqa: E402
from serving.access.keys import Asked, create_key  # noqa: E402
from serving.access.operators import create_operator  # noqa: E402
from serving.access.scopes import Role, Scope  # noqa: E402
from serving.alerts.tables import ALERTS, HELD  # noqa: E402
from serving.api.app import Application  # noqa: E402
from serving.snapshots import published  # noqa: E402
from serving.snapshots.files import Content  # noqa: E402
from serving.track_record import rows  # noqa: E402
from serving.track_record.figures import Told, baseline_told, by_district, by_level, captured, figures, misses  # noqa: E402

FILE = ROOT / "serving" / "api" / "examples.json"
NOW = datetime(2026, 3, 10, tzinfo=UTC)


def examples() -> dict[str, Any]:
    """Operation -> what it answers in a made-up city of a few grids."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "home", Settings())
        contents = [made_content(12, horizons=(4,), seed=seed) for seed in range(2)]
        a, b = (
            publish_made(home, content, day, datetime(2026, 3, day.day, 1, tzinfo=UTC), cards=True)
            for content, day in zip(contents, (date(2026, 3, 2), date(2026, 3, 9)), strict=True)
        )
        _raise_alert(home, b, contents[-1])
        asked = {
            "ranking": "/v1/scores?limit=1",
            "explanation": "/v1/grids/G0000003/explanation",
            "grid_history": "/v1/grids/G0000003/history",
            "portrait": "/v1/grids/G0000003",
            "snapshots": "/v1/snapshots?limit=1",
            "compare_snapshots": f"/v1/snapshots/compare?a={a}&b={b}&limit=1",
            "source_health": "/v1/health/sources",
            "models": "/v1/models/conflict",
            "levels": "/v1/levels",
            "boundaries": "/v1/boundaries",
            "map_values": "/v1/map?unit=town&measure=per_10000",
            "alerts": "/v1/alerts?limit=1",
            "alive": "/healthz",
            "ready": "/readyz",
            "problem": "/v1/scores?limit=0",
        }
        with TestClient(Application(home, lambda: NOW), base_url="http://localhost") as client:
            told = {name: client.get(path).json() for name, path in asked.items()}
        told |= _notices(home, Path(folder) / "secrets.key") | _approvals(home) | _track_record(Path(folder) / "judged")
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "home", Settings())
        publish_made(home, contents[-1], date(2026, 3, 9), datetime(2026, 3, 9, 1, tzinfo=UTC))
        told |= _administration(home)
    told["problem"]["request_id"] = "0123456789abcdef"
    return told


def _raise_alert(home: Home, snapshot: str, content: Content) -> None:
    """A notice of the grid that comes first."""
    block = ("conflict", 4)
    scores = content.scores[block][Unit.GRID]
    row = int(np.argmin(scores.rank))
    own = content.places[Unit.GRID].codes[row], content.places[Unit.GRID].names[row]
    notice = {
        "id": "wabcdefghijkl", "head": f"conflict/grid/{own[0]}", "name": own[1],
        "snapshot": snapshot, "target": block[0], "horizon": block[1], "unit": "grid", "code": own[0],
        "level": "red", "score": float(scores.score[row]), "status": "open", "raised_at": datetime(2026, 3, 9, 1, tzinfo=UTC),
        "reasons": content.reasons.of(block, row, 3), "units": [["grid", *own], *([unit.value, code, name] for unit, code, name in content.places.lineage(Unit.GRID, row))],
        "team_id": "T0000000", "budget_team": "T0000000", "week": date(2026, 3, 9), "acknowledge_by": datetime(2026, 3, 10, 1, tzinfo=UTC),
        "due_at": datetime(2026, 3, 16, 1, tzinfo=UTC), "expires_at": datetime(2026, 4, 5, 16, tzinfo=UTC),
    }  # fmt: skip
    held = {
        "snapshot": snapshot, "at": datetime(2026, 3, 9, 1, tzinfo=UTC), "target": block[0], "horizon": block[1], "unit": "grid",
        "code": content.places[Unit.GRID].codes[0], "name": content.places[Unit.GRID].names[0], "level": "orange", "kind": "level",
        "team_id": "T0000000", "reason": "budget",
    }  # fmt: skip
    with home.database.begin() as connection:
        connection.execute(insert(ALERTS), [notice])
        connection.execute(insert(HELD), [held])


def _notices(home: Home, key_file: Path) -> dict[str, Any]:
    """What is answered of what is done with notices, of silences and of receivers."""
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("delivery: {networks: [10.20.0.0/16]}\n")
    home = open_home(home.path, replace(home.settings, secrets_key=str(key_file)))
    make_key(home, "aes-256-gcm")
    key = create_key(home, Asked("program", frozenset((Scope.READ, Scope.ACT))), now=NOW)
    alert, here = "wabcdefghijkl", "/v1/alerts/wabcdefghijkl"
    with TestClient(
        Application(home, lambda: NOW), base_url="http://localhost", headers={"Authorization": f"Bearer {key['key']}"}
    ) as client:
        told = {
            "act_on_alert": client.post(f"{here}/acknowledge", json={}, headers={"If-Match": '"1"'}).json(),
            "act_on_alerts": client.post(
                "/v1/alerts/several/start", json={"ids": [alert], "service": "mediation"}
            ).json(),
            "alert": client.get(here).json(),
            "held_alerts": client.get("/v1/alerts/held").json(),
            "alert_week": client.get("/v1/alerts/week").json(),
            "silence": client.post(
                "/v1/silences/new",
                json={"code": "town:T0000000", "reason": "moved to another office", "ends_at": "2026-03-16T08:00:00+08:00"},
            ).json(),
            "silences": client.get("/v1/silences").json(),
            "create_subscription": client.post(
                "/v1/subscriptions", json={"name": "区综治中心", "address": "https://receiver.example.gov.cn/notices"}
            ).json(),
            "subscriptions": client.get("/v1/subscriptions").json(),
        }  # fmt: skip
        silent, receiver = told["silence"]["id"], told["create_subscription"]["id"]
        told["end_silence"] = client.post(f"/v1/silences/{silent}/end", json={}).json()
        told["rotate_subscription"] = client.post(f"/v1/subscriptions/{receiver}/rotate").json()
        told["remove_subscription"] = client.delete(f"/v1/subscriptions/{receiver}").json()
    shown = "whsec_" + "A" * 43 + "="
    drawn = {silent: "wmnopqrstuvwx", receiver: "sb8a1c0d2e3f40", key["id"]: "8f0c2d7e91ab"}
    drawn |= {told[name]["secret"]: shown for name in ("create_subscription", "rotate_subscription")}
    return _with(told, drawn)


def _track_record(folder: Path) -> dict[str, Any]:
    """How a forecast of a larger made-up city went, beside a baseline that says the same of all grids: events are drawn by what was forecast."""
    home, block = make_home(folder, Settings()), ("conflict", 4)
    content = made_content(9600, targets=block[:1], horizons=block[1:])
    publish_made(home, content, date(2026, 2, 2), datetime(2026, 2, 2, 1, tzinfo=UTC))
    (row,) = published.listed(home)
    places, by_unit = content.places, content.scores[block]
    came = np.random.default_rng(0).poisson(by_unit[Unit.GRID].expected_count).astype(np.float64)
    observed, grids = by_level(places, came), by_unit[Unit.GRID]
    told = {Unit.GRID: Told.of(grids, Unit.GRID)}
    for unit, one in baseline_told(places, grids.score, grids.expected_count):
        if unit is not Unit.GRID:
            room = 1.3 * np.sqrt(one.expected)
            told[unit] = replace(
                one, lower=np.floor(np.maximum(one.expected - room, 0)), upper=np.ceil(one.expected + room)
            )
    mean = np.full(len(came), came.mean())
    usual = baseline_told(places, -np.expm1(-mean), mean)
    judgement = {
        "published_at": row.published_at.isoformat(), "snapshot_chain": row.chain, "model": row.models[block],
        "window_end": "2026-03-02", "known_at": "2026-03-09", "embargo_days": 7, "store_version": 1, "late": False, "unknown_grids": 0,
        "disclosure": RULE, "events": int(came.sum()), "events_before_publication": 0,
        "capture_5_after_publication": captured(told[Unit.GRID], came),
        "levels": {unit.value: figures(told[unit], observed[unit]) for unit in Unit},
        "baselines": {"climatology": {unit.value: figures(one, observed[unit]) for unit, one in usual}},
        "districts": by_district(places, told, observed),
        **misses(places, told, observed),
    }  # fmt: skip
    with home.database.begin() as connection:
        rows.add(connection, row, *block, judgement, datetime(2026, 3, 9, 2, tzinfo=UTC))
    with TestClient(Application(home, lambda: NOW), base_url="http://localhost") as client:
        return {"track_record": client.get("/v1/track-record?limit=1").json()}


def _approvals(home: Home) -> dict[str, Any]:
    """What is answered of a large file: two people of the centre ask and decide."""
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {export_rows: 10}\n")
    home = open_home(home.path, home.settings)
    people = [create_operator(home, name, Role.CENTRE, now=NOW)["id"] for name in ("20113", "20114")]
    one, other = (
        {"Authorization": f"Bearer {create_key(home, Asked('program', operator=person), now=NOW)['key']}"}
        for person in people
    )
    said = {"form": "csv", "reason": "the monthly file for the planning of visits", "lang": "en"}
    with TestClient(Application(home, lambda: NOW), base_url="http://localhost") as client:
        first, second = (client.post("/v1/exports", json=said, headers=one).json() for _ in range(2))
        listed = client.get("/v1/exports?limit=1", headers=other).json()
        told = {
            "ask_for_export": first,
            "export_approvals": listed,
            "approve_export": client.post(f"/v1/exports/{first['id']}/approve", headers=other).json(),
            "refuse_export": client.post(f"/v1/exports/{second['id']}/refuse", headers=other).json(),
        }
    drawn = {
        first["id"]: "ex8f0c2d7e91ab",
        second["id"]: "ex8f0c2d7e91ab",
        people[0]: "op8a1c0d2e3f40",
        people[1]: "op5b6c7d8e9f01",
    }
    return _with(told, drawn)


def _administration(home: Home) -> dict[str, Any]:
    """What administrators are answered: a grant that waits is confirmed by another, and revoked."""
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {confirm: true}\n")
    home = open_home(home.path, home.settings)
    office, auditor = (
        create_key(home, Asked(name, frozenset((scope,))), now=NOW)
        for name, scope in (("security-office", Scope.SECURITY), ("audit-office", Scope.AUDIT))
    )
    person = create_operator(home, "20113", Role.CENTRE, now=NOW, area=Area((("district", "D0000000"),)))["id"]
    with TestClient(Application(home, lambda: NOW), base_url="http://localhost") as client:
        grants_of = {"Authorization": f"Bearer {office['key']}"}
        told = {
            "grants": client.get("/v1/grants?limit=1&state=waiting", headers=grants_of).json(),
            "confirm_grant": client.post(f"/v1/grants/{person}/confirm", headers=grants_of).json(),
            "create_operator": client.post(
                "/v1/grants/operators/new",
                json={"name": "20114", "role": "supervisor", "area": ["town:T0000000"], "days": 90},
                headers=grants_of,
            ).json(),
            "create_key": client.post(
                "/v1/grants/keys/new",
                json={
                    "name": "portal",
                    "scopes": ["read"],
                    "area": ["district:D0000000"],
                    "purpose": "planning",
                    "networks": ["10.20.0.0/16"],
                    "days": 90,
                },
                headers=grants_of,
            ).json(),
            "rotate_grant": client.post(
                f"/v1/grants/{office['id']}/rotate", json={"overlap_days": 7}, headers=grants_of
            ).json(),
            "revoke_grant": client.post(
                f"/v1/grants/{person}/revoke", json={"reason": "moved to another office"}, headers=grants_of
            ).json(),
        }
        system = create_key(home, Asked("system-office", frozenset((Scope.SYSTEM,))), now=NOW)
        for one in (auditor, system):
            client.post(f"/v1/grants/{one['id']}/confirm", headers=grants_of)
        system_of = {"Authorization": f"Bearer {system['key']}"}
        told |= {
            f"{verb}_target": client.post(
                f"/v1/suspensions/conflict/{verb}", json={"reason": reason}, headers=system_of
            ).json()
            for verb, reason in (("suspend", "calibration of the west is under review"), ("resume", "reviewed"))
        }
        client.post(
            "/v1/suspensions/conflict/suspend", json={"reason": "calibration is under review"}, headers=system_of
        )
        told["suspensions"] = client.get("/v1/suspensions", headers=system_of).json()
        told["audit"] = client.get(
            "/v1/audit?limit=1&cursor=6", headers={"Authorization": f"Bearer {auditor['key']}"}
        ).json()
    row = told["audit"]["items"][0]
    row["at"] = NOW.isoformat()
    drawn = {row["previous"]: "5f" * 32, row["hash"]: "8a" * 32}
    drawn |= {person: "op8a1c0d2e3f40", office["id"]: "8f0c2d7e91ab", auditor["id"]: "1c0d2e3f405b"}
    for operation, shown in (("create_key", "3e4f5061728d"), ("rotate_grant", "5a6b7c8d9e0f")):
        made = told[operation]
        drawn |= {made["key"]: f"rw_{shown}_{'5f' * 32}", made["id"]: shown}
    drawn[told["create_operator"]["id"]] = "op5b6c7d8e9f01"
    return _with(told, drawn)


def _with(told: dict[str, Any], drawn: dict[str, str]) -> dict[str, Any]:
    """The same with other ids, for these are drawn."""
    text = json.dumps(told)
    for identity, shown in drawn.items():
        text = text.replace(identity, shown)
    found: dict[str, Any] = json.loads(text)
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(examples(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
