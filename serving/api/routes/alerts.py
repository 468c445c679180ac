"""Notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection, Select, select

from riskwarn.errors import QueryInvalid
from riskwarn.words import NOTICE_EN, NOTICE_ZH
from serving.access.scopes import Scope
from serving.alerts.tables import ALERTS
from serving.api.context import Context, written
from serving.api.documents.alerts import Alerts
from serving.api.needs import needs
from serving.api.queries import AlertsQuery
from serving.api.repeats import hold

#: For so long an answer is repeated without a look into the database: many ask the same at once.
HOLDS = timedelta(seconds=1)

#: Notices that are read at once, where not all of them are seen.
_PAGE = 1_000


def alerts_router(context: Context) -> APIRouter:
    """`/v1/alerts`."""
    router = APIRouter(tags=["alerts"])

    @router.get(
        "/v1/alerts", operation_id="alerts", response_model=Alerts,
        summary="Notices about grids that entered orange or red, the newest first",
    )  # fmt: skip
    @needs(Scope.READ)
    def alerts(request: Request, query: Annotated[AlertsQuery, Query()]) -> Response:
        rows = select(ALERTS).order_by(ALERTS.c.id.desc())
        if query.target is not None:
            known = context.home.configuration.targets
            if query.target not in known:
                problem = f"{query.target!r} is not declared; declared are {', '.join(known)}"
                raise QueryInvalid(parameter="target", problem=problem)
            rows = rows.where(ALERTS.c.target == query.target)
        if query.level is not None:
            rows = rows.where(ALERTS.c.level == query.level.value)
        if query.status is not None:
            rows = rows.where(ALERTS.c.status == query.status.value)
        seen = context.seen(request)
        left_out = seen.served(query.target)
        if left_out:
            rows = rows.where(ALERTS.c.target.not_in(left_out))
        with context.home.database.connect() as connection:
            found = seen.alerts(_pages(connection, rows, query.limit if seen.whole else _PAGE), query.limit)
        items = [{**row, "raised_at": row["raised_at"].isoformat()} for row in found]
        hold(request.scope, context.clock() + HOLDS)
        return written({"notice": {"zh": NOTICE_ZH, "en": NOTICE_EN}, "items": items, "suspended": left_out})

    return router


def _pages(connection: Connection, rows: Select[Any], size: int) -> Iterator[list[dict[str, Any]]]:
    """Notices, a page at a time, for as long as there are any."""
    last: int | None = None
    while True:
        page = rows if last is None else rows.where(ALERTS.c.id < last)
        found = [dict(row) for row in connection.execute(page.limit(size)).mappings()]
        if found:
            yield found
            last = found[-1]["id"]
        if len(found) < size:
            return
