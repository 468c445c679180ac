"""What an audit found: headline figures and one tidy table, that lie with the run and are read by reports."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | float | None

#: Where audits lie among the files of a run.
FOLDER = "audits"

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Audit:
    """One audit; what cannot be told is None, never NaN. Every row has the same columns, in the same order.

    Raises ValueError where it is made of anything else.
    """

    name: str  # groups, drift, sources, …
    facts: dict[str, Value]  # the headline figures
    rows: tuple[dict[str, Value], ...]  # one tidy table

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or _NAME.fullmatch(self.name) is None:
            raise ValueError(f"an audit is named in small letters, not {self.name!r}")
        _check(f"the facts of audit {self.name}", self.facts)
        for row in self.rows:
            _check(f"a row of audit {self.name}", row)
            if list(row) != self.columns:
                raise ValueError(f"audit {self.name}: a row has the columns {list(row)}, another {self.columns}")

    @property
    def columns(self) -> list[str]:
        """The columns of the table; none where it is empty."""
        return list(self.rows[0]) if self.rows else []

    @property
    def path(self) -> str:
        """Where it lies among the files of a run."""
        return f"{FOLDER}/{self.name}.json"

    def as_dict(self) -> dict[str, Any]:
        """The shape of its file."""
        return {"name": self.name, "facts": dict(self.facts), "rows": [dict(row) for row in self.rows]}

    def as_json(self) -> str:
        """The text of its file."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False)


def from_dict(content: Any) -> Audit:
    """An audit as it was written; raise ValueError where it is anything else."""
    if not isinstance(content, dict) or set(content) != {"name", "facts", "rows"}:
        raise ValueError("an audit has the parts name, facts and rows, and no others")
    rows = content["rows"]
    if not isinstance(rows, list):
        raise ValueError(f"the rows of audit {content['name']} are no list")
    return Audit(content["name"], content["facts"], tuple(rows))


def from_json(text: str) -> Audit:
    """An audit from the text of its file; raise ValueError where it is none."""
    return from_dict(json.loads(text, parse_constant=_no_number))


def value(number: float) -> float | None:
    """A figure as it stands in an audit: None where it cannot be told."""
    return float(number) if math.isfinite(number) else None


def _check(what: str, told: Any) -> None:
    if not isinstance(told, Mapping):
        raise ValueError(f"{what}: no names and values")
    for name, one in told.items():
        # Numbers of numpy look like ours and cannot be written; a flag is a number that says less than a word.
        if not isinstance(name, str) or type(one) not in (str, int, float, type(None)):
            raise ValueError(f"{what}: {name!r} is {type(one).__name__}, not a text, a number or nothing")
        if isinstance(one, float) and not math.isfinite(one):
            raise ValueError(f"{what}: {name!r} is {one}; what cannot be told is None")


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
