"""``riskwarn score``: publish a snapshot."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from riskwarn.cli.session import Session


@click.command("score")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Look from this date (default: after the newest record)."
)
@click.pass_obj
def command(session: Session, as_of: datetime | None) -> None:
    """Score the city with its champions, publish the snapshot and raise alerts."""
    from serving import publish

    done = publish(session.home(), as_of.date() if as_of else None, now=datetime.now(UTC), progress=session.progress)
    lines = [
        f"snapshot {done.snapshot}: {done.grids} grids as of {done.as_of}, {done.alerts} new alerts, {done.seconds:.1f} s",
        f"models: {', '.join(done.models)}",
    ]
    if done.gaps:
        lines.append(f"data gaps: {', '.join(done.gaps)}; levels that rest on them are unknown (riskwarn health)")
    lines.append("Next: riskwarn serve.")
    session.emit(done.as_dict(), lines)
