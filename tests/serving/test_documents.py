"""The description of the API is true: every body is what its model says, and every example is what is answered."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import insert
from starlette.testclient import TestClient

from serving.alerts.tables import ALERTS, HELD, TEAMS
from serving.api import app
from serving.api.app import Application
from serving.api.documents import access
from serving.api.documents import subscriptions as receivers
from serving.api.documents.approvals import ExportApproval, ExportApprovals
from serving.api.documents.service import Problem
from tests.conftest import Town
from tests.serving.conftest import Made
from tests.serving.test_requests import LOCAL

EXAMPLES = Path(app.__file__).with_name("examples.json")


def models(application: Application) -> dict[str, type[BaseModel]]:
    """Operation -> the model of what it answers."""
    return {
        route.operation_id: route.response_model
        for route in application.routes.routes
        if isinstance(route, APIRoute) and route.operation_id and route.response_model
    }


def checked(model: type[BaseModel], body: bytes) -> None:
    """A body has all fields of its model and no other, as JSON has them."""
    model.model_validate_json(body, strict=True)
    assert model.model_fields.keys() - {"errors"} <= json.loads(body).keys()


def addresses(snapshots: list[str], grid: str) -> Iterator[tuple[str, str]]:
    """(operation, path)."""
    a, b = snapshots[0], snapshots[-1]
    for query in ("", "?unit=town", "?unit=city", "?min_level=orange&limit=3", "?target=safety"):
        yield "ranking", f"/v1/scores{query}"
    yield "portrait", f"/v1/grids/{grid}"
    yield "explanation", f"/v1/grids/{grid}/explanation"
    yield "grid_history", f"/v1/grids/{grid}/history"
    yield "snapshots", "/v1/snapshots"
    yield "compare_snapshots", f"/v1/snapshots/compare?a={a}&b={b}"
    yield "source_health", "/v1/health/sources"
    yield "models", "/v1/models/conflict"
    yield "levels", "/v1/levels"
    yield "boundaries", "/v1/boundaries"
    for query in (
        "",
        "?unit=town&measure=per_10000",
        "?unit=community&measure=change",
        "?unit=district&measure=excess",
    ):
        yield "map_values", f"/v1/map{query}"
    yield "track_record", "/v1/track-record"
    yield "alerts", "/v1/alerts"
    yield "held_alerts", "/v1/alerts/held"
    yield "alert_figures", "/v1/alerts/stats"
    yield "alert_week", "/v1/alerts/week"
    yield "alert_week", "/v1/alerts/week?week=2026-03-02&limit=1"
    yield "silences", "/v1/silences"
    yield "alive", "/healthz"
    yield "ready", "/readyz"


def noticed(made: Made, snapshot: str) -> None:
    """A notice, one that was held back, a team and what was judged."""
    with made.home.database.begin() as connection:
        alert = {
            "id": "wabcdefghijkl", "snapshot": snapshot, "target": "conflict", "horizon": 4, "unit": "grid", "code": "G0000003", "level": "red",
            "score": 0.5, "status": "open", "raised_at": made.now, "reasons": [], "head": "conflict/grid/G0000003", "budget_team": "one",
            "units": [["grid", "G0000003", "x"], ["town", "T0000000", "y"]], "week": date(2026, 3, 2), "judged": {"red": [40, 8]},
            "stated": {"n": 90, "precision": 0.2, "lower": 0.13, "upper": 0.29}, "steps": None,
        }  # fmt: skip
        del alert["steps"]
        connection.execute(insert(ALERTS), [alert])
        held = {name: alert[name] for name in ("snapshot", "target", "horizon", "unit", "code", "level")}
        connection.execute(
            insert(HELD), [{**held, "at": made.now, "name": "x", "kind": "level", "team_id": None, "reason": "budget"}]
        )
        team = {
            "id": "one",
            "unit": "town",
            "code": "T0000000",
            "name": "y",
            "services": [],
            "workers": 6,
            "notices_a_week": 3,
        }
        connection.execute(insert(TEAMS), [team])


def test_bodies_are_what_their_models_say(made: Made) -> None:
    second = made.publish(7, seed=3)
    application = made.application(token="a token")
    known, seen = models(application), set()
    noticed(made, second)
    with TestClient(application, base_url=LOCAL) as client:
        changes = {
            "act_on_alert": ("/v1/alerts/wabcdefghijkl/acknowledge", {}),
            "act_on_alerts": ("/v1/alerts/several/note", {"ids": ["wabcdefghijkl", "wnothing"], "note": "已核实"}),
            "silence": (
                "/v1/silences/new",
                {"code": "G0000003", "reason": "a test", "ends_at": (made.now + timedelta(days=9)).isoformat()},
            ),
        }
        for operation, (path, body) in changes.items():
            answer = client.post(path, json=body, headers={"Authorization": "Bearer a token"})
            checked(known[operation], answer.content)
            seen.add(operation)
        in_chinese = {"Authorization": "Bearer a token", "Accept-Language": "zh"}
        asked = {"ids": ["wnothing"], "note": "已核实"}
        (left,) = client.post("/v1/alerts/several/note", json=asked, headers=in_chinese).json()["items"]
        alone = client.post("/v1/alerts/wnothing/note", json={"note": "已核实"}, headers=in_chinese).json()
        assert left["problem"] == alone["detail"] and "提示" in left["problem"]
        one = client.get("/v1/silences").json()["items"][0]["id"]
        ended = client.post(f"/v1/silences/{one}/end", headers={"Authorization": "Bearer a token"})
        checked(known["end_silence"], ended.content)
        seen.add("end_silence")
        of_one = ("alert", "/v1/alerts/wabcdefghijkl")
        for operation, path in [*addresses([made.first, second], "G0000007"), of_one]:
            checked(known[operation], client.get(path).content)
            seen.add(operation)
        checked(Problem, client.get("/v1/scores?limit=0").content)
        changes = client.get(f"/v1/snapshots/compare?a={made.first}&b={second}&limit=9").json()
        named = client.get("/v1/scores?search=第77号&unit=grid").json()
        assert [(one["code"], one["name"]) for one in named["items"]] == [("G0000077", "grid 第77号")] and named[
            "next"
        ] is None
        several = client.get("/v1/scores?search=g00001&limit=60").json()
        following = client.get("/v1/scores", params={"search": "g00001", "limit": 60, "cursor": several["next"]}).json()
        ranks = [one["rank"] for one in (*several["items"], *following["items"])]
        assert len(ranks) == 100 and ranks == sorted(ranks), "by code too, in whatever case, page by page"
        turned = client.get(f"/v1/snapshots/compare?a={second}&b={made.first}", headers={"Accept-Language": "en"})
        assert turned.status_code == 422 and f"{second} is newer than {made.first}" in turned.json()["detail"]
        history = client.get(f"/v1/grids/{changes['items'][0]['code']}/history").json()["items"]
    asked = {"ask_for_export", "approve_export", "refuse_export", "export_approvals", *OF_ACCESS, *OF_DELIVERY}
    assert seen | asked == set(known), "a new answer has its body checked here, or below"
    sizes = [abs(one["change"]) for one in changes["items"]]
    assert sizes == sorted(sizes, reverse=True) and changes["compared"] == 800
    first = changes["items"][0]
    assert first["change"] == pytest.approx(first["b"]["score"] - first["a"]["score"], abs=1e-9)
    assert [one["snapshot"] for one in history] == [second, made.first]
    assert [one["score"] for one in history] == [first["b"]["score"], first["a"]["score"]]
    assert [one["rank"] for one in history] == [first["b"]["rank"], first["a"]["rank"]]


#: Who is told of notices; tests/serving/delivery/test_subscriptions_api.py checks their bodies.
OF_DELIVERY = {
    "subscriptions": receivers.Subscriptions,
    "create_subscription": receivers.MadeSubscription,
    "rotate_subscription": receivers.RotatedSubscription,
    "test_subscription": receivers.TestedSubscription,
    "replay_subscription": receivers.ReplayedSubscription,
    "remove_subscription": receivers.RemovedSubscription,
}

#: What administrators ask.
OF_ACCESS = {
    "grants": access.Grants,
    "confirm_grant": access.Confirmed,
    "revoke_grant": access.Revoked,
    "create_operator": access.Made,
    "create_key": access.Made,
    "rotate_grant": access.Made,
    "suspensions": access.Suspensions,
    "suspend_target": access.Suspended,
    "resume_target": access.Suspended,
    "audit": access.AuditRows,
}


def test_bodies_of_access_are_what_their_models_say() -> None:
    """The examples are what is answered (below)."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for operation, model in OF_ACCESS.items():
        checked(model, json.dumps(examples[operation]).encode())


def test_bodies_of_large_files_are_what_their_models_say() -> None:
    """The examples are what is answered (below), and hold all that may be."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for operation in ("ask_for_export", "approve_export", "refuse_export"):
        checked(ExportApproval, json.dumps(examples[operation]).encode())
    checked(ExportApprovals, json.dumps(examples["export_approvals"]).encode())


def test_bodies_of_a_scored_city_are_what_their_models_say(api: httpx.Client, town: Town) -> None:
    known = models(Application(town.home))
    code = api.get("/v1/scores").json()["items"][0]["code"]
    for operation, path in addresses([town.published.snapshot], code):
        checked(known[operation], api.get(path).content)
    cards = api.get("/v1/models/conflict").json()["items"]
    assert [one["card"]["kind"] for one in cards] and all(one["card"]["metrics"] for one in cards)


def test_examples_are_what_is_answered() -> None:
    spec = importlib.util.spec_from_file_location("examples", Path(__file__).parents[2] / "docs" / "examples.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert found == module.examples(), "run make docs"
    lists = {
        (operation, name): one
        for operation, told in found.items()
        for name, one in told.items()
        if name in ("items", "rows", "summary")
    }
    assert len(lists) > 8 and all(lists.values()), "nobody learns from a list of nothing"
    assert found["models"]["items"][0]["card"]["metrics"] and found["track_record"]["rows"][0]["levels"]["grid"]


def test_every_operation_is_named_and_explained(made: Made) -> None:
    description = made.application().openapi()
    names = [told["operationId"] for methods in description["paths"].values() for told in methods.values()]
    assert len(set(names)) == len(names) and not any("_v1_" in name for name in names)
    assert "HTTPValidationError" not in json.dumps(description)
    for methods in description["paths"].values():
        for told in methods.values():
            assert {"403", "404", "410", "422", "503"} <= told["responses"].keys()
            assert all(parameter["description"] for parameter in told.get("parameters", [])), told["operationId"]


#: What a field may be of; docs/threats.md says what follows from each.
CLASSES = {"place", "forecast", "model", "record", "service", "operator"}


def fields(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of a description: properties of any schema, wherever it stands, what else a schema may hold, and parameters."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from fields(one, f"{path}/{number}")
    elif isinstance(part, dict):
        for field, told in part.get("properties", {}).items() if isinstance(part.get("properties"), dict) else ():
            yield f"{path}.{field}", told
        if part.get("additionalProperties") is True:
            yield f"{path}.*", {}
        elif isinstance(part.get("additionalProperties"), dict) and "properties" in part:
            yield f"{path}.*", part["additionalProperties"]
        for one in part.get("parameters", []) if isinstance(part.get("parameters"), list) else ():
            yield f"{path}?{one['name']}", one["schema"]
        for name, one in part.items():
            if name not in ("example", "examples", "default"):
                yield from fields(one, f"{path}/{name}")


def unclassed(description: dict[str, Any]) -> list[str]:
    """The fields that do not say what class of data they are."""
    return [path for path, told in fields(description) if told.get("x-data-class") not in CLASSES]


def test_every_field_says_of_what_class_it_is(made: Made) -> None:
    description = made.application().openapi()
    every = [path for path, _ in fields(description)]
    assert unclassed(description) == [] and len(every) > 250
    for found in (
        "/components/schemas/Ranking.snapshot",
        "/components/schemas/Source.*",
        "/components/schemas/ExportAsked.reason",
    ):
        assert found in every
    assert any(path.endswith("?grid_id") for path in every) and any(path.endswith("?min_level") for path in every)


@pytest.mark.parametrize("kind", ["field", "parameter", "more", "body", "class"])
def test_a_field_without_a_class_is_found(made: Made, kind: str) -> None:
    description = json.loads(json.dumps(made.application().openapi()))
    schemas = description["components"]["schemas"]
    if kind == "field":
        schemas["Head"]["properties"]["id"].pop("x-data-class")
    elif kind == "parameter":
        description["paths"]["/v1/scores"]["get"]["parameters"][0]["schema"].pop("x-data-class")
    elif kind == "more":
        schemas["Source"]["additionalProperties"] = True
    elif kind == "body":
        schemas["ExportAsked"]["properties"]["reason"].pop("x-data-class")
    else:
        schemas["Place"]["properties"]["name"]["x-data-class"] = "person"
    assert len(unclassed(description)) == 1


def test_what_has_few_values_is_described_with_them(made: Made) -> None:
    """A generated client then refuses a wrong word before it asks."""
    description = made.application().openapi()
    schemas = description["components"]["schemas"]
    found: dict[str, list[str]] = {}
    for told in (told for methods in description["paths"].values() for told in methods.values()):
        for parameter in told.get("parameters", []):
            for one in [parameter["schema"], *parameter["schema"].get("anyOf", ())]:
                values = schemas.get(one.get("$ref", "").rpartition("/")[2], one).get("enum")
                found |= {parameter["name"]: values} if values else {}
    assert found["min_level"] == found["level"] == ["red", "orange", "yellow", "blue"]
    assert found["unit"] == ["grid", "community", "town", "district", "city"]
    assert found["form"] == ["csv", "parquet", "geojson", "xlsx"] and found["lang"] == ["zh", "en"]
    assert "open" in found["status"]
