"""The description of the API is true: every body is what its model says, and every example is what is answered."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.testclient import TestClient

from serving.api import documents
from serving.api.app import Application
from tests.conftest import Town
from tests.serving.conftest import Made
from tests.serving.test_requests import LOCAL, _flat

EXAMPLES = Path(documents.__file__).with_name("examples.json")


def models(application: Application) -> dict[str, type[BaseModel]]:
    """Operation -> the model of what it answers."""
    return {
        route.operation_id: route.response_model
        for route in _flat(application.routes.routes)
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
    yield "track_record", "/v1/track-record"
    yield "alerts", "/v1/alerts"
    yield "alive", "/healthz"
    yield "ready", "/readyz"


def test_bodies_are_what_their_models_say(made: Made) -> None:
    second = made.publish(7, seed=3)
    application = made.application()
    known, seen = models(application), set()
    with TestClient(application, base_url=LOCAL) as client:
        for operation, path in addresses([made.first, second], "G0000007"):
            checked(known[operation], client.get(path).content)
            seen.add(operation)
        checked(documents.Problem, client.get("/v1/scores?limit=0").content)
        changes = client.get(f"/v1/snapshots/compare?a={made.first}&b={second}&limit=9").json()
        history = client.get(f"/v1/grids/{changes['items'][0]['code']}/history").json()["items"]
    assert seen == set(known), "a new answer has its body checked here"
    sizes = [abs(one["change"]) for one in changes["items"]]
    assert sizes == sorted(sizes, reverse=True) and changes["compared"] == 800
    first = changes["items"][0]
    assert first["change"] == pytest.approx(first["b"]["score"] - first["a"]["score"], abs=1e-9)
    assert [one["snapshot"] for one in history] == [second, made.first]
    assert [one["score"] for one in history] == [first["b"]["score"], first["a"]["score"]]
    assert [one["rank"] for one in history] == [first["b"]["rank"], first["a"]["rank"]]


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
    assert json.loads(EXAMPLES.read_text(encoding="utf-8")) == module.examples(), "run make docs"


def test_every_operation_is_named_explained_and_says_what_its_fields_are(made: Made) -> None:
    description = made.application().openapi()
    names = [told["operationId"] for methods in description["paths"].values() for told in methods.values()]
    assert len(set(names)) == len(names) and not any("_v1_" in name for name in names)
    assert "HTTPValidationError" not in json.dumps(description)
    for methods in description["paths"].values():
        for told in methods.values():
            assert {"403", "404", "410", "422", "503"} <= told["responses"].keys()
            assert all(parameter["description"] for parameter in told.get("parameters", [])), told["operationId"]
    for name, schema in description["components"]["schemas"].items():
        for field, told in schema.get("properties", {}).items():
            references: Any = json.dumps(told)
            assert "x-data-class" in told or "$ref" in references, f"{name}.{field}"


def test_what_has_few_values_is_described_with_them(made: Made) -> None:
    """A generated client then refuses a wrong word before it asks."""
    description = made.application().openapi()
    schemas = description["components"]["schemas"]
    found: dict[str, list[str]] = {}
    for methods in description["paths"].values():
        for parameter in methods["get"].get("parameters", []):
            for one in [parameter["schema"], *parameter["schema"].get("anyOf", ())]:
                values = schemas.get(one.get("$ref", "").rpartition("/")[2], one).get("enum")
                found |= {parameter["name"]: values} if values else {}
    assert found["min_level"] == found["level"] == ["red", "orange", "yellow", "blue"]
    assert found["unit"] == ["grid", "community", "town", "district", "city"]
    assert found["form"] == ["csv", "parquet", "geojson", "xlsx"] and found["lang"] == ["zh", "en"]
    assert "open" in found["status"]
