"""What if: one grid scored as it is and as it would be with some features other than they are, and nothing published.

Both are scored as a publication is, by the same code. It is a question of the command line alone: asked often enough, it tells the
numbers that it starts from, which who may read the store knows anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from features import Catalogue, City, read_city
from features.incremental.incremental import known_city
from features.panel.panel import Encoded, encoded
from riskwarn.contracts import declared
from riskwarn.errors import NoChampion, NoSnapshot, TargetSuspended, UnknownUnit
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from riskwarn.words import Unit
from serving.columns.scores import Block
from serving.scoring.city import Before, Scored, score_city
from serving.scoring.score import prepared
from serving.scoring.sentences import sentences
from serving.scoring.supposing import checked, supposed
from serving.snapshots import published
from serving.snapshots.content import published_before
from serving.snapshots.suspensions import suspensions_of
from training import champions, load_champion


@dataclass(frozen=True)
class WhatIf:
    """A grid as it is and as it would be."""

    snapshot: str
    as_of: date
    grid_id: str
    name: str
    suppressed: bool  # whether its reasons are withheld
    values: dict[str, float]
    demand: bool  # whether what people ask for is among them
    scores: tuple[dict[str, Any], ...]  # one a target and horizon

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn whatif --json`` prints."""
        return {
            "snapshot": self.snapshot,
            "as_of": self.as_of.isoformat(),
            "grid_id": self.grid_id,
            "name": self.name,
            "suppressed": self.suppressed,
            "set": self.values,
            "scores": list(self.scores),
        }


def what_if(
    home: Home,
    grid: str,
    given: Mapping[str, str],
    *,
    target: str | None = None,
    horizon: int | None = None,
    now: datetime,
    progress: Progress = silent,
) -> WhatIf:
    """Score a grid as of the current snapshot, and with these values of some features in the place of its own.

    Raises NoSnapshot, NoChampion, TargetSuspended, UnknownUnit (no such grid), UnknownFeature, FeatureUnused, FeatureValueInvalid, and what
    :func:`training.load_champion` raises.
    """
    row = published.newest(home)
    if row is None:
        raise NoSnapshot()
    # All horizons of a target are scored together, whichever is asked for: they agree with each other.
    gone = suspensions_of(home)
    if target in gone:
        raise TargetSuspended(target=home.configuration.target_named(target))
    chosen = [one for one in champions(home) if target in (None, one.target) and one.target not in gone]
    if not any(horizon in (None, one.horizon) for one in chosen):
        raise NoChampion()
    catalogue = Catalogue.of(home.configuration)
    loaded = [(champion, load_champion(home, champion, catalogue)) for champion in chosen]
    values = checked(given, home.configuration, loaded)
    city, numbers = _as_published(home, row, now, progress)
    if grid not in city.geography.grid_ids:
        raise UnknownUnit(unit="grid", code=grid)
    made = prepared(home, catalogue, city, numbers, loaded, progress)
    progress("scoring")
    changed = supposed(made.matrix, city.geography.grid_ids.index(grid), values, home.configuration)
    # What the snapshot withholds is withheld here.
    published_as = Before(published_before(home, row).places)
    was, would = (
        score_city(city, numbers, matrix, made.told, loaded, published_as, made.gaps, home.settings.threads)
        for matrix in (made.matrix, changed)
    )
    place = was.places[Unit.GRID].rows[grid]
    sources = _sources(made.matrix.names, [feature.source for feature in made.matrix.features], values)
    return WhatIf(
        row.id,
        city.as_of,
        grid,
        was.places[Unit.GRID].names[place],
        bool(was.places[Unit.GRID].suppressed[place]),
        values,
        any(declared(source).demand_only for source in sources),
        tuple(
            {
                "target": champion.target,
                "horizon": champion.horizon,
                "version": champion.version,
                "before": _standing(was, (champion.target, champion.horizon), place),
                "after": _standing(would, (champion.target, champion.horizon), place),
                "reasons": _changed_reasons(was, would, (champion.target, champion.horizon), place),
            }
            for champion in chosen
            if horizon in (None, champion.horizon)
        ),
    )


def _as_published(home: Home, row: published.Row, now: datetime, progress: Progress) -> tuple[City, Encoded]:
    """The city of a snapshot: from the kept state where nothing was loaded since, else as the store was then."""
    version = row.manifest["inputs"]["store_version"]
    progress("reading the city")
    if Store(home).version() == version:
        return known_city(home, row.as_of, now=now, progress=progress)
    city = read_city(home, row.as_of, version=version)
    return city, encoded(city)


def _sources(names: Sequence[str], sources: Sequence[str], values: Mapping[str, float]) -> set[str]:
    return {source for name, source in zip(names, sources, strict=True) if name in values}


def _standing(scored: Scored, block: Block, place: int) -> dict[str, Any]:
    one = scored.scores[block][Unit.GRID]
    between = None if one.rank_lower[place] < 0 else [int(one.rank_lower[place]), int(one.rank_upper[place])]
    return {
        "score": float(one.score[place]),
        "expected_count": float(one.expected_count[place]),
        "rank": int(one.rank[place]),
        "rank_interval": between,
        "level": one.level_of(place),
    }


def _changed_reasons(was: Scored, would: Scored, block: Block, place: int) -> list[dict[str, Any]]:
    """The reasons that would be told otherwise or add something else, what would change most first."""
    before, after = _by_theme(was, block, place), _by_theme(would, block, place)
    found = []
    for key in dict.fromkeys([*after, *before]):
        then, now = before.get(key), after.get(key)
        if then == now:
            continue
        change = (now or _NOTHING)["effect"] - (then or _NOTHING)["effect"]
        found.append({"theme": key[0], "source": key[1], "before": then, "after": now, "change": round(change, 6)})
    return sorted(found, key=lambda one: -abs(one["change"]))


_NOTHING: dict[str, Any] = {"effect": 0.0}


def _by_theme(scored: Scored, block: Block, place: int) -> dict[tuple[str, str, str], dict[str, Any]]:
    """(theme, source, the feature of an analyst's own theme) -> its words and effect."""
    themes = sentences()["themes"]
    return {
        (one["theme"], one["source"], "" if one["theme"] in themes else one["feature"]): {
            name: one[name] for name in ("zh", "en", "effect", "services")
        }
        for one in scored.reasons.of(block, place)
    }
