"""Freshness is part of health: what a server says of itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from riskwarn.errors import RiskwarnError
from serving.api.metrics import Metrics
from serving.api.problems import OF_DATABASE, SILENT
from serving.snapshots.current import Current


def readiness(current: Current, now: datetime) -> dict[str, Any]:
    """`ok`, `stale` (its snapshot has passed its end), `degraded` (the newest is not served) or `unavailable` (none is)."""
    held = current.held
    problem = current.against(held)
    stale = held is None or now >= held.valid_until
    status = "unavailable" if held is None else "degraded" if problem is not None else "stale" if stale else "ok"
    newest = current.publications.current
    return {
        "status": status,
        "snapshot": held.id if held is not None else None,
        "newest": newest.id if newest is not None else None,
        "as_of": held.as_of.isoformat() if held is not None else None,
        "published_at": held.published_at.isoformat() if held is not None else None,
        "valid_until": held.valid_until.isoformat() if held is not None else None,
        "stale": stale,
        "suspended": sorted(current.suspended),
        "age_seconds": round((now - held.published_at).total_seconds()) if held is not None else None,
        "problem": getattr(problem, "code", "internal_error") if problem is not None else None,
        "detail": _detail(problem),
    }


def _detail(problem: Exception | None) -> str | None:
    if isinstance(problem, OF_DATABASE):
        return SILENT
    return problem.message if isinstance(problem, RiskwarnError) else None


def measure(metrics: Metrics, current: Current, now: datetime) -> None:
    """Set what is measured when it is asked."""
    told, held = readiness(current, now), current.held
    metrics.degraded.labels(metrics.worker).set(told["status"] in ("degraded", "unavailable"))
    metrics.stale.labels(metrics.worker).set(told["stale"])
    metrics.failures.labels(metrics.worker).set(current.failures)
    for target in {*current.suspended, *(held.manifest["targets"] if held is not None else ())}:
        metrics.suspended.labels(metrics.worker, target).set(target in current.suspended)
    if held is None:
        return
    metrics.age.labels(metrics.worker).set((now - held.published_at).total_seconds())
    metrics.as_of.labels(metrics.worker).set(datetime.fromisoformat(f"{held.as_of}T00:00:00+00:00").timestamp())
    for source in held.health:
        metrics.source_gap.labels(metrics.worker, source["source"]).set(source["gap"] is not None)
        newest = (source.get("freshness") or {}).get("newest")
        if newest is not None:
            # It is told by the Monday of its week: what is measured begins where that ends.
            age = now - datetime.fromisoformat(f"{newest}T00:00:00+00:00") - timedelta(days=7)
            metrics.source_age.labels(metrics.worker, source["source"]).set(max(0.0, age.total_seconds()))
