"""A run's audits as sections of its page; small groups are kept back here whatever an audit holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.audits.audit import Audit, Value
from training.evaluation.reliability import FEWEST
from training.reports.charts import number
from training.reports.drawing import Pair
from training.reports.words import AUDITS, column

#: Headings of numbers of events or records, of which one and two are told together.
_COUNTS = ("events", "records", "interventions")


@dataclass(frozen=True)
class Shown:
    """One section; without facts and rows the run has no such audit."""

    name: str
    title: Pair
    facts: tuple[tuple[Pair, Pair], ...] = ()
    headings: tuple[Pair, ...] = ()
    rows: tuple[tuple[Pair, ...], ...] = ()
    kept_back: int = 0  # rows of fewer grids than may be told
    held: bool = True


def shown_audits(audits: Mapping[str, Audit]) -> list[Shown]:
    """The sections: those that every page names, then others by their names."""
    names = [*AUDITS, *sorted(set(audits) - set(AUDITS))]
    return [_section(name, audits.get(name)) for name in names]


def _section(name: str, audit: Audit | None) -> Shown:
    title = AUDITS.get(name, column(name))
    if audit is None:
        return Shown(name, title, held=False)
    rows = [row for row in audit.rows if not _small(row)]
    headings = list(dict.fromkeys(key for row in rows for key in row))
    return Shown(
        name,
        title,
        tuple((column(key), cell(key, value)) for key, value in audit.facts.items() if value is not None),
        tuple(column(key) for key in headings),
        tuple(tuple(cell(key, row.get(key)) for key in headings) for row in rows),
        len(audit.rows) - len(rows),
    )


def _small(row: Mapping[str, Value]) -> bool:
    grids = row.get("grids")
    return isinstance(grids, (int, float)) and grids < FEWEST


def cell(key: str, value: Value) -> Pair:
    """A value as people read it."""
    if value is None:
        return ("—", "—")
    if isinstance(value, str):
        return column(value) if key in ("by", "metric", "model") else (value, value)
    if isinstance(value, int) or float(value).is_integer():
        text = "1–2" if key in _COUNTS and value in (1, 2) else f"{int(value):,}"
        return (text, text)
    return (number(value), number(value))
