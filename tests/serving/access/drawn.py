"""The columns of cities that differ in nothing but what lies outside a part of them, published twice.

Between the two a town left the first district for its neighbour.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import made_content, made_geometry, publish_made
from riskwarn.home import Home
from riskwarn.words import Gap, Unit
from serving.columns.gaps import DataGaps, SourceGap
from serving.columns.scores import Scores
from serving.scoring.city import Before
from serving.snapshots.files import Content
from tests.worlds import with_known_key

NOW = datetime(2026, 3, 3, tzinfo=UTC)
AS_OF = date(2026, 3, 2)

#: Parts of a unit: 36 grids a district, 12 a town, 4 a community; three districts.
PARTS = {Unit.GRID: 4, Unit.COMMUNITY: 3, Unit.TOWN: 3, Unit.DISTRICT: 4}
GRIDS = 108

#: The town that was in the district before, and is in its neighbour today.
MOVED = "T0000003"

#: Kind -> rows that are the same in all cities: those of the first district, and of the town that moved.
Rows = dict[Unit, slice]
_NONE = slice(0, 0)
OF_OWN: Rows = {Unit.GRID: slice(36), Unit.COMMUNITY: slice(9), Unit.TOWN: slice(3), Unit.DISTRICT: slice(1), Unit.CITY: _NONE}  # fmt: skip
OF_MOVED: Rows = {Unit.GRID: slice(36, 48), Unit.COMMUNITY: slice(9, 12), Unit.TOWN: slice(3, 4), Unit.DISTRICT: _NONE, Unit.CITY: _NONE}  # fmt: skip


def geometry(outside: int, inside: Rows = OF_OWN) -> list[str | None]:
    """The borders: some of what lies outside are not known, others in each city."""
    known = {*range(GRIDS)[inside[Unit.GRID]]}
    return [one if row in known or row % 19 != outside % 19 else None for row, one in enumerate(made_geometry(GRIDS))]


def silent(outside: int) -> str:
    """The district outside that a source fails: another in each of the two snapshots of a city, and in each of the cities 5 and 17."""
    return f"D000000{1 + outside // 10 % 2}"


def content(outside: int, fails: str, before: bool = False, inside: Rows = OF_OWN) -> Content:
    """The city: what lies outside is drawn with a seed of its own, and a source fails a district; `before` the town that moved was in the
    first district, of which then something lay outside, too."""
    one, other = made_content(GRIDS, horizons=(1, 4), seed=1), made_content(GRIDS, horizons=(1, 4), seed=outside)
    if before:
        inside = {**inside, Unit.DISTRICT: _NONE}
        one.places[Unit.TOWN].parents[int(MOVED[1:])] = 0
    scores = {
        block: {unit: _mixed(one.scores[block][unit], other.scores[block][unit], inside[unit], unit) for unit in Unit}
        for block in one.scores
    }
    own = inside[Unit.DISTRICT].stop
    districts = [
        {"code": f"D000000{row}", "name": f"district {row}", "gap": "silent" if f"D000000{row}" == fails else None,
         "freshness": {"newest": f"2026-01-{5 + outside % 20 * (row >= own):02}", "quiet_days": outside if row >= own else 1}}
        for row in range(3)
    ]  # fmt: skip
    source = {
        **one.health[0], "verdict": "gap" if outside % 2 else "sound", "records": 1_000 + outside, "districts": districts,
        "findings": [{"code": "silent", "district": fails}],
    }  # fmt: skip
    return dataclasses.replace(one, scores=scores, health=(source,))


def compared(now: Content, then: Content) -> Content:
    """A city beside what the snapshot before published of it."""
    before, found = Before(then.places, then.scores), {}
    for block, by_unit in now.scores.items():
        found[block] = {}
        for unit, one in by_unit.items():
            grid = unit is Unit.GRID
            was = before.scores_of(block, now.places) if grid else before.expected(block, now.places, unit)
            change = np.round((one.score if grid else one.expected_count) - was, 6)
            ranks = before.ranks(block, now.places, unit)
            found[block][unit] = dataclasses.replace(one, before=was, change=change, previous_rank=ranks)
    return dataclasses.replace(now, scores=found)


def _mixed(own: Scores, other: Scores, inside: slice, unit: Unit) -> Scores:
    """Some units of one, the others of the other, ranked together."""
    fields = {}
    for field in dataclasses.fields(Scores):
        fields[field.name] = getattr(other, field.name).copy()
        fields[field.name][inside] = getattr(own, field.name)[inside]
    by = -(fields["score"] if unit is Unit.GRID else fields["expected_count"])
    fields["rank"] = np.empty(len(by), dtype=np.int32)
    fields["rank"][np.argsort(by, kind="stable")] = np.arange(1, len(by) + 1)
    return Scores(**fields)


def published_twice(home: Home, outside: int, inside: Rows = OF_OWN) -> tuple[str, str]:
    """Publish a city twice; gives the ids of the snapshots, the older first."""
    with_known_key(home)
    # The town that moved is told what fails the district in which it is today.
    failed = silent(outside), silent(outside + 10) if inside is OF_OWN else "D0000002"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", PARTS)
        caught, card = made_snapshot._caught, made_snapshot._card
        patch.setattr(made_snapshot, "_caught", lambda level: {**caught(level), "events": 200 + outside})
        patch.setattr(made_snapshot, "_card", lambda as_of: {**card(as_of), "metrics": {"n_events": 100 * outside}})
        then = content(outside, failed[0], before=True, inside=inside)
        now = compared(content(outside + 10, failed[1], inside=inside), then)
        first, second = (
            publish_made(
                home, made, AS_OF - ago, NOW - ago, salt="city", cards=True, geometry=geometry(seed, inside),
                gaps=DataGaps((SourceGap("disputes", Gap.SILENT, fails), SourceGap("visits", Gap.SHORT, "D0000000"))),
            )
            for made, seed, fails, ago in ((then, outside, failed[0], timedelta(7)), (now, outside + 10, failed[1], timedelta(0)))
        )  # fmt: skip
    return first, second
