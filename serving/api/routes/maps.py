"""What a map is drawn from: borders, which are asked for once, and numbers, which are not."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from riskwarn.errors import NoBorders, QueryInvalid
from serving.access.scopes import Scope
from serving.api import answers, mapped
from serving.api.context import HEADERS, Context
from serving.api.documents.maps import Boundaries as BoundariesDocument
from serving.api.documents.maps import MapValues
from serving.api.needs import needs
from serving.api.queries import GridQuery, MapQuery
from serving.api.repeats import hold
from serving.api.routes.routers import described
from serving.boundaries.held import SHOWN, Borders, Boundaries, content
from serving.snapshots.snapshot import Snapshot

#: What is named by its content is never asked again; it is that of who asks, and of nobody on the way.
FOR_EVER = "private, max-age=31536000, immutable"


def maps_router(context: Context) -> APIRouter:
    """`/v1/boundaries…` and `/v1/map`."""
    router = described("map")
    boundaries = Boundaries(context.home)
    told: dict[int | str, dict[str, Any]] = {
        200: {
            "description": "TopoJSON of borders (objects `grid`, or `community`, or `town` and `district`), or the codes and names of places",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    }

    def borders(request: Request, snapshot: Snapshot) -> Borders:
        area = context.seen(request).caller.area
        # What lies inside an area is so by the tree of today: another one is another part.
        part = "" if area.whole else f"{context.current().id} {area}"
        return boundaries.of(snapshot.id, part, snapshot.places, snapshot.manifest.get("boundaries"))

    @router.get(
        "/v1/boundaries", operation_id="boundaries", response_model=BoundariesDocument,
        summary="Which files hold the borders of the places",
    )  # fmt: skip
    @needs(Scope.READ)
    def index(request: Request, query: Annotated[GridQuery, Query()]) -> Response:
        snapshot, now = context.seen(request).snapshot(query.as_of), context.clock()
        found = borders(request, snapshot)
        content = {
            "snapshot": snapshot.head(now),
            "towns": found.towns,
            "communities": found.communities,
            "grids": [{"code": code, "file": name} for code, name in found.grids],
            "places": {unit.value: name for unit, name in found.places.items()},
        }
        return context.answer(request, content, snapshot, now)

    @router.get(
        "/v1/boundaries/{name}", operation_id="borders", response_class=Response, responses=told,
        summary="Borders as TopoJSON, or the codes and names of places: a file that never changes",
    )  # fmt: skip
    @needs(Scope.READ)
    def file(
        request: Request,
        name: Annotated[
            str,
            Path(
                description="of a file that `/v1/boundaries` names",
                examples=["0" * 32],
                json_schema_extra={"x-data-class": "service"},
            ),
        ],
        query: Annotated[GridQuery, Query()],
    ) -> Response:
        snapshot = context.seen(request).snapshot(query.as_of)
        held = borders(request, snapshot).contents.get(name)
        if held is None:
            raise NoBorders(name=name)
        body = content(snapshot.id, held)
        hold(request.scope, None)
        return Response(body, media_type="application/json", headers={**HEADERS, "Cache-Control": FOR_EVER})

    @router.get(
        "/v1/map", operation_id="map_values", response_model=MapValues,
        summary="Level and one number of every place of a kind, in the order of a list of places",
    )  # fmt: skip
    @needs(Scope.READ)
    def numbers(request: Request, query: Annotated[MapQuery, Query()]) -> Response:
        if query.unit not in SHOWN:
            raise QueryInvalid(parameter="unit", problem="the city itself is no place on its map")
        snapshot, now = context.seen(request).snapshot(query.as_of), context.clock()
        block = answers.chosen(snapshot, query.target, query.horizon)
        places = borders(request, snapshot).places[query.unit]
        content = mapped.values(snapshot, now, block, query.unit, query.measure, places)
        return context.answer(request, content, snapshot, now)

    return router
