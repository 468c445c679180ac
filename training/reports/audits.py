"""A run's audits as sections of its page; small groups are kept back here whatever an audit holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from features.pages.words import FAMILIES, source_words
from riskwarn.configuration import Configuration
from riskwarn.disclosure import count_shown
from training.audits.audit import Audit, Value
from training.evaluation.reliability import FEWEST
from training.reports.charts import interval, number
from training.reports.drawing import Pair, percent
from training.reports.paths import paths
from training.reports.words import AUDITS, column, forecaster, metric

#: A value, and the two that hold its interval: they are told as one.
INTERVALS = {
    "calibration_level": ("level_lower", "level_upper"),
    "missed": ("missed_lower", "missed_upper"),
    "difference": ("lower", "upper"),
    "gain": ("lower", "upper"),
    "log_loss_change": ("log_loss_change_lower", "log_loss_change_upper"),
}
_BOUNDS = {bound for pair in INTERVALS.values() for bound in pair}

#: Columns that say nothing to a reader of the page; they lie in the run.
_LEFT_OUT = {"withheld", "pit_inside", "pit_below", "pit_above", "wins"}
_FACTS_LEFT_OUT = {"least_grids", "least_events", "more"}

#: Numbers of events or records, of which one and two are told together; and what is said as yes or no.
_COUNTS = ("events", "records", "interventions")
_FLAGS = ("moved", "warning")
_SHARES = (
    "budget", "selected", "missed", "share", "unknown_share", "most", "treated_share", "treated_share_of_events", "came_later",
    "withdrawn",
)  # fmt: skip

#: Rows of a table, at most.
MOST_ROWS = 60


@dataclass(frozen=True)
class Shown:
    """One section; where it is not `held` the run has no such audit."""

    name: str
    title: Pair
    facts: tuple[tuple[Pair, Pair], ...] = ()
    headings: tuple[Pair, ...] = ()
    rows: tuple[tuple[Pair, ...], ...] = ()
    more: int = 0  # rows for which there is no room
    kept_back: int = 0  # rows of fewer grids or events than may be told
    drawn: str | None = None  # what has a value for each origin is drawn and no table
    held: bool = True


def shown_audits(audits: Mapping[str, Audit], names: Mapping[str, str]) -> list[Shown]:
    """The sections: those that every page names, then others by their names. `names` are those of districts, by their codes."""
    order = [*AUDITS, *sorted(set(audits) - set(AUDITS))]
    return [_section(name, audits.get(name), names) for name in order]


def _section(name: str, audit: Audit | None, names: Mapping[str, str]) -> Shown:
    title = AUDITS.get(name, column(name))
    if audit is None:
        return Shown(name, title, held=False)
    told = {key: value for key, value in audit.facts.items() if value is not None and key not in _FACTS_LEFT_OUT}
    facts = tuple((column(key), cell) for key, cell in _cells(told, names))
    if "origin" in audit.columns:
        return Shown(name, title, facts, drawn=_drawn(audit, names))
    rows = [row for row in audit.rows if not _small(row)]
    shown = [dict(_cells(row, names)) for row in rows[:MOST_ROWS]]
    return Shown(
        name,
        title,
        facts,
        tuple(column(key) for key in (shown[0] if shown else ())),
        tuple(tuple(row.values()) for row in shown),
        len(rows) - len(shown),
        len(audit.rows) - len(rows),
    )


def _small(row: Mapping[str, Value]) -> bool:
    grids = row.get("grids")
    return row.get("withheld") == 1 or (isinstance(grids, (int, float)) and grids < FEWEST)


def _cells(row: Mapping[str, Value], names: Mapping[str, str]) -> Iterator[tuple[str, Pair]]:
    """What stands in a row, a value with its interval as one."""
    for key, value in row.items():
        if key in _LEFT_OUT or (key in _BOUNDS and any(key in INTERVALS[one] for one in row if one in INTERVALS)):
            continue
        lower, upper = (row.get(bound) for bound in INTERVALS.get(key, ("", "")))
        if isinstance(value, float) and isinstance(lower, float) and isinstance(upper, float):
            text = share_within(value, lower, upper) if key in _SHARES else interval(value, lower, upper)
            yield key, (text, text)
        else:
            yield key, cell(key, value, names)


def share_within(value: float, lower: float, upper: float) -> str:
    """A share with its interval, of which nothing below none and above all is shown: the interval is symmetric, shares are not."""
    return f"{percent(value)} [{percent(max(lower, 0.0))}, {percent(min(upper, 1.0))}]"


def cell(key: str, value: Value, names: Mapping[str, str]) -> Pair:
    """A value as people read it."""
    if value is None:
        return ("—", "—")
    if isinstance(value, str):
        if value in names and key in ("group", "unit", "strongest"):
            return (names[value], names[value])
        return _WORDS[key](value) if key in _WORDS else (value, value)
    if key in _FLAGS:
        return ("是", "yes") if value else ("否", "no")
    if isinstance(value, int) or float(value).is_integer():
        shown = count_shown(int(value)) if key in _COUNTS else int(value)
        text = shown if isinstance(shown, str) else f"{shown:,}"
        return (text, text)
    text = percent(value) if _share(key) else number(value)
    return (text, text)


def _share(key: str) -> bool:
    return key in _SHARES or key.startswith("missed_difference_")


#: Columns whose values are words of ours, and what these are called.
_WORDS: dict[str, Callable[[str], Pair]] = {
    **dict.fromkeys(("by", "group", "kind", "unit", "strongest"), column),
    **dict.fromkeys(("source", "best"), partial(source_words, configuration=Configuration())),
    "family": lambda name: FAMILIES.get(name, (name, name)),
    "metric": metric,
    "forecaster": forecaster,
}


def _drawn(audit: Audit, names: Mapping[str, str]) -> str:
    """Lines over origins: of each unit its evidence, else of each column of losses."""
    lines: dict[Pair, list[tuple[date, float | None]]] = {}
    for row in audit.rows:
        origin = date.fromisoformat(str(row["origin"]))
        if "unit" in row:
            lines.setdefault(cell("unit", row["unit"], names), []).append((origin, _real(row.get("evidence"))))
            continue
        for key, value in row.items():
            if key.startswith("log_loss"):
                lines.setdefault(column(key), []).append((origin, _real(value)))
    limit = audit.facts.get("limit")
    return paths(lines, AUDITS.get(audit.name, column(audit.name)), limit=_real(limit))


def _real(value: Value) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
