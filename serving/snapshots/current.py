"""A snapshot in memory, and the one that is current."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from riskwarn.errors import NoSnapshot
from riskwarn.home import Home
from serving.scoring.gaps import DataGaps
from serving.publishing.publish import newest, read_health, read_table

Reason = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """A published scoring, ready to be asked."""

    id: str
    as_of: date
    published_at: datetime
    valid_until: datetime  # with the offset of the city
    manifest: dict[str, Any]
    rows: dict[tuple[str, int, str], list[dict[str, Any]]]  # (target, horizon, unit) -> rows by rank
    reasons: dict[tuple[str, str, int], list[Reason]]  # (code, target, horizon) -> the strongest first
    parents: dict[str, dict[str, str]]  # unit -> code -> code of the unit above
    gaps: DataGaps
    health: list[dict[str, Any]]  # the sources, as they were examined for it

    def head(self, now: datetime, target: str | None = None, horizon: int | None = None) -> dict[str, Any]:
        """What stands over every answer."""
        return {
            "id": self.id,
            "as_of": self.as_of.isoformat(),
            "published_at": self.published_at.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "stale": now >= self.valid_until,
            "model": self.manifest["models"].get(f"{target}/{horizon}"),
            "interval_level": self.manifest["interval_level"],
        }


def load_snapshot(home: Home, row: dict[str, Any]) -> Snapshot:
    """Read a published snapshot."""
    table = read_table(home, row["id"])
    table = table.sort_values(["target", "horizon", "unit", "rank"], kind="stable")
    plain = table.astype(object).where(table.notna(), None)
    rows: dict[tuple[str, int, str], list[dict[str, Any]]] = {}
    for one in _records(plain):
        rows.setdefault((one["target"], one["horizon"], one["unit"]), []).append(one)
    why: pd.DataFrame = pq.read_table(home.snapshots / row["id"] / "reasons.parquet").to_pandas()
    reasons: dict[tuple[str, str, int], list[Reason]] = {}
    for one in _records(why):
        key = (one.pop("code"), one.pop("target"), one.pop("horizon"))
        reasons.setdefault(key, []).append(one)
    parents: dict[str, dict[str, str]] = {}
    for unit, group in table.drop_duplicates(["unit", "code"]).groupby("unit"):
        parents[str(unit)] = dict(zip(group["code"], group["parent"], strict=True))
    return Snapshot(
        row["id"],
        row["as_of"],
        row["published_at"],
        row["valid_until"].astimezone(home.configuration.calendar.timezone),
        row["manifest"],
        rows,
        reasons,
        parents,
        DataGaps.from_list(row["manifest"]["gaps"]),
        read_health(home, row["id"]),
    )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


class Current:
    """Gives the newest snapshot; looks for a newer one at most once a second."""

    def __init__(self, home: Home, look_every: float = 1.0) -> None:
        self._home = home
        self._look_every = look_every
        self._looked = -look_every
        self._held: Snapshot | None = None

    def __call__(self, as_of: date | None = None) -> Snapshot:
        """The newest snapshot, or the newest of an as-of; raise NoSnapshot."""
        if as_of is not None:
            row = newest(self._home, as_of)
            if row is None:
                raise NoSnapshot(which=f" as of {as_of}")
            return (
                self._held if self._held is not None and self._held.id == row["id"] else load_snapshot(self._home, row)
            )
        if self._held is None or time.monotonic() - self._looked >= self._look_every:
            row = newest(self._home)
            self._looked = time.monotonic()
            if row is None:
                raise NoSnapshot(which="")
            if self._held is None or self._held.id != row["id"]:
                self._held = load_snapshot(self._home, row)
        return self._held
