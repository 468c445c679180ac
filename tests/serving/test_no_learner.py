"""A worker of the server holds no learner, whatever it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from serving.alerts.tables import ALERTS
from tests.serving.conftest import Made
from tests.serving.delivery.saying import message, say

ROOT = Path(__file__).parents[2]
NEVER = ["pandas", "shapely", "pypinyin", "sklearn", "scipy", "lightgbm", "numba", "mlflow", "features", "training", "alembic", "matplotlib", "opentelemetry.sdk", "authlib", "joserfc"]  # fmt: skip

#: What would send traces somewhere, were it not ignored.
TELEMETRY = {"FASTAPI_OTEL_AUTO_CONFIGURE": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}

SCRIPT = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from starlette.testclient import TestClient
from riskwarn.settings import Settings
from serving.api.options import Options
from serving.api.server import _application_of
application = _application_of(Path(sys.argv[1]), Settings(), Options(), Path(sys.argv[2]))
reached, statuses = [], {}
sys.addaudithook(lambda name, told: reached.append(str(told[1])) if name in ("socket.connect", "socket.getaddrinfo") else None)
with TestClient(application, base_url="http://localhost") as client:
    for path in json.loads(sys.argv[3]):
        statuses[path] = client.get(path).status_code
print(json.dumps([statuses, [name for name in json.loads(sys.argv[4]) if name in sys.modules], reached]))
"""


@pytest.mark.slow
def test_a_worker_that_has_answered_every_route_imported_no_learner(made: Made, tmp_path: Path) -> None:
    grid = "/v1/grids/G0000003"
    say(made.home, message("wabcdefghijkl", at=datetime.now(UTC)))
    paths = [
        "/v1/scores", "/v1/scores?unit=town", grid, f"{grid}/explanation", f"{grid}/history", "/v1/snapshots",
        f"/v1/snapshots/compare?a={made.first}&b={made.first}", "/v1/health/sources", "/v1/models/conflict", "/v1/alerts", "/v1/alerts/stats", "/v1/alerts/week", "/v1/alerts/held", "/v1/silences",
        "/v1/alerts/wabcdefghijkl", "/v1/levels", "/v1/track-record", "/v1/boundaries", "/v1/map?unit=town",
        "/v1/export.csv", "/v1/export.parquet", "/v1/export.geojson", "/v1/export.xlsx", "/healthz", "/readyz", "/metrics",
        "/", "/docs", "/openapi.json", "/sign-in", "/sign-in/state", "/console/settings", "/console/notices", "/console/loads", "/console/refused", "/console/versions", "/console/uploads", "/v1/exports", "/v1/grants", "/v1/suspensions", "/v1/audit", "/v1/subscriptions",
        "/alerts/wabcdefghijkl", "/v1/alerts/stream?seconds=0", "/v1/alerts/feed.atom", "/v1/alerts/wabcdefghijkl/cap.xml",
    ]  # fmt: skip
    described = {
        path.split("?")[0].replace("G0000003", "{grid_id}").replace("wabcdefghijkl", "{alert_id}") for path in paths
    }
    for path in made.application().openapi()["paths"]:
        # Decisions on exports and grants, and what is done with notices, are posted, and change what the others ask.
        assert path in described | {
            "/v1/export.{form}",
            "/v1/models/{target}",
            "/v1/boundaries/{name}",
        } or path.endswith(
            (
                "/approve",
                "/refuse",
                "/confirm",
                "/revoke",
                "/suspend",
                "/resume",
                "/{verb}",
                "/end",
                "/new",
                "/test",
                "/rotate",
                "/replay",
                "/{subscription_id}",
            )
        ), f"ask {path} here too"
    with made.home.database.begin() as connection:
        notice = {"id": "wabcdefghijkl", "snapshot": made.first, "target": "conflict", "horizon": 4, "unit": "grid", "code": "G0000003",
                  "level": "red", "status": "open", "raised_at": made.now, "reasons": []}  # fmt: skip
        connection.execute(insert(ALERTS), [notice])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, made.home.path, tmp_path, json.dumps(paths), json.dumps(NEVER)],
        capture_output=True, text=True, cwd=ROOT, check=False,
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]]), "PATH": "/usr/bin", **TELEMETRY},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    statuses, imported, reached = json.loads(done.stdout.splitlines()[-1])
    assert set(statuses.values()) == {200}, statuses
    assert imported == []
    assert reached == [], "no host is asked, whatever the environment says of telemetry"
