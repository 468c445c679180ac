"""Every route that can tell a number of places is known here: it is attacked for what is withheld, or it is said why it need not be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from serving.api.app import Application
from serving.api.documents.fields import record
from serving.api.needs import OPEN, declaring
from tests.serving.conftest import Made

#: What the attacks of tests/serving/test_disclosure.py and tests/serving/test_stricter_rule.py ask.
ATTACKED = {
    "/v1/scores", "/v1/grids/{grid_id}", "/v1/grids/{grid_id}/explanation", "/v1/grids/{grid_id}/history", "/v1/map", "/v1/export.{form}",
}  # fmt: skip

#: Notices, out of which it is left wherever they are told, and taken where they are kept at the next publication:
#: tests/serving/delivery/test_stricter_notices.py and tests/serving/alerts/test_withheld_later.py ask them.
NOTICES = {
    "/v1/alerts", "/v1/alerts/week", "/v1/alerts/{alert_id}", "/v1/alerts/{alert_id}/{verb}", "/v1/alerts/several/{verb}", "/v1/alerts/stream",
    "/v1/alerts/feed.atom", "/v1/alerts/{alert_id}/cap.xml",
}  # fmt: skip

#: Of no place whose numbers are withheld.
OTHERS = {
    "/v1/snapshots/compare": "scores and ranks, which are never withheld",
    "/v1/levels": "of the whole city",
    "/v1/alerts/stats": "of the whole city",
    "/v1/track-record": "of the city, and of districts without those that are withheld: tests/serving/track_record",
    "/v1/boundaries/{name}": "borders, codes and names",
    "/v1/health/sources": "how sources report: tests/serving/test_gaps.py",
    "/metrics": "of the server",
}


def telling(application: Application) -> set[str]:
    """The described routes whose answer has a number that is counted of records or forecast, or no fields that would say what it has."""
    described = application.openapi()
    schemas = described["components"]["schemas"]
    found = set()
    for path, methods in described["paths"].items():
        for told in methods.values():
            contents = told["responses"]["200"].get("content", {})
            plain = [content.get("schema", {}) for kind, content in contents.items() if kind == "application/json"]
            if len(plain) < len(contents) or any(_numbers(schema, schemas) for schema in plain):
                found.add(path)
    return found


def _numbers(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> bool:
    return any(kind in (None, "record", "forecast") for kind in _kinds(schema, schemas, None, ()))


def _kinds(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], kind: str | None, above: tuple[str, ...]
) -> Iterator[str | None]:
    """The class of data of each number in a schema; None where no field says it, or anything may be there."""
    kind = schema.get("x-data-class", kind)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in above:
            yield from _kinds(schemas[name], schemas, kind, (*above, name))
        return
    parts = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *schema.get("prefixItems", [])]
    parts += [schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)]
    for part in parts:
        yield from _kinds(part, schemas, kind, above)
    anything = schema.get("type", "object") == "object" and not parts and "const" not in schema and "enum" not in schema
    if anything or schema.get("type") in ("integer", "number"):
        yield kind


def test_every_route_that_tells_a_number_of_a_place_is_attacked(made: Made) -> None:
    assert telling(made.application()) == ATTACKED | NOTICES | OTHERS.keys()


def test_every_route_is_described_or_tells_no_number(made: Made) -> None:
    application = made.application()
    described = set(application.openapi()["paths"])
    others = {getattr(one, "path_format", getattr(one, "path", "")) for one in application.routes.routes} - described
    assert {path for path in others if not path.startswith(("/sign-", "/console/"))} == {
        "/", "/alerts/{alert_id}", "/assets/{name}", "/docs", "/openapi.json", "/pages/{name}",
    }, "pages without numbers, which the page asks for"  # fmt: skip
    assert {path for path in others if path.startswith("/console/")} == {
        "/console/loads", "/console/notices", "/console/refused", "/console/reports/{version}", "/console/settings",
        "/console/uploads", "/console/uploads/{upload}", "/console/uploads/{upload}/files/{number}",
        "/console/uploads/{upload}/load", "/console/uploads/{upload}/try", "/console/versions",
    }, "what was loaded, models and settings"  # fmt: skip


class _Share(BaseModel):
    share: float = record("of the city's events")


@pytest.mark.parametrize("response_model", [_Share, dict[str, float], None])
def test_a_new_route_that_tells_one_is_found(made: Made, response_model: Any) -> None:
    application = made.application()

    @application.routes.get("/v1/shares", response_model=response_model)
    @declaring(OPEN)
    def shares() -> dict[str, float]:
        return {"share": 0.5}

    assert telling(application) - (ATTACKED | NOTICES | OTHERS.keys()) == {"/v1/shares"}
