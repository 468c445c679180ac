"""What was contested, as a form that asks the department which provided the records; the answer comes back as a correction of these."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import Connection, select

from riskwarn.contracts.sources import declared
from riskwarn.disclosure import week_of
from riskwarn.words import Unit
from serving.alerts.alert import Alert, alerts_where
from serving.alerts.life import Verb
from serving.alerts.tables import ALERTS, STEPS

#: What the form asks, and what is filled in by who answers it.
HEADINGS = ("数据源", "所属", "单位", "事项", "所涉周", "疑问", "核实情况", "更正内容")


def contested(connection: Connection, since: date, zone: tzinfo) -> list[dict[str, Any]]:
    """What was contested since a day: a row a notice and source, `{source, above, unit, category, week, note}`; never an id of a record,
    a notice or who contested it."""
    steps = select(STEPS.c.alert, STEPS.c.note, STEPS.c.at).where(STEPS.c.verb == Verb.CONTEST.value)
    rows = [
        row for row in connection.execute(steps.order_by(STEPS.c.sequence)) if row.at.astimezone(zone).date() >= since
    ]
    alerts = {one.id: one for one in alerts_where(connection, ALERTS.c.id.in_({row.alert for row in rows}))}
    return [told for row in rows for told in _rows(alerts[row.alert], row.note, zone)]


def _rows(alert: Alert, note: str, zone: tzinfo) -> list[dict[str, Any]]:
    day = alert.raised_at.astimezone(zone).date()
    common = {
        "unit": alert.name,
        "above": " ".join(name for unit, _, name in reversed(alert.units[1:]) if unit != Unit.CITY),
        "week": week_of(day).isoformat(),
        "note": note,
    }
    by_source: dict[str, list[str]] = {}
    for why in alert.reasons:
        if why.get("source"):
            by_source.setdefault(why["source"], []).append(why["zh"])
    return [
        {"source": source, "category": "；".join(words), **common} for source, words in (by_source or {"": []}).items()
    ]


def corrections_table(rows: list[dict[str, Any]], names: Mapping[str, str]) -> list[list[str]]:
    """The form: headings, and a row for each question with room for the answer."""

    def name(source: str) -> str:
        return names.get(source) or (declared(source).zh if source else "")

    own = [
        [name(row["source"]), row["above"], row["unit"], row["category"], row["week"], row["note"], "", ""]
        for row in rows
    ]
    return [list(HEADINGS), *own]
