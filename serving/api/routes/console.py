"""What the console is told of its city and of who looks, beside what the API answers to all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from riskwarn.contracts import contract
from riskwarn.words import NOTICE_STEPS
from serving.access.caller import LOCAL, NOBODY, Caller
from serving.access.scopes import Scope, in_order
from serving.alerts.life import ASKED, LIFE, LIVE, NEEDS, SERVICES, TAKES, Outcome, Status
from serving.alerts.silences import MOST_DAYS
from serving.alerts.teams import kept_teams
from serving.alerts.words.names import outcome_name, status_name, step_name
from serving.alerts.words.wording import LANGUAGES, Wording
from serving.api.context import Context, uncached, written
from serving.api.needs import ANY, declaring, needs
from serving.api.queries import Nothing
from serving.api.routes.routers import undescribed


def console_router(context: Context) -> APIRouter:
    """`/console/…`: for the pages of this server alone."""
    router = undescribed()
    configuration = context.home.configuration
    #: What sources are called: names, which an administrator is told as well as who may see what they report.
    sources = {name: contract(name, configuration).zh for name in configuration.sources}

    @router.get("/console/settings")
    @declaring(ANY)
    def settings(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        caller: Caller = request.scope.get("riskwarn.caller", NOBODY)
        declared = configuration.console.watermark
        return uncached(
            {
                "city": configuration.city,
                "timezone": configuration.timezone,
                "sources": sources,
                "scopes": in_order(caller.scopes),
                "now": context.clock().isoformat(),
                "watermark": caller is not LOCAL if declared is None else declared,
            }
        )

    words = {language: Wording(configuration, language) for language in LANGUAGES}

    def named(codes: Iterable[str], name: Callable[[str, Wording], str]) -> dict[str, dict[str, str]]:
        return {code: {language: name(code, said) for language, said in words.items()} for code in codes}

    #: The life of a notice, and what its parts are called: one table for whoever draws buttons.
    life = {
        "life": {status.value: [verb.value for verb in verbs] for status, verbs in LIFE.items()},
        "live": [status.value for status in LIVE],
        "asked": [status.value for status in ASKED],
        "needs": {verb.value: field for verb, field in NEEDS.items()},
        "takes": {verb.value: list(fields) for verb, fields in TAKES.items()},
        "statuses": named([one.value for one in Status], status_name),
        "steps": named(NOTICE_STEPS, step_name),
        "outcomes": named([one.value for one in Outcome], outcome_name),
        "services": named(SERVICES, lambda one, said: said.help(one)),
        "contest": {language: said.contest() for language, said in words.items()},
        "silence_days": MOST_DAYS,
    }

    @router.get("/console/notices")
    @needs(Scope.READ)
    def notices(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        seen = context.seen(request)
        with context.home.database.connect() as connection:
            teams = [one for one in kept_teams(connection).all if seen.holds(one.unit, one.code)]
        return written(
            {**life, "teams": [{"id": one.id, "name": one.name, "unit": one.unit, "code": one.code} for one in teams]}
        )

    return router
