"""Notices: which there are, what is done with them, what was held back, and what quiets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from sqlalchemy import ColumnElement, Connection
from starlette.convertors import Convertor, register_url_convertor

from riskwarn.audit import Action
from riskwarn.disclosure import week_of
from riskwarn.errors import QueryInvalid, TargetSuspended
from riskwarn.messages import Message, translated
from riskwarn.words import NOTICE_EN, NOTICE_ZH, Unit
from serving.access.areas import area_asked
from serving.access.scopes import Scope
from serving.alerts.acting import By, act, act_on_many
from serving.alerts.alert import Alert, alert_named, grids_ever_told, newest_alerts, steps_of
from serving.alerts.held import held_alerts
from serving.alerts.life import LIFE, LIVE, Status, Verb
from serving.alerts.silences import end_silence, listed_silences, named_silence, silence
from serving.alerts.stats import Asked as FiguresAsked
from serving.alerts.stats import figures
from serving.alerts.tables import ALERTS
from serving.alerts.teams import Team
from serving.alerts.telling import as_seen
from serving.alerts.week import Asked as WeekAsked
from serving.alerts.week import became_of, in_bands
from serving.api.context import Context, uncached, written
from serving.api.documents.alerts import (
    Alert as AlertDocument,
)
from serving.api.documents.alerts import (
    AlertDetail,
    AlertFigures,
    Alerts,
    AlertWeek,
    ChangedAlerts,
    HeldAlerts,
    Silence,
    Silences,
)
from serving.api.needs import needs
from serving.api.noted import actor, reading
from serving.api.problems import accepted_language
from serving.api.queries import AlertsQuery, ListQuery, ManyAsked, Nothing, SilenceAsked, VerbAsked, WeekQuery
from serving.api.repeats import hold
from serving.api.routes.routers import described
from serving.api.seen import Seen
from serving.delivery.view import View

#: For so long an answer is repeated without a look into the database: many ask the same at once.
HOLDS = timedelta(seconds=1)

#: Notices that are read at once, where not all of them are seen.
_PAGE = 1_000

_NOTICE = {"zh": NOTICE_ZH, "en": NOTICE_EN}
_VERSION = re.compile(r'"([0-9]{1,9})"')


class _VerbConvertor(Convertor[str]):
    """A verb in a path: what stands behind a notice and is none is another address, which needs something else."""

    regex = "|".join(Verb)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("verb", _VerbConvertor())

AlertId = Annotated[
    str, Path(description="id of the notice", max_length=32, json_schema_extra={"x-data-class": "service"})
]
SilenceId = Annotated[
    str, Path(description="id of the silence", max_length=32, json_schema_extra={"x-data-class": "service"})
]
AnyVerb = Annotated[Verb, Path(description="what is done", json_schema_extra={"x-data-class": "service"})]
IfMatch = Annotated[
    str | None,
    Header(
        description='the `version` that was read, in quotation marks: "3"; 412 where it is another by now',
        json_schema_extra={"x-data-class": "service"},
    ),
]
Key = Annotated[
    str | None,
    Header(
        description="a text of one's own for this change: the same request again changes nothing, and is answered with the notice as it "
        "stands by then",
        min_length=1, max_length=128, json_schema_extra={"x-data-class": "service"},
    ),
]  # fmt: skip


def alerts_router(context: Context) -> APIRouter:
    """`/v1/alerts…` and `/v1/silences…`."""
    router = described("alerts")
    home = context.home

    @router.get(
        "/v1/alerts", operation_id="alerts", response_model=Alerts,
        summary="Notices about grids, towns and districts, the newest first",
    )  # fmt: skip
    @needs(Scope.READ)
    def alerts(request: Request, query: Annotated[AlertsQuery, Query()]) -> Response:
        where: list[ColumnElement[bool]] = []
        seen, now = context.seen(request), context.clock()
        seen.declared(query.target)
        if query.target is not None:
            where.append(ALERTS.c.target == query.target)
        if query.status is not None:
            where.append(ALERTS.c.status == query.status.value)
        if query.level is not None and seen.whole:  # of a part it is that of the grids that are seen
            where.append(ALERTS.c.level == query.level.value)
        left_out = seen.served(query.target)
        if left_out:
            where.append(ALERTS.c.target.not_in(left_out))
        if query.overdue or query.live is not None:
            live = ALERTS.c.status.in_(LIVE)
            where.append(live if query.overdue or query.live else ~live)

        def chosen(alert: Alert) -> bool:
            return _chosen(query, seen.view, now, alert)

        narrowed = (query.overdue, query.code, query.parent, query.team_id) != (False, None, None, None)
        size = query.limit if seen.whole and not narrowed else _PAGE
        with home.database.connect() as connection:
            found = seen.alerts(_pages(connection, where, size), query.limit, chosen)
        hold(request.scope, context.clock() + HOLDS)
        return written({"notice": _NOTICE, "items": found, "suspended": left_out})

    @router.get(
        "/v1/alerts/stats", operation_id="alert_figures", response_model=AlertFigures,
        summary="How notices went: precision by level, load by unit and week; never of a person",
    )  # fmt: skip
    @needs(Scope.READ)
    def stats(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        seen = context.seen(request)
        with home.database.connect() as connection:
            view, gone = seen.view, seen.served(None)
            asked = FiguresAsked(seen.holds, seen.held, view.sees, seen.whole, query.limit, context.clock(), gone)
            return written(figures(connection, asked))

    @router.get(
        "/v1/alerts/held", operation_id="held_alerts", response_model=HeldAlerts,
        summary="What was held back and not told since, and why: the budget of a team, a silence, a notice of the unit above …",
    )  # fmt: skip
    @needs(Scope.READ)
    def held(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        seen = context.seen(request)
        gone = seen.served(None)
        with home.database.connect() as connection:
            found = held_alerts(connection, lambda row: row["target"] not in gone and seen.held(row["unit"], row["code"], row["snapshot"]), query.limit)  # fmt: skip
        return written({"items": found})

    @router.get(
        "/v1/alerts/week", operation_id="alert_week", response_model=AlertWeek,
        summary="What became of the notices of a week: where they stand, what was found, and what is past a deadline",
    )  # fmt: skip
    @needs(Scope.READ)
    def week(request: Request, query: Annotated[WeekQuery, Query()]) -> Response:
        seen, now, zone = context.seen(request), context.clock(), home.configuration.calendar.timezone

        def told_of(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
            return [seen.alert(one) for one in alerts]

        asked = WeekAsked(now, seen.holds, seen.held, seen.as_told, told_of, seen.whole, query.limit)
        monday = week_of(query.week or now.astimezone(zone).date())
        with home.database.connect() as connection:
            told = in_bands(became_of(connection, monday, zone, asked))
        return written({"notice": _NOTICE, **told})

    @router.get(
        "/v1/alerts/{alert_id}", operation_id="alert", response_model=AlertDetail,
        summary="One notice, what may be done with it, and how it came to stand so; reading it changes nothing",
    )  # fmt: skip
    @needs(Scope.READ)
    def one(request: Request, alert_id: AlertId, _query: Annotated[Nothing, Query()]) -> Response:
        seen = context.seen(request)
        with home.database.connect() as connection:
            alert = alert_seen(seen, connection, alert_id)
            steps, ever = steps_of(connection, alert.id), grids_ever_told(connection, alert)
        reading(request.scope, Action.READ_ALERT, alert.id)
        verbs = [verb.value for verb in LIFE[Status(alert.status)]]
        told = seen.alert(alert, full=True)
        # Of some of its grids the level is told that these have, and not which it had when with others.
        every = all(seen.holds(Unit.GRID.value, code) for code in ever)
        level = {} if seen.whole or every else {"level": told["level"]}
        shown = [{**step, **level, "at": step["at"].isoformat()} for step in steps]
        return written({**told, "notice": _NOTICE, "verbs": verbs, "steps": shown})

    @router.post(
        "/v1/alerts/several/{verb:verb}", operation_id="act_on_alerts", response_model=ChangedAlerts,
        summary="Do the same with several notices, each for itself",
    )  # fmt: skip
    @needs(Scope.ACT)
    def do_many(
        request: Request, verb: AnyVerb, asked: ManyAsked, _query: Annotated[Nothing, Query()], idempotency_key: Key = None
    ) -> Response:  # fmt: skip
        seen = context.seen(request)
        by = _by(request, seen, None, idempotency_key)
        done = act_on_many(home, asked.ids, asked.of(verb), by, now=context.clock())
        items: list[dict[str, Any]] = []
        with home.database.connect() as connection:
            for each in done:
                told = seen.alert(alert_named(connection, each["id"])) if "alert" in each else None
                problem = translated(each["problem"], accepted_language(request.scope)) if "problem" in each else None
                items.append({"id": each["id"], "alert": told, "code": each.get("code"), "problem": problem})
        return uncached({"items": items})

    @router.post(
        "/v1/alerts/{alert_id}/{verb:verb}", operation_id="act_on_alert", response_model=AlertDocument,
        summary="Do something with a notice: acknowledge, start, assign, note, extend, return, refer, co_handle, contest, close, reopen",
    )  # fmt: skip
    @needs(Scope.ACT)
    def do(
        request: Request, alert_id: AlertId, verb: AnyVerb, asked: VerbAsked, _query: Annotated[Nothing, Query()],
        if_match: IfMatch = None, idempotency_key: Key = None,
    ) -> Response:  # fmt: skip
        seen = context.seen(request)
        with home.database.connect() as connection:
            alert_seen(seen, connection, alert_id)
        # An empty one is one, too, which FastAPI takes for none.
        by = _by(request, seen, _version(request.headers.get("If-Match", if_match)), idempotency_key)
        act(home, alert_id, asked.of(verb), by, now=context.clock())
        with home.database.connect() as connection:
            return uncached(seen.alert(alert_named(connection, alert_id)))

    @router.get(
        "/v1/silences", operation_id="silences", response_model=Silences,
        summary="Units of which nobody is told for a while, with the reason and the end, the newest first",
    )  # fmt: skip
    @needs(Scope.READ, Scope.SYSTEM)
    def silences(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        seen = context.seen(request)
        # Who did something is told to those who may do so, too, and to who looks after what is held back.
        by = bool(seen.caller.scopes & {Scope.ACT, Scope.SYSTEM})
        with home.database.connect() as connection:
            found = listed_silences(connection, lambda each: seen.holds(each.unit, each.code), query.limit)
        return written({"items": [each.as_dict(by) for each in found]})

    @router.post(
        "/v1/silences/new", operation_id="silence", response_model=Silence,
        summary="Silence a unit, with a reason and an end; no notice changes by it",
    )  # fmt: skip
    @needs(Scope.ACT)
    def be_silent(request: Request, asked: SilenceAsked, _query: Annotated[Nothing, Query()]) -> Response:
        seen = context.seen(request)
        seen.declared(asked.target)
        kinds, code = area_asked(asked.code)
        unit = next((kind.value for kind in kinds if _known(seen, kind.value, code)), None)
        if unit is None:
            raise QueryInvalid(parameter="code", problem=Message("there is no unit {code!r}", code=code))
        made = silence(
            home, unit, code, asked.target, asked.reason, asked.ends_at, now=context.clock(), by=actor(request.scope)
        )
        return uncached(made.as_dict())

    @router.post(
        "/v1/silences/{silence_id}/end", operation_id="end_silence", response_model=Silence,
        summary="End a silence before its time",
    )  # fmt: skip
    @needs(Scope.ACT)
    def end(request: Request, silence_id: SilenceId, _query: Annotated[Nothing, Query()]) -> Response:
        seen, now = context.seen(request), context.clock()
        with home.database.connect() as connection:
            named_silence(connection, silence_id, now, lambda held: seen.holds(held.unit, held.code))
        return uncached(end_silence(home, silence_id, now=now, by=actor(request.scope)).as_dict())

    return router


def alert_seen(seen: Seen, connection: Connection, identity: str) -> Alert:
    """A notice that a caller sees. Raises UnknownAlert, TargetSuspended."""
    return alert_named(connection, identity, partial(_served, seen))


def _served(seen: Seen, alert: Alert) -> bool:
    """Whether a caller sees a notice. Raises TargetSuspended where he would, and its target is suspended."""
    if not seen.of_alert(alert):
        return False
    if alert.target in seen.current.suspended:
        raise TargetSuspended(target=seen.home.configuration.target_named(alert.target))
    return True


def _by(request: Request, seen: Seen, version: int | None, key: str | None) -> By:
    """Who does something with notices, and what that one sees."""

    def answers(team: Team) -> bool:
        return seen.holds(team.unit, team.code)

    return By(actor(request.scope), "api", version, key, partial(_served, seen), answers)


def _known(seen: Seen, unit: str, code: str) -> bool:
    """Whether a unit is one of the city, and is seen."""
    held = seen.current.held
    return held is not None and code in held.places[unit].rows and seen.holds(unit, code)  # type: ignore[index]


def _version(if_match: str | None) -> int | None:
    """The version that a header names. Raises QueryInvalid."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise QueryInvalid(parameter="If-Match", problem='it takes the version of the notice in quotation marks: "3"')
    return int(found[1])


def _chosen(query: AlertsQuery, view: View, now: datetime, alert: Alert) -> bool:
    """Whether a notice that is seen is one of those that are asked for, as far as its row alone does not tell; of what lies outside no
    question is answered."""
    code, parent = query.code, query.parent
    return (
        (query.level is None or query.level.value == view.level(alert.level, alert.members))
        and (not query.overdue or as_seen(alert, view).late(now))
        and (code in (None, alert.code) or (code in alert.grids and view.holds(Unit.GRID.value, code)))
        and (parent is None or any(one == parent and view.holds(unit, one) for unit, one, _ in alert.units))
        and (query.team_id is None or query.team_id in (alert.team_id, *alert.co_teams))
    )


def _pages(connection: Connection, where: list[ColumnElement[bool]], size: int) -> Iterator[list[Alert]]:
    """Notices, a page at a time, for as long as there are any."""
    last: int | None = None
    while True:
        found = newest_alerts(connection, where, size, last)
        if found:
            yield found
            last = found[-1].sequence
        if len(found) < size:
            return
