"""Notices."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from riskwarn.errors import QueryInvalid
from riskwarn.words import NOTICE_EN, NOTICE_ZH
from serving.alerts.tables import ALERTS
from serving.api.context import Context, written
from serving.api.documents import Alerts
from serving.api.queries import AlertsQuery
from serving.api.repeats import hold

#: For so long an answer is repeated without a look into the database: many ask the same at once.
HOLDS = timedelta(seconds=1)


def alerts_router(context: Context) -> APIRouter:
    """`/v1/alerts`."""
    router = APIRouter(tags=["alerts"])

    @router.get(
        "/v1/alerts", operation_id="alerts", response_model=Alerts,
        summary="Notices about grids that entered orange or red, the newest first",
    )  # fmt: skip
    def alerts(request: Request, query: Annotated[AlertsQuery, Query()]) -> Response:
        rows = select(ALERTS).order_by(ALERTS.c.id.desc()).limit(query.limit)
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
        with context.home.database.connect() as connection:
            found = connection.execute(rows).mappings().all()
        items = [{**row, "raised_at": row["raised_at"].isoformat()} for row in found]
        hold(request.scope, context.clock() + HOLDS)
        return written({"notice": {"zh": NOTICE_ZH, "en": NOTICE_EN}, "items": items})

    return router
