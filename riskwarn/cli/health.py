"""``riskwarn health``: how each source reports."""

from __future__ import annotations

from datetime import datetime

import click

from riskwarn.cli.session import Session, table

COLUMNS = ("source", "verdict", "records", "newest", "quiet_days", "newest_counts", "expected", "delay_p95", "findings")


@click.command("health")
@click.option("--source", help="Only this source.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Look from this date (default: after the newest record)."
)
@click.pass_obj
def command(session: Session, source: str | None, as_of: datetime | None) -> None:
    """Examine the event sources: freshness, volume, completeness, delays, what later exports changed, and what targets can be learnt."""
    from riskwarn.contracts import contract
    from riskwarn.health import districts_in_force, examine, prospects, usual_as_of
    from riskwarn.store import Store

    home = session.home()
    if source is not None:
        contract(source, home.configuration)
    day = as_of.date() if as_of else usual_as_of(home)
    found = examine(home, day, districts_in_force(home, day), source=source, progress=session.progress)
    rows, lines = [], []
    for one in found:
        told = one.as_dict()
        fresh, volume, delay = told["freshness"] or {}, told["volume"] or {}, told["delay_days"] or {}
        rows.append(
            {
                "source": one.source,
                "verdict": f"{one.verdict.value} {one.verdict.zh}",
                "records": one.records,
                "newest": fresh.get("newest"),
                "quiet_days": fresh.get("quiet_days"),
                "newest_counts": volume.get("observed"),
                "expected": volume.get("expected"),
                "delay_p95": delay.get("p95"),
                "findings": len(one.findings),
            }
        )
        lines += [f"{one.source}: {finding.zh} · {finding.en}" for finding in one.findings]
    targets = prospects(Store(home), home.configuration, source=source)
    lines += [note for target in targets for note in target.notes]
    result = {
        "as_of": day.isoformat(),
        "items": [one.as_dict() for one in found],
        "targets": [target.as_dict() for target in targets],
    }
    session.emit(result, [f"as of {day}", *table(rows, COLUMNS), *([""] if lines else []), *lines])
