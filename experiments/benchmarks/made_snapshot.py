"""Made-up snapshots of any size, published without a store or a model: what a server is measured and tested with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from riskwarn.disclosure import RULE
from riskwarn.home import Home
from riskwarn.words import RANKED_LEVELS, Level, Unit
from serving.boundaries.making import made
from serving.columns.gaps import DataGaps
from serving.columns.members import BY_MEMBERS, COMPARED
from serving.columns.places import DOWNWARDS, LevelOfPlaces, Places
from serving.columns.reasons import AllReasons, Reasons
from serving.columns.scores import LEVEL_NUMBERS, Block, Scores
from serving.snapshots import published
from serving.snapshots.files import Content, write_files
from serving.snapshots.trees import keep as keep_tree

#: Parts of a unit: communities of a town, towns of a district and so on.
PARTS = {Unit.GRID: 8, Unit.COMMUNITY: 12, Unit.TOWN: 20, Unit.DISTRICT: 40}
REASONS_OF_A_GRID = 6

NO_GAPS = DataGaps()


def made_content(
    grids: int,
    targets: Sequence[str] = ("conflict", "safety"),
    horizons: Sequence[int] = (1, 4, 12),
    seed: int = 0,
    texts_told: int = 40,
) -> Content:
    """A city of so many grids; every hundredth has few residents, and its reasons are told in so many texts."""
    random = np.random.default_rng(seed)
    places = _places(grids)
    texts = tuple(
        {
            "feature": f"feature_{number % 40}", "theme": "waiting", "source": "disputes", "zh": f"未化解纠纷偏多（{number}）",
            "en": f"more open disputes than usual ({number})", "direction": "raises", "services": ["mediation"],
        }
        for number in range(texts_told)
    )  # fmt: skip
    scores: dict[Block, dict[Unit, Scores]] = {}
    reasons = {}
    for target in targets:
        for horizon in horizons:
            scores[target, horizon] = {unit: _scores(places[unit], unit, random) for unit in DOWNWARDS}
            shown = np.where(places[Unit.GRID].suppressed, 0, REASONS_OF_A_GRID)
            starts = np.concatenate([[0], np.cumsum(shown)]).astype(np.int32)
            text = random.integers(0, len(texts), starts[-1]).astype(np.int32)
            reasons[target, horizon] = Reasons(
                starts, text, (1 + random.integers(0, 90_000, starts[-1])).astype(np.int32)
            )
    source = {"source": "disputes", "zh": "矛盾纠纷", "verdict": "sound", "gap": None, "findings": [], "districts": []}
    return Content(places, scores, AllReasons(texts, reasons), (source,))


def publish_made(
    home: Home,
    content: Content,
    as_of: date,
    now: datetime,
    *,
    salt: str = "",
    gaps: DataGaps = NO_GAPS,
    cards: bool = False,
    geometry: Sequence[str | None] | None = None,
) -> str:
    """Publish a content, with `cards` of made-up models and the borders of its grids; gives the id of the snapshot."""
    previous = published.before(home, as_of)
    blocks = list(content.scores)
    manifest: dict[str, Any] = {
        "inputs": {
            "as_of": as_of.isoformat(),
            "store_version": 1,
            "salt": salt,
            "disclosure": RULE,
            "models": {f"{target}-{horizon}-v1": "00" * 32 for target, horizon in blocks},
        },
        "previous": previous.id if previous is not None else None,
        COMPARED: BY_MEMBERS,
        "gaps": gaps.as_list(),
        "models": {f"{target}/{horizon}": f"{target}-{horizon}-v1" for target, horizon in blocks},
        "interval_level": 0.8,
        "targets": list(dict.fromkeys(target for target, _ in blocks)),
        "horizons": sorted({horizon for _, horizon in blocks}),
        "period": "week",
        "levels": {f"{target}/{horizon}": [_caught(level) for level in RANKED_LEVELS] for target, horizon in blocks},
        "names": {target: {"zh": target, "en": target} for target, _ in blocks},
    }
    if geometry is not None:
        manifest["boundaries"] = made(home, content.places, geometry)
    if cards:
        manifest["cards"] = {f"{target}/{horizon}": _card(as_of) for target, horizon in blocks}
    snapshot = f"{as_of.isoformat()}-{hashlib.sha256(f'{salt}{now}'.encode()).hexdigest()[:12]}"
    manifest["files"] = write_files(home.snapshots, snapshot, content)
    row = {
        "id": snapshot,
        "as_of": as_of,
        "published_at": now,
        "valid_until": datetime(as_of.year, as_of.month, as_of.day, tzinfo=home.configuration.calendar.timezone)
        + timedelta(days=8),
        "manifest": manifest,
    }
    with home.database.begin() as connection:
        manifest["tree"] = keep_tree(connection, content.places)
        published.add(connection, row)
    return snapshot


def made_geometry(grids: int, corners: int = 30, seed: int = 0) -> list[str]:
    """The border of each grid as GeoJSON: cells whose edges are shared and not straight, of so many corners each.

    What follows each other lies together (Morton 1966), so that towns and districts are patches and no stripes.
    """
    random = np.random.default_rng(seed)
    number = np.arange(grids, dtype=np.int64)
    column, row = _every_other_bit(number), _every_other_bit(number >> 1)
    size = int(max(column.max(), row.max())) + 2
    places = np.stack(np.meshgrid(np.arange(size), np.arange(size)), axis=-1) + random.uniform(
        -0.25, 0.25, (size, size, 2)
    )
    between = np.linspace(0, 1, max(corners // 4, 1) + 1)[:-1, None]

    def edges(start: Any, end: Any) -> Any:
        bent = random.normal(0, 0.04, (*start.shape[:2], len(between), 2)) * (between > 0)
        return start[:, :, None] + (end - start)[:, :, None] * between + bent

    across, down = edges(places[:, :-1], places[:, 1:]), edges(places[:-1], places[1:])
    # Back along the same corners: an edge without its first corner, the other way round, and the corner where it ends.
    found = []
    for x, y in zip(column.tolist(), row.tolist(), strict=True):
        ring = np.vstack(
            [
                across[y, x], down[y, x + 1], places[y + 1, x + 1], across[y + 1, x][:0:-1],
                places[y + 1, x], down[y, x][:0:-1], places[y, x],
            ]
        )  # fmt: skip
        found.append(f'{{"type":"Polygon","coordinates":[{np.round(ring * 0.012 + [105.5, 28.5], 6).tolist()}]}}')
    return found


def _every_other_bit(number: Any) -> Any:
    found = np.zeros_like(number)
    for bit in range(16):
        found |= ((number >> (2 * bit)) & 1) << bit
    return found


def _caught(level: Level) -> dict[str, Any]:
    """What a level would have caught in a made-up back-test."""
    share = {"mean": 0.3, "lower": 0.25, "upper": 0.35}
    return {
        "level": level.value, "top": 0.1, "times": 2.0, "grids": 80.0, "share_of_grids": 0.1, "events": 200, "caught": 60,
        "capture": share, "precision": share, "of_100_listed": 30, "outside": 0.7,
    }  # fmt: skip


def _card(as_of: date) -> dict[str, Any]:
    """How a made-up model did when it was judged."""
    trained = as_of - timedelta(days=28)
    return {
        "kind": "model", "as_of": trained.isoformat(), "trained_at": f"{trained.isoformat()}T02:00:00+00:00", "best_baseline": "conflictology",
        "metrics": {"n_events": 1200, "log_loss": 0.171, "brier": 0.0442, "capture_5": 0.31, "capture_10": 0.46, "calibration_level": 1.03},
    }  # fmt: skip


def _places(grids: int) -> Places:
    sizes = {Unit.GRID: grids}
    for unit, upper in zip(tuple(Unit)[:-1], tuple(Unit)[1:], strict=True):
        sizes[upper] = 1 if upper is Unit.CITY else -(-sizes[unit] // PARTS[unit])
    random = np.random.default_rng(1)
    residents = np.where(np.arange(grids) % 100 == 7, 120.0, 300 + random.integers(0, 3_000, grids))
    levels = {}
    for unit in Unit:
        size = sizes[unit]
        upper = None if unit is Unit.CITY else tuple(Unit)[tuple(Unit).index(unit) + 1]
        parents = np.full(1, -1) if upper is None else np.minimum(np.arange(size) // PARTS[unit], sizes[upper] - 1)
        hidden = residents < 300 if unit is Unit.GRID else np.zeros(size, dtype=bool)
        names = tuple(f"{unit.value} 第{row}号" for row in range(size))
        codes = tuple(f"{unit.value[0].upper()}{row:07d}" for row in range(size))
        levels[unit] = LevelOfPlaces(
            codes, names, parents.astype(np.int32), residents.astype(np.float64), hidden, _points(size)
        )
        if upper is not None:
            residents = np.bincount(parents, residents, sizes[upper])
    return Places({unit: levels[unit] for unit in DOWNWARDS})


def _points(size: int) -> np.ndarray:
    """Units on a lattice."""
    side = int(np.ceil(np.sqrt(size)))
    row, column = np.divmod(np.arange(size), side)
    return np.round(np.column_stack([106 + column / side, 29 + row / side]), 5)


def _scores(level: LevelOfPlaces, unit: Unit, random: np.random.Generator) -> Scores:
    size = len(level)
    score = np.round(random.beta(1, 20, size), 6)
    count = np.round(-np.log1p(-score) * 1.1, 6)
    ranks = np.empty(size, dtype=np.int32)
    ranks[np.lexsort((np.array(level.codes), -score))] = np.arange(1, size + 1)
    nothing, none = np.full(size, np.nan), np.full(size, -1, dtype=np.int8)
    grid = unit is Unit.GRID
    share = ranks / size
    names = np.select(
        [share <= 0.01, share <= 0.03, share <= 0.1, share <= 0.2], ["red", "orange", "yellow", "blue"], "none"
    )
    numbers = (
        np.array([LEVEL_NUMBERS[name] for name in names.tolist()], dtype=np.int8) if unit is not Unit.CITY else none
    )
    before = np.round((score if grid else count) * 0.9, 6)
    return Scores(
        score=score if grid else nothing,
        expected_count=count,
        lower=np.zeros(size, dtype=np.int32),
        upper=np.ceil(count).astype(np.int32),
        per_10000=np.round(10_000 * count / level.residents, 6),
        rank=ranks,
        rank_lower=np.maximum(1, ranks - 9).astype(np.int32),
        rank_upper=np.minimum(size, ranks + 9).astype(np.int32),
        level=numbers,
        known=numbers if grid else none,
        change=np.round((score if grid else count) - before, 6),
        change_noise=np.round((score if grid else count) * 0.15, 6),
        before=before,
        previous_rank=ranks if grid else np.full(size, -1, dtype=np.int32),
        usual_count=nothing if grid else np.round(count * 0.8, 6),
        excess_noise=nothing if grid else np.round(np.sqrt(count), 6),
    )  # fmt: skip
