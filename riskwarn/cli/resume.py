"""``riskwarn resume``: let a suspended target be served again."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from riskwarn.cli.notices import target_named
from riskwarn.cli.options import some_reason
from riskwarn.cli.session import Session
from riskwarn.messages import Message


@click.command("resume")
@click.argument("target")
@click.option(
    "--because", required=True, metavar="TEXT", callback=some_reason, help="Why; kept in the audit, and names nobody."
)
@click.pass_obj
def command(session: Session, target: str, because: str) -> None:
    """Resume TARGET: it is served again out of snapshots that have it, and published by the next score."""
    from serving.alerts.suspending import resume

    done = resume(session.home(), target, because, now=datetime.now(UTC))
    session.emit(
        done.as_dict(),
        [Message("resumed: {target}", target=target_named(session.configuration(), target)), "Next: riskwarn score."],
    )
