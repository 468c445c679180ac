"""Notices of places of which nothing may be told any more: what they told of numbers is taken out of them, for good.

A notice is read long after it was raised, by many ways: the API, messages that wait or are asked for again, tickets, the week's list. So it is
taken out where it is kept, in the transaction of the publication that withholds the place. Until then, as after `min_residents` was raised,
it is left out where it is told: :mod:`serving.delivery.view`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.tables import parts
from riskwarn.words import Unit
from serving.alerts.tables import ALERTS
from serving.columns.places import Places
from serving.columns.reasons import REST
from serving.delivery.tables import MESSAGES
from serving.delivery.view import unsaid
from serving.scoring.sentences import direction_said

Reason = Mapping[str, Any]


def withhold(connection: Connection, places: Places, configuration: Configuration) -> int:
    """Reduce the reasons of every notice about a place whose details are withheld now, or about a grid of that kind among others, to their
    themes, in the notice and in what was said of it; gives how many notices that changed."""
    hidden = {
        (unit.value, level.codes[row]) for unit, level in places.levels.items() for row in level.suppressed.nonzero()[0]
    }
    if not hidden:
        return 0
    changed = 0
    for part in parts(_about(connection, hidden)):
        own = select(ALERTS.c.id, ALERTS.c.reasons).where(ALERTS.c.id.in_(part))
        found = {row.id: _reduced(row.reasons, configuration) for row in connection.execute(own)}
        concerned = {identity: less for identity, less in found.items() if less is not None}
        for identity, less in concerned.items():
            connection.execute(update(ALERTS).where(ALERTS.c.id == identity).values(reasons=less))
        _unsay(connection, list(concerned), lambda reasons: _reduced(reasons, configuration))
        changed += len(concerned)
    return changed


def _about(connection: Connection, hidden: Collection[tuple[str, str]]) -> list[str]:
    """The notices about such units, or about grids of them among others; of all others nothing but that is read, for there are all of many
    years: of one about a grid, which has no others, its code alone."""
    own, about_grid = ALERTS.c, ALERTS.c.unit == Unit.GRID.value
    grids = {code for unit, code in hidden if unit == Unit.GRID.value}
    level = own.kind != "gap"
    found = [
        row.id for row in connection.execute(select(own.id, own.code).where(level, about_grid)) if row.code in grids
    ]
    for row in connection.execute(select(own.id, own.unit, own.code, own.members).where(level, ~about_grid)):
        if (row.unit, row.code) in hidden or any(one["code"] in grids for one in row.members or ()):
            found.append(row.id)
    return found


def _unsay(connection: Connection, ids: list[str], less: Callable[[list[Reason]], list[dict[str, Any]] | None]) -> None:
    said = select(MESSAGES.c.sequence, MESSAGES.c.body).where(MESSAGES.c.alert_id.in_(ids))
    for row in connection.execute(said).all():
        reasons = less(row.body.get("reasons") or [])
        if reasons is not None:
            body = {**row.body, "reasons": reasons}
            if "text" in body:
                body["text"] = unsaid(body)
            connection.execute(update(MESSAGES).where(MESSAGES.c.sequence == row.sequence).values(body=body))


def _reduced(reasons: list[Reason] | None, configuration: Configuration) -> list[dict[str, Any]] | None:
    """The reasons without values; None where they have none."""
    found = [dict(one) if one.get("theme") in (None, REST) else _of_theme(one, configuration) for one in reasons or ()]
    return None if found == [dict(one) for one in reasons or ()] else found


def _of_theme(why: Reason, configuration: Configuration) -> dict[str, Any]:
    zh, en = _named(why["source"], configuration)
    moved = direction_said(why["direction"] == "raises")
    return {
        **why,
        "feature": why["theme"],
        "zh": f"与{zh}有关，数值不再显示；{moved['zh']}",
        "en": f"to do with {en}, whose numbers are told no more; {moved['en']}",
    }


def _named(source: str, configuration: Configuration) -> tuple[str, str]:
    if source not in configuration.sources:
        return source or "记录", source or "records"
    told = contract(source, configuration)
    return told.records_zh or told.zh, told.records_en or told.en
