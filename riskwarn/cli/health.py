"""``riskwarn health``: how each source reports."""

from __future__ import annotations

from datetime import date

import click

from riskwarn.cli import options
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Message

COLUMNS = ("source", "verdict", "records", "newest", "quiet_days", "newest_counts", "expected", "delay_p95", "findings")


@click.command("health")
@click.option("--source", help="Only this source.")
@options.as_of
@click.pass_obj
def command(session: Session, source: str | None, as_of: date | None) -> None:
    """Examine the event sources: freshness, volume, completeness, delays, what later exports changed, and what targets can be learnt."""
    from riskwarn.health import districts_in_force, examine, prospects, usual_as_of
    from riskwarn.store import Store

    home = session.home_with_families()
    source = session.source(source) if source else None
    chinese = session.language == "zh"
    day = as_of or usual_as_of(home)
    found = examine(home, day, districts_in_force(home, day), source=source, progress=session.progress)
    rows, lines = [], []
    for one in found:
        told = one.as_dict()
        fresh, volume, delay = told["freshness"] or {}, told["volume"] or {}, told["delay_days"] or {}
        rows.append(
            {
                "source": one.source,
                "verdict": one.verdict.zh if chinese else one.verdict.value,
                "records": one.records,
                "newest": fresh.get("newest"),
                "quiet_days": fresh.get("quiet_days"),
                "newest_counts": volume.get("observed"),
                "expected": volume.get("expected"),
                "delay_p95": delay.get("p95"),
                "findings": len(one.findings),
            }
        )
        lines += [f"{one.source}: {finding.zh if chinese else finding.en}" for finding in one.findings]
    targets = prospects(Store(home), home.configuration, source=source)
    lines += [note for target in targets for note in target.notes]
    result = {
        "as_of": day.isoformat(),
        "items": [one.as_dict() for one in found],
        "targets": [target.as_dict() for target in targets],
    }
    waiting = any(one.refused for one in found)
    following = [
        "Next: riskwarn quarantine export FILE.xlsx writes the refused rows for those who can repair them."
        if waiting
        else "Next: riskwarn train learns from these sources; riskwarn score publishes with the champions."
    ]
    said: list[str | Table] = [
        Message("as of {day}", day=day),
        *table(rows, COLUMNS),
        *([""] if lines else []),
        *lines,
        *following,
    ]
    session.emit(result, said)
