"""What the API answers, out of a snapshot: rankings, portraits, explanations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from riskwarn.configuration import usual_horizon
from riskwarn.disclosure import levels_shown
from riskwarn.errors import QueryInvalid, TargetSuspended, UnknownSource, UnknownTarget, UnknownUnit
from riskwarn.messages import Listed, Message
from riskwarn.words import RANKED_LEVELS, Unit
from serving.api.cards import card_told
from serving.columns.places import LevelOfPlaces, Places32
from serving.columns.reasons import REASONS_SHOWN
from serving.columns.scores import LEVEL_NUMBERS, Block, Scores
from serving.snapshots.snapshot import Snapshot

#: A unit enters where it stands among this share of its level, and did not in the snapshot before; a list is stable where it stays.
ENTERED_SHARE = 0.10


@dataclass(frozen=True)
class RankingQuery:
    """What a ranking is asked for."""

    target: str | None = None
    horizon: int | None = None
    unit: Unit = Unit.GRID
    parent: str | None = None
    min_level: str | None = None
    search: str | None = None
    limit: int = 50


def chosen(snapshot: Snapshot, target: str | None, horizon: int | None) -> Block:
    """The asked or usual target and horizon; raise QueryInvalid where the snapshot does not serve them.

    Raises TargetSuspended where it has nothing of the target any more; the usual one stays the usual one.
    """
    targets = snapshot.manifest["targets"]
    name = targets[0] if target is None else target
    if name in snapshot.suspended:
        raise TargetSuspended(target=snapshot.target_named(name))
    targets = [one for one in targets if one not in snapshot.suspended]
    if name not in targets:
        raise QueryInvalid(
            parameter="target",
            problem=Message("{name!r} is not served; served are {targets}", name=name, targets=Listed(targets)),
        )
    horizons = [periods for one, periods in snapshot.scores if one == name]
    periods = horizon if horizon is not None else usual_horizon(horizons)
    if periods not in horizons:
        known = Listed(sorted(horizons))
        raise QueryInvalid(
            parameter="horizon",
            problem=Message(
                "{periods} is not served for {name}; served are {known}", periods=periods, name=name, known=known
            ),
        )
    return name, periods


def ranking(
    snapshot: Snapshot, now: datetime, query: RankingQuery, after: int = 0
) -> tuple[dict[str, Any], int | None]:
    """(units by rank after so many, how many precede what follows; None at the end).

    Raises QueryInvalid, UnknownUnit (no such parent).
    """
    block = chosen(snapshot, query.target, query.horizon)
    scores = snapshot.scores[block][query.unit]
    rows = narrowed(snapshot, scores, query.unit, query.parent, query.min_level, query.search)
    shown = rows[after : after + query.limit].tolist()
    following = after + query.limit
    answer = {
        "snapshot": snapshot.head(now, *block),
        "target": block[0],
        "horizon": block[1],
        "stability": scores.stays(_first(scores)),
        "items": [item(snapshot, block, query.unit, row) for row in shown],
    }
    return answer, following if following < len(rows) else None


def narrowed(
    snapshot: Snapshot, scores: Scores, unit: Unit, parent: str | None, min_level: str | None, search: str | None
) -> Places32:
    """The rows of a level inside a unit, of a level and higher, with a text in their names, by rank. Raises UnknownUnit, QueryInvalid."""
    rows = inside(snapshot, scores, unit, parent)
    if min_level is not None:
        rows = rows[_at_least(scores, rows, min_level)]
    if search is not None:
        rows = rows[_found(snapshot.places[unit], rows, search)]
    return rows


def inside(snapshot: Snapshot, scores: Scores, unit: Unit, parent: str | None) -> Places32:
    """The rows of a level that lie inside a unit, by rank."""
    if parent is None:
        return scores.by_rank
    order = list(Unit)
    found = snapshot.places.find(parent, order[order.index(unit) + 1 :])
    if found is None:
        lower = snapshot.places.find(parent)
        if lower is None:
            raise UnknownUnit(unit="unit", code=parent)
        raise QueryInvalid(
            parameter="parent", problem=f"{parent!r} is a {lower[0].value}; no {unit.value} lies inside it"
        )
    return scores.ranked(snapshot.places.within(*found, unit))


def _at_least(scores: Scores, rows: Places32, min_level: str) -> Any:
    order = [level.value for level in RANKED_LEVELS]
    if min_level not in order:
        raise QueryInvalid(
            parameter="min_level", problem=Message("{level!r} is none of {order}", level=min_level, order=Listed(order))
        )
    wanted = [LEVEL_NUMBERS[level] for level in order[: order.index(min_level) + 1]]
    return np.isin(scores.level[rows], wanted)


def _found(places: LevelOfPlaces, rows: Places32, text: str) -> Any:
    """Which of the rows have a text in their name or code, or in the initials of the name's pinyin, in whatever case."""
    wanted = text.strip().casefold()
    named = (places.names, places.codes) if places.initials is None else (places.names, places.codes, places.initials)
    return np.array([any(wanted in one[row].casefold() for one in named) for row in rows.tolist()], dtype=bool)


def item(snapshot: Snapshot, block: Block, unit: Unit, row: int) -> dict[str, Any]:
    """One unit of a ranking; what is not computed is null."""
    one, places = snapshot.scores[block][unit], snapshot.places[unit]
    hidden = bool(places.suppressed[row])
    return {
        "unit": unit.value,
        "code": places.codes[row],
        "name": places.names[row],
        "rank": int(one.rank[row]),
        "rank_interval": None if one.rank_lower[row] < 0 else [int(one.rank_lower[row]), int(one.rank_upper[row])],
        "score": _known(one.score[row]),
        "expected_count": _known(one.expected_count[row]),
        "per_10000": None if hidden else _known(one.per_10000[row]),
        "interval": [int(one.lower[row]), int(one.upper[row])],
        "level": one.level_of(row),
        **one.changed(row),
        "entered": _entered(one, row),
        "usual": None if hidden else _known(one.usual_count[row]),
        "excess": None if hidden else one.excess(row),
        "data_gap": _gaps(snapshot, unit, row) if snapshot.gaps.rows else [],
        "suppressed": hidden,
        "reasons": [] if hidden else snapshot.reasons.of(block, row, REASONS_SHOWN, unit),
    }


def _entered(one: Scores, row: int) -> bool | None:
    """Whether a unit is new among the first tenth of its level; None where there is nothing to compare with."""
    return bool(one.entered(_first(one), row)) if one.compared else None


def _first(one: Scores) -> int:
    """How many are the first tenth of a level."""
    return max(1, math.ceil(ENTERED_SHARE * len(one.rank)))


def sources(snapshot: Snapshot, now: datetime, source: str | None) -> dict[str, Any]:
    """How each source reports, as it was examined for the snapshot. Raises UnknownSource."""
    items = [item for item in snapshot.health if source in (None, item["source"])]
    if source is not None and not items:
        raise UnknownSource(source=source, known=Listed(item["source"] for item in snapshot.health))
    return {"snapshot": snapshot.head(now), "items": items}


def models(snapshot: Snapshot, now: datetime, target: str) -> dict[str, Any]:
    """The models that scored a target, by horizon. Raises UnknownTarget, TargetSuspended."""
    if target in snapshot.suspended:
        raise TargetSuspended(target=snapshot.target_named(target))
    served = [one for one in snapshot.manifest["targets"] if one not in snapshot.suspended]
    if target not in served:
        raise UnknownTarget(name=target, what="target", known=Listed(served))
    cards = snapshot.manifest.get("cards", {})
    items = [
        {"horizon": block[1], "version": snapshot.manifest["models"].get(key), "card": card_told(cards.get(key))}
        for block in snapshot.scores
        if block[0] == target and (key := f"{block[0]}/{block[1]}")
    ]
    return {"snapshot": snapshot.head(now), "target": target, "items": items}


def levels(snapshot: Snapshot, now: datetime, target: str | None, horizon: int | None) -> dict[str, Any]:
    """What each level's rule would have caught and cost in the back-test of what scored; none where that was not kept."""
    block = chosen(snapshot, target, horizon)
    kept = snapshot.manifest.get("levels", {}).get(f"{block[0]}/{block[1]}")
    return {
        "snapshot": snapshot.head(now, *block),
        "target": block[0],
        "horizon": block[1],
        "items": None if kept is None else levels_shown(kept),
    }


def portrait(snapshot: Snapshot, now: datetime, code: str) -> dict[str, Any]:
    """A grid: where it lies and how it stands for every target and horizon. Raises UnknownUnit."""
    row, grids = _grid(snapshot, code), snapshot.places[Unit.GRID]
    above = {
        unit.value: {"code": above_it, "name": name}
        for unit, above_it, name in snapshot.places.lineage(Unit.GRID, row)
        if unit is not Unit.CITY
    }
    hidden = bool(grids.suppressed[row])
    return {
        "snapshot": snapshot.head(now),
        "grid_id": code,
        "name": grids.names[row],
        **above,
        "residents": None if hidden else _known(grids.residents[row]),
        "suppressed": hidden,
        "scores": [
            {"target": block[0], "horizon": block[1], **item(snapshot, block, Unit.GRID, row)}
            for block in snapshot.scores
        ],
        "suspended": sorted(snapshot.suspended),
    }


def explanation(
    snapshot: Snapshot, now: datetime, code: str, target: str | None, horizon: int | None
) -> dict[str, Any]:
    """Why a grid stands where it does: effects that add up to its score less the city's mean. Raises UnknownUnit."""
    block = chosen(snapshot, target, horizon)
    row, one = _grid(snapshot, code), snapshot.scores[block][Unit.GRID]
    hidden = bool(snapshot.places[Unit.GRID].suppressed[row])
    return {
        "snapshot": snapshot.head(now, *block),
        "grid_id": code,
        "target": block[0],
        "horizon": block[1],
        "score": _known(one.score[row]),
        "mean_score": _known(one.mean_score) if snapshot.whole else None,
        "level": one.level_of(row),
        "suppressed": hidden,
        "reasons": [] if hidden else snapshot.reasons.of(block, row),
    }


def _grid(snapshot: Snapshot, code: str) -> int:
    row = snapshot.places.row(Unit.GRID, code)
    if row is None:
        raise UnknownUnit(unit="grid", code=code)
    return row


def _gaps(snapshot: Snapshot, unit: Unit, row: int) -> list[str]:
    """The sources that fail the unit's district; for the city those that fail any."""
    if unit is Unit.CITY:
        return snapshot.gaps.sources(None)
    if unit is Unit.DISTRICT:
        return snapshot.gaps.sources(snapshot.places[unit].codes[row])
    lineage = snapshot.places.lineage(unit, row)
    return snapshot.gaps.sources(next(code for upper, code, _ in lineage if upper is Unit.DISTRICT))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
