"""What was published, as a list: which snapshot is current, and what became of the others."""

from __future__ import annotations

from typing import Any

from riskwarn.home import Home
from serving.snapshots import published
from serving.snapshots.suspensions import models_without, suspensions_of


def listed_snapshots(home: Home) -> list[dict[str, Any]]:
    """The shape that ``riskwarn snapshots list --json`` prints, the latest publication first; `files` says whether they are kept."""
    current = published.newest(home)
    gone = suspensions_of(home)
    withdrawn, swept = published.of_fate(home, published.WITHDRAWN), published.of_fate(home, published.SWEPT)
    return [
        {
            "id": row.id,
            "as_of": row.as_of.isoformat(),
            "published_at": row.published_at.isoformat(),
            "current": current is not None and row.id == current.id,
            "withdrawn": row.id in withdrawn,
            "because": withdrawn[row.id]["because"] if row.id in withdrawn else None,
            "files": row.id not in swept,
            "models": list(models_without(row.manifest["models"], gone).values()),
            # Those of its targets of which nothing is served, and those that were left out when it was published.
            "suspended": [
                one
                for one in row.manifest.get("targets", ())
                if one in gone or one in row.manifest.get("suspended", ())
            ],
        }
        for row in published.listed(home)
    ]
