"""What the API answers, out of a snapshot: rankings, portraits, explanations."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from riskwarn.configuration import usual_horizon
from riskwarn.errors import QueryInvalid, UnknownSource, UnknownUnit
from riskwarn.words import RANKED_LEVELS, Unit
from serving.snapshots.current import Snapshot

REASONS_SHOWN = 3


def chosen(snapshot: Snapshot, target: str | None, horizon: int | None) -> tuple[str, int]:
    """The asked or usual target and horizon; raise QueryInvalid where the snapshot does not serve them."""
    targets, served = snapshot.manifest["targets"], snapshot.rows
    name = target or targets[0]
    if name not in targets:
        raise QueryInvalid(parameter="target", problem=f"{name!r} is not served; served are {', '.join(targets)}")
    horizons = [periods for one, periods, unit in served if one == name and unit == Unit.GRID.value]
    periods = horizon if horizon is not None else usual_horizon(horizons)
    if periods not in horizons:
        known = ", ".join(map(str, sorted(horizons)))
        raise QueryInvalid(parameter="horizon", problem=f"{periods} is not served for {name}; served are {known}")
    return name, periods


def ranking(
    snapshot: Snapshot,
    now: datetime,
    *,
    target: str | None,
    horizon: int | None,
    unit: Unit,
    parent: str | None,
    min_level: str | None,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """Units by rank. Raises QueryInvalid, UnknownUnit (no such parent)."""
    name, periods = chosen(snapshot, target, horizon)
    rows = snapshot.rows[name, periods, unit.value]
    if parent is not None:
        rows = [row for row in rows if parent in _above(snapshot, unit, row["code"])]
        if not rows and not any(parent in codes for codes in snapshot.parents.values()):
            raise UnknownUnit(unit="unit", code=parent)
    if min_level is not None:
        order = [level.value for level in RANKED_LEVELS]
        if min_level not in order:
            raise QueryInvalid(parameter="min_level", problem=f"{min_level!r} is none of {', '.join(order)}")
        if unit is not Unit.GRID:
            raise QueryInvalid(parameter="min_level", problem="only grids have levels")
        rows = [row for row in rows if row["level"] in order[: order.index(min_level) + 1]]
    start = _offset(cursor, snapshot.id)
    shown = rows[start : start + limit]
    following = start + limit
    return {
        "snapshot": snapshot.head(now, name, periods),
        "target": name,
        "horizon": periods,
        "items": [item(snapshot, row) for row in shown],
        "next": _cursor(snapshot.id, following) if following < len(rows) else None,
    }


def item(snapshot: Snapshot, row: dict[str, Any]) -> dict[str, Any]:
    """One unit of a ranking; what is not computed is null."""
    key = (row["code"], row["target"], row["horizon"])
    return {
        "unit": row["unit"],
        "code": row["code"],
        "name": row["name"],
        "rank": row["rank"],
        "rank_interval": _rank_interval(row),
        "score": row["score"],
        "expected_count": row["expected_count"],
        "per_10000": row["per_10000"],
        "interval": [row["lower"], row["upper"]],
        "level": row["level"],
        "change": row["change"],
        "data_gap": _gaps(snapshot, row) if snapshot.gaps.rows else [],
        "suppressed": row["suppressed"],
        "reasons": snapshot.reasons.get(key, [])[:REASONS_SHOWN] if row["unit"] == Unit.GRID.value else [],
    }


def _rank_interval(row: dict[str, Any]) -> list[int] | None:
    """Within which its rank lies; None where a baseline scores, and in snapshots from before there was one."""
    lower, upper = row.get("rank_lower"), row.get("rank_upper")
    return None if lower is None or upper is None else [int(lower), int(upper)]


def sources(snapshot: Snapshot, now: datetime, source: str | None) -> dict[str, Any]:
    """How each source reports, as it was examined for the snapshot. Raises UnknownSource."""
    items = [item for item in snapshot.health if source in (None, item["source"])]
    if source is not None and not items:
        raise UnknownSource(source=source, known=", ".join(item["source"] for item in snapshot.health))
    return {"snapshot": snapshot.head(now), "items": items}


def portrait(snapshot: Snapshot, now: datetime, code: str) -> dict[str, Any]:
    """A grid: where it lies and how it stands for every target and horizon. Raises UnknownUnit."""
    found = [
        row
        for (_, _, unit), rows in snapshot.rows.items()
        if unit == Unit.GRID.value
        for row in rows
        if row["code"] == code
    ]
    if not found:
        raise UnknownUnit(unit="grid", code=code)
    above: dict[str, Any] = {}
    for unit, upper in zip(
        (Unit.GRID, Unit.COMMUNITY, Unit.TOWN), (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT), strict=True
    ):
        step = above[unit.value]["code"] if unit.value in above else code
        parent = snapshot.parents[unit.value][step]
        name = next(
            row["name"]
            for key, rows in snapshot.rows.items()
            if key[2] == upper.value
            for row in rows
            if row["code"] == parent
        )
        above[upper.value] = {"code": parent, "name": name}
    return {
        "snapshot": snapshot.head(now),
        "grid_id": code,
        "name": found[0]["name"],
        **above,
        "residents": None if found[0]["suppressed"] else found[0]["residents"],
        "suppressed": found[0]["suppressed"],
        "scores": [{"target": row["target"], "horizon": row["horizon"], **item(snapshot, row)} for row in found],
    }


def explanation(
    snapshot: Snapshot, now: datetime, code: str, target: str | None, horizon: int | None
) -> dict[str, Any]:
    """Why a grid stands where it does: effects in probability points against a usual grid. Raises UnknownUnit."""
    name, periods = chosen(snapshot, target, horizon)
    row = next((row for row in snapshot.rows[name, periods, Unit.GRID.value] if row["code"] == code), None)
    if row is None:
        raise UnknownUnit(unit="grid", code=code)
    return {
        "snapshot": snapshot.head(now, name, periods),
        "grid_id": code,
        "target": name,
        "horizon": periods,
        "score": row["score"],
        "level": row["level"],
        "suppressed": row["suppressed"],
        "reasons": snapshot.reasons.get((code, name, periods), []),
    }


def _gaps(snapshot: Snapshot, row: dict[str, Any]) -> list[str]:
    """The sources that fail the unit's district; for the city those that fail any."""
    unit, code = Unit(row["unit"]), row["code"]
    if unit is Unit.CITY:
        return snapshot.gaps.sources(None)
    return snapshot.gaps.sources(code if unit is Unit.DISTRICT else _above(snapshot, unit, code)[-2])


def _above(snapshot: Snapshot, unit: Unit, code: str) -> list[str]:
    """The codes of the units above."""
    found, order = [], list(Unit)
    for level in order[order.index(unit) : -1]:
        code = snapshot.parents[level.value][code]
        found.append(code)
    return found


def _cursor(snapshot: str, offset: int) -> str:
    return base64.urlsafe_b64encode(f"{snapshot}:{offset}".encode()).decode()


def _offset(cursor: str | None, snapshot: str) -> int:
    if cursor is None:
        return 0
    try:
        owner, _, offset = base64.urlsafe_b64decode(cursor.encode()).decode().rpartition(":")
        start = int(offset)
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise QueryInvalid(parameter="cursor", problem="it is not one that a ranking gave as `next`") from error
    if owner != snapshot:
        raise QueryInvalid(parameter="cursor", problem="it belongs to another snapshot; start again without it")
    return start
