"""A published scoring, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from riskwarn.arrays import Reals, give_back
from riskwarn.health.served import source_told
from riskwarn.home import Home
from riskwarn.messages import Named
from serving.columns.gaps import DataGaps
from serving.columns.places import Places
from serving.columns.reasons import AllReasons
from serving.columns.scores import AllScores
from serving.columns.texts import TextColumns
from serving.snapshots.files import Content, read_files
from serving.snapshots.published import Row

#: What a manifest tells by `target/horizon`.
OF_MODELS = ("models", "cards", "levels")


@dataclass(frozen=True)
class Snapshot:
    """A published scoring, in memory; nothing in it is ever changed."""

    id: str
    as_of: date
    published_at: datetime
    valid_until: datetime  # with the offset of the city
    manifest: dict[str, Any]
    places: Places
    scores: AllScores
    reasons: AllReasons
    gaps: DataGaps
    health: tuple[dict[str, Any], ...]  # the sources, as they were examined for it and may be told
    whole: bool = True  # or cut to a part of the city
    suspended: frozenset[str] = frozenset()  # targets of which it has nothing, because they are or were suspended
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # what targets are called, today or then

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

    def target_named(self, code: str) -> Named:
        """A target in a sentence, by what it is called."""
        return Named.among(self.names, code)

    @cached_property
    def nbytes(self) -> int:
        """Bytes that it holds, about; of one that was cut from another, without the words that it shares with that."""
        levels, texts = self.places.levels.values(), self.reasons.texts
        numbers = [one.nbytes for by_unit in self.scores.values() for one in by_unit.values()]
        held = sum(numbers) + self.reasons.nbytes + sum(level.nbytes for level in levels)
        if not self.whole:
            return held
        words = texts.nbytes if isinstance(texts, TextColumns) else 0
        return held + words + sum(level.words_nbytes for level in levels)


def load_snapshot(home: Home, row: Row, zone: tzinfo | None = None) -> Snapshot:
    """Read a published snapshot, each file verified; without what an earlier rule of disclosure told. Raises SnapshotDamaged."""
    content = read_files(home.snapshots / row.id, row.manifest["files"])
    found = _loaded(content, row, zone or home.configuration.calendar.timezone)
    found = replace(found, names={**(row.manifest.get("names") or {}), **home.configuration.target_names})
    # Reading takes as much again as is held, which the allocators of Arrow and C would keep for the next time.
    pa.default_memory_pool().release_unused()
    give_back()
    return found if row.told_as_now else without_counts(found)


def without_counts(snapshot: Snapshot) -> Snapshot:
    """A snapshot without what is made of numbers of records: reasons, what is usual, what levels would have caught."""
    scores = {
        block: {
            unit: replace(one, usual_count=_unknown(one.usual_count), excess_noise=_unknown(one.excess_noise))
            for unit, one in by_unit.items()
        }
        for block, by_unit in snapshot.scores.items()
    }
    health = tuple({**one, "findings": []} for one in snapshot.health)  # the verdicts stay, the sentences told counts
    manifest = {**snapshot.manifest, "levels": {}}
    return replace(snapshot, manifest=manifest, scores=scores, reasons=AllReasons((), {}), health=health)


def _unknown(column: Reals) -> Reals:
    return np.full(len(column), np.nan)


def _loaded(content: Content, row: Row, zone: tzinfo) -> Snapshot:
    return Snapshot(
        row.id,
        row.as_of,
        row.published_at,
        row.valid_until.astimezone(zone),
        row.manifest,
        content.places,
        content.scores,
        content.reasons,
        DataGaps.from_list(row.manifest["gaps"]),
        tuple(source_told(one) for one in content.health),
        suspended=frozenset(row.manifest.get("suspended", ())),
    )
