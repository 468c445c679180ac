"""Which snapshots cannot be rebuilt any more, because something that they were made with was erased by law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskwarn.home import Home
from riskwarn.store.ledger import Loss
from serving.snapshots import published


def lost(manifest: Mapping[str, Any], erased: Sequence[Loss]) -> bool:
    """Whether something that a snapshot was made with was erased since."""
    version = int(manifest["inputs"]["store_version"])
    return any(loss.touches(version) for loss in erased)


def not_replayable(home: Home, erased: Loss) -> list[str]:
    """The snapshots that an erasure takes the ground from, oldest first; also one that has not happened yet."""
    return [row.id for row in reversed(published.listed(home)) if lost(row.manifest, [erased])]
