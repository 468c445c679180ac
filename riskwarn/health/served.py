"""What a server tells of a source: how it reports, and no count or share from which single records would follow.

Who owns the store may ask it (``riskwarn health``). What is served is asked for every week, so that an exact count of all records
tells, from one week to the next, how many came: each is told as what it is about, each date as its week, each share in tenths.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from riskwarn.disclosure import about, week_of

#: Significant digits of what a model expects, and of durations.
_DIGITS = 2

#: Counts wherever they stand, shares, and numbers that are fitted.
_COUNTS = ("records", "versions", "refused", "observed", "changed", "moved", "emptied")
_SHARES = (
    "local_categories",
    "other_categories",
    "exact_places",
    "exact_places_usual",
    "reopened",
    "withdrawn",
    "share",
    "recent",
    "usual",
)
_FITTED = ("expected", "lowest", "p50", "p90", "p95", "p99", "missed", "missed_days", "factor")

#: Days in sentences.
_DATES = re.compile(r"\d{4}-\d{2}-\d{2}")

#: How rare so few are, follows from how many they were.
_UNTOLD = ("rarity",)


def source_told(source: Mapping[str, Any]) -> dict[str, Any]:
    """What is served of a source, out of what an examination gave (``SourceHealth.as_dict``)."""
    return {name: _told(name, value) for name, value in source.items() if name not in _UNTOLD}


def _told(name: str, value: Any) -> Any:
    if name == "findings":
        return [
            {**one, **{language: _DATES.sub(_monday, one[language]) for language in ("zh", "en") if language in one}}
            for one in value
        ]
    if name == "absences":
        return [{**one, **{end: _DATES.sub(_monday, one[end]) for end in ("begin", "end")}} for one in value]
    if name == "freshness" and value is not None:
        return _by_week(value)
    if name == "located_by":
        return {word: _in_tenths(share) for word, share in value.items()}
    if isinstance(value, Mapping):
        return source_told(value)
    if isinstance(value, (list, tuple)):
        return [source_told(one) if isinstance(one, Mapping) else one for one in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    if name in _COUNTS:
        return about(value)
    if name in _SHARES:
        return _in_tenths(value)
    return float(f"{value:.{_DIGITS}g}") if name in _FITTED else value


def _monday(found: re.Match[str]) -> str:
    return week_of(date.fromisoformat(found.group())).isoformat()


def _by_week(fresh: Mapping[str, Any]) -> dict[str, Any]:
    """The newest record by the Monday of its week, and the days since the last day of that."""
    newest = date.fromisoformat(fresh["newest"])
    quiet = fresh["quiet_days"] - (6 - newest.weekday())
    return {**fresh, "newest": week_of(newest).isoformat(), "quiet_days": max(0, quiet)}


def _in_tenths(share: float) -> float:
    return round(float(share), 1) + 0.0
