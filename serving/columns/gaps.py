"""Data gaps travel with the scores: which sources should have reported of a place and have not, or not all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from riskwarn.words import Gap


@dataclass(frozen=True)
class SourceGap:
    """One source that fails one district, or the whole city (None)."""

    source: str
    kind: Gap
    district: str | None


@dataclass(frozen=True)
class DataGaps:
    """All gaps of a scoring."""

    rows: tuple[SourceGap, ...] = ()

    def sources(self, district: str | None) -> list[str]:
        """The sources that fail a district; those that fail any for the city (None)."""
        found = (row.source for row in self.rows if district is None or row.district in (None, district))
        return list(dict.fromkeys(found))

    def as_list(self) -> list[dict[str, Any]]:
        """The form in the manifest of a snapshot."""
        return [{"source": row.source, "kind": row.kind.value, "district": row.district} for row in self.rows]

    @classmethod
    def from_list(cls, rows: Sequence[dict[str, Any]]) -> DataGaps:
        """Read the form of the manifest."""
        return cls(tuple(SourceGap(row["source"], Gap(row["kind"]), row["district"]) for row in rows))
