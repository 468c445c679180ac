"""What the console shows of how forecasts are made: loads, refused rows, registered versions and their reports."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from riskwarn.audit import Action
from riskwarn.contracts.read_as import named_again
from riskwarn.contracts.reasons import REASONS, REPAIRS_ZH
from riskwarn.errors import CommandFailed, DataOfCity, ReportOfOwner, UnknownVersion
from riskwarn.health.refused import by_reason, by_rule
from riskwarn.messages import Message, translated
from riskwarn.store import ledger
from riskwarn.store.ledger import LedgerRow
from riskwarn.store.repairs import refused_rows
from serving.access.caller import LOCAL
from serving.access.scopes import Scope
from serving.api.cards import card_told
from serving.api.context import HEADERS, Context, uncached
from serving.api.needs import needs
from serving.api.noted import reading
from serving.api.problems import accepted_language
from serving.api.queries import Nothing
from serving.api.routes.routers import undescribed
from serving.commands.asking import Asked, answered

#: Groups of refused rows that are shown.
MOST_GROUPS = 500

_VERSION = re.compile(r"([a-z][a-z0-9_]{0,63})-[0-9]{1,4}-v[0-9]{1,6}")

WRITING = Message("another report is being written; try again when it is there")

#: A report is a page of its own with its style and one script in it; it may load and send nothing, and is of no origin.
_REPORT = {
    **HEADERS,
    "Content-Security-Policy": "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}  # fmt: skip


class LoadsQuery(Nothing):
    """Loads, the newest first."""

    limit: int = Field(100, ge=1, le=1000)
    cursor: int | None = Field(None, ge=1, le=2**62)


def making_router(context: Context) -> APIRouter:
    """`/console/loads`, `/console/refused`, `/console/versions`, `/console/reports/{version}`."""
    router = undescribed()
    home = context.home
    registered = Asked(home, "models")
    writing = Lock()  # one process of some hundred megabytes at a time

    def of_city(request: Request) -> None:
        if not context.seen(request).whole:
            raise DataOfCity()

    @router.get("/console/loads")
    @needs(Scope.ANALYSE)
    def loads(request: Request, query: Annotated[LoadsQuery, Query()]) -> Response:
        of_city(request)
        rows = [one for one in reversed(ledger(home)) if query.cursor is None or one.load_id < query.cursor]
        shown, language = rows[: query.limit], accepted_language(request.scope)
        following = shown[-1].load_id if len(rows) > len(shown) else None
        return uncached({"items": [_load(one, language) for one in shown], "next": following})

    @router.get("/console/refused")
    @needs(Scope.ANALYSE)
    def refused(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        of_city(request)
        waiting = [one for one in refused_rows(home) if not one["repaired"]]
        groups = by_reason(waiting)
        items = [
            {
                "source": one.source,
                "file": one.file_name,
                "column": one.column,
                "reason": {"zh": REASONS[one.reason].zh, "en": REASONS[one.reason].en},
                "repair": {"zh": REPAIRS_ZH[one.reason], "en": REASONS[one.reason].repair},
                "rows": one.rows,
                "examples": list(one.examples),
            }
            for one in groups[:MOST_GROUPS]
        ]
        rules = [
            {"source": source, "rule": translated(rule, accepted_language(request.scope)), "rows": rows}
            for (source, rule), rows in by_rule(waiting).items()
        ]
        rows = sum(one.rows for one in groups)
        return uncached({"items": items, "rows": rows, "groups": len(groups), "not_loaded": rules})

    @router.get("/console/versions")
    @needs(Scope.READ)
    def versions(request: Request, _query: Annotated[Nothing, Query()]) -> Response:
        seen, found = context.seen(request), registered()
        suspended = seen.without_figures
        shown = [one for one in found or () if one["target"] not in suspended]
        return uncached({"items": None if found is None else [_version(one, seen.whole) for one in shown]})

    @router.get("/console/reports/{version}")
    @needs(Scope.ANALYSE)
    def report(request: Request, version: str, _query: Annotated[Nothing, Query()]) -> Response:
        of_city(request)
        found, seen = _VERSION.fullmatch(version), context.seen(request)
        if found is None:
            raise UnknownVersion(version=version[:40], known="-")
        # The page is that of the owner's file: exact numbers, one more of them each week.
        if seen.caller is not LOCAL:
            raise ReportOfOwner(version=version)
        seen.served(found[1])
        if not writing.acquire(blocking=False):
            raise CommandFailed(command="report", problem=WRITING)
        try:
            page = _page(context, version, accepted_language(request.scope))
        finally:
            writing.release()
        reading(request.scope, Action.READ_REPORT, version)
        return Response(page, media_type="text/html; charset=utf-8", headers=_REPORT)

    return router


def _load(one: LedgerRow, language: str) -> dict[str, Any]:
    account = one.account
    state = (
        "erasure"
        if one.erases is not None
        else "undoing"
        if one.undoes is not None
        else "undone"
        if one.undone_by
        else "in_force"
    )
    return {
        "load": one.load_id,
        "source": one.source,
        "file": one.file_name,
        "loaded_at": one.loaded_at.isoformat(),
        "exported_at": one.exported_at.isoformat(),
        "state": state,
        "undoes": one.undoes,
        "undone_by": one.undone_by,
        **one.counts,
        "dropped_columns": list(account.get("dropped_columns", ())),
        "forced": [translated(why, language) for why in account.get("forced", ())],
        "notes": [translated(named_again(note), language) for note in account.get("notes", ())],
        "reasons": [
            {"zh": REASONS[name].zh, "en": REASONS[name].en, "rows": rows}
            for name, rows in sorted(account.get("reasons", {}).items(), key=lambda each: -each[1])
            if name in REASONS
        ],
    }


def _version(one: dict[str, Any], whole: bool) -> dict[str, Any]:
    """A registered version, its figures and what it was judged beside told as those of a card are: to who sees the whole city."""
    if not whole:
        return {**one, "metrics": {}, "best_baseline": None}
    told = card_told({"metrics": one["metrics"]})
    return {**one, "metrics": {} if told is None else told["metrics"]}


def _page(context: Context, version: str, language: str) -> str:
    """The report of a version, as `riskwarn report` writes it. Raises CommandFailed."""
    with TemporaryDirectory() as folder:
        out = Path(folder, "report.html")
        answered(context.home, "report", version, "--out", str(out), language=language)
        try:
            return out.read_text(encoding="utf-8")
        except OSError as error:
            raise CommandFailed(command="report", problem="-") from error
