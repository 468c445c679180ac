"""The page of one notice: what it says, and the answers as buttons. Opening it changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, StrictUndefined, Template

from riskwarn.alert_texts import Language
from riskwarn.audit import Action
from riskwarn.errors import RiskwarnError, TargetSuspended, UnknownAlert
from riskwarn.messages import translated
from riskwarn.periods import day_named
from riskwarn.words import NOTICE_EN, NOTICE_ZH
from serving.access.caller import LOCAL
from serving.access.scopes import Scope
from serving.alerts.alert import Alert, steps_of
from serving.alerts.life import LIFE, NEEDS, SERVICES, TAKES, Outcome, Rule, Status, Verb
from serving.alerts.teams import kept_teams
from serving.alerts.words.names import level_name, outcome_name, status_name, step_name
from serving.alerts.words.wording import Wording, shipped
from serving.api.context import Context
from serving.api.needs import needs
from serving.api.noted import reading
from serving.api.routes.alerts import alert_seen
from serving.api.routes.pages import page_headers
from serving.api.routes.routers import undescribed
from serving.api.seen import Seen

#: The answers that stand first, where the life of a notice allows them.
_FIRST = (Verb.ACKNOWLEDGE, Verb.START, Verb.CLOSE)

#: Steps by which a notice comes to the team that has it from then on; by others another joins.
_GIVES = (Rule.RAISED, Verb.ASSIGN)

_NUMBERED = re.compile(r"\d+\. ")


@cache
def _template() -> Template:
    source = files("serving.api").joinpath("pages/alert.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(source)


def alert_page_router(context: Context) -> APIRouter:
    """`/alerts/{id}`."""
    router = undescribed()
    home, headers = context.home, {**page_headers(context.options), "Cache-Control": "no-store"}
    template = _template()

    @router.get("/alerts/{alert_id}")
    @needs(Scope.READ)
    def page(request: Request, alert_id: str) -> Response:
        # What a chat program hangs on a link is no fault of who taps on it.
        language: Language = "en" if request.query_params.get("lang") == "en" else "zh"
        wording, seen = Wording(home.configuration, language), context.seen(request)
        shown: dict[str, Any] = {
            "lang": language, "say": {name: said[language] for name, said in shipped()["page"].items()},
            "notice": NOTICE_ZH if language == "zh" else NOTICE_EN, "problem": "", "alert": None, "head": "",
        }  # fmt: skip
        status = 200
        try:
            with home.database.connect() as connection:
                alert = alert_seen(seen, connection, alert_id)
                steps = steps_of(connection, alert.id)
                held = kept_teams(connection).all
                teams = {one.id: one.name for one in held if seen.holds(one.unit, one.code)}
            reading(request.scope, Action.READ_ALERT, alert.id)
            shown |= _shown(alert, seen, wording) | _answers(alert, seen, wording, [*teams.items()])
            shown["steps"] = list(_steps(steps, teams, wording))
        except (UnknownAlert, TargetSuspended) as error:
            status, shown["problem"] = error.status, _said(error, language)
        return Response(template.render(shown), status, headers, "text/html; charset=utf-8")

    return router


def _said(error: RiskwarnError, language: str) -> str:
    return translated(error.message, language)


def _shown(alert: Alert, seen: Seen, wording: Wording) -> dict[str, Any]:
    """What a notice says."""
    told = seen.alert(alert, full=True)
    said = told["text"][wording.language]
    form = str(wording.part("page", "versions"))
    return {
        "alert": told, "head": said["head"], "blocks": list(blocks(said["body"])), "instruction": [line for line in said["instruction"].splitlines() if line not in (NOTICE_ZH, NOTICE_EN)],
        "level": level_name(told["level"], wording), "status": _standing(alert, wording),
        "due": None if told["due_at"] is None or not alert.live else _moment(datetime.fromisoformat(told["due_at"]), wording),
        "versions": form.format(id=alert.id, version=alert.version, texts=told["text"]["version"]),
    }  # fmt: skip


def blocks(body: str) -> Iterator[tuple[str, list[str]]]:
    """(kind, lines) of the lines of a text: `steps` and `points` of several, a `title` and a `line` of one."""
    held: list[str] = []
    kind = ""
    for line in body.splitlines():
        numbered = _NUMBERED.match(line)
        now = "steps" if numbered else "points" if line.startswith("· ") else ""
        if held and now != kind:
            yield kind, held
            held = []
        kind = now
        if now:
            held.append(line[numbered.end() if numbered else 2 :])
        else:
            yield ("title", [line[:-1]]) if line.endswith(("：", ":")) else ("line", [line])
    if held:
        yield kind, held


def _answers(alert: Alert, seen: Seen, wording: Wording, teams: list[tuple[str, str]]) -> dict[str, Any]:
    """What the caller may do with it where it stands."""
    verbs = LIFE[Status(alert.status)]
    first = [verb for verb in _FIRST if verb in verbs]
    offered = [*first, *(verb for verb in Verb if verb in verbs and verb not in first)]
    if not teams:
        offered = [verb for verb in offered if NEEDS.get(verb) != "team_id"]
    say = shipped()["page"]
    return {
        "may": Scope.ACT in seen.caller.scopes, "local": seen.caller == LOCAL, "first": len(first),
        "answers": [
            {"verb": verb.value, "name": step_name(verb.value, wording), "fields": TAKES.get(verb, ()), "needs": NEEDS.get(verb)}
            for verb in offered
        ],
        "labels": {name: say[key][wording.language] for name, key in (("service", "service"), ("outcome", "outcome"), ("note", "note"), ("team_id", "team"))},
        "choices": {
            "service": [(one, wording.help(one)) for one in SERVICES],
            "outcome": [(one.value, outcome_name(one.value, wording)) for one in Outcome],
            "team_id": teams,
        },
    }  # fmt: skip


def _standing(alert: Alert, wording: Wording) -> str:
    """Where it stands, and that its deadlines rest, where they do."""
    stands = status_name(alert.status, wording)
    return f"{stands} · {step_name(Rule.PAUSED.value, wording)}" if alert.paused and alert.live else stands


def _steps(steps: Sequence[Mapping[str, Any]], teams: Mapping[str, str], wording: Wording) -> Iterator[dict[str, Any]]:
    """The steps of a notice; what was found, what is done and whose it is are said with the step that made it so, and not again."""
    team, before = None, {"service": None, "outcome": None}
    for step in steps:
        said = {name: step[name] if step[name] != before[name] else None for name in before}
        more = [
            None if step["team_id"] in (None, team) else teams.get(step["team_id"], step["team_id"]),
            None if said["outcome"] is None else outcome_name(said["outcome"], wording),
            None if said["service"] is None else wording.help(said["service"]),
        ]
        before = {name: step[name] for name in before}
        team = step["team_id"] if step["verb"] in _GIVES else team
        yield {
            "at": step["at"].isoformat(), "when": _moment(step["at"], wording), "name": step_name(step["verb"], wording),
            "more": " · ".join(one for one in more if one), "note": step["note"],
        }  # fmt: skip


def _moment(at: datetime, wording: Wording) -> str:
    local = at.astimezone(wording.configuration.calendar.timezone)
    return f"{day_named(local.date(), wording.language)} {local:%H:%M}"
