"""Writes the examples of the API's description (serving/api/examples.json) out of a made-up city: part of ``make docs``."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from experiments.benchmarks.made_snapshot import made_content, publish_made  # noqa: E402
from riskwarn.home import Home, make_home, open_home  # noqa: E402
from riskwarn.settings import Settings  # noqa: E402
from serving.access.keys import Asked, create_key  # noqa: E402
from serving.access.operators import create_operator  # noqa: E402
from serving.access.scopes import Role  # noqa: E402
from serving.api.app import Application  # noqa: E402

FILE = ROOT / "serving" / "api" / "examples.json"
NOW = datetime(2026, 3, 10, tzinfo=UTC)


def examples() -> dict[str, Any]:
    """Operation -> what it answers in a made-up city of a few grids."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "home", Settings())
        a, b = (
            publish_made(
                home, made_content(12, horizons=(4,), seed=seed), day, datetime(2026, 3, day.day, 1, tzinfo=UTC)
            )
            for seed, day in enumerate((date(2026, 3, 2), date(2026, 3, 9)))
        )
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
            "track_record": "/v1/track-record?limit=1",
            "alerts": "/v1/alerts",
            "alive": "/healthz",
            "ready": "/readyz",
            "problem": "/v1/scores?limit=0",
        }
        with TestClient(Application(home, lambda: NOW), base_url="http://localhost") as client:
            told = {name: client.get(path).json() for name, path in asked.items()}
        told |= _approvals(home)
    told["problem"]["request_id"] = "0123456789abcdef"
    return told


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
    # Ids are drawn.
    drawn = {
        first["id"]: "ex8f0c2d7e91ab",
        second["id"]: "ex8f0c2d7e91ab",
        people[0]: "op8a1c0d2e3f40",
        people[1]: "op5b6c7d8e9f01",
    }
    text = json.dumps(told)
    for identity, shown in drawn.items():
        text = text.replace(identity, shown)
    found: dict[str, Any] = json.loads(text)
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(examples(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
