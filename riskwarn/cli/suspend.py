"""``riskwarn suspend``: stop publishing and serving a target."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from riskwarn.cli.notices import target_named
from riskwarn.cli.options import some_reason
from riskwarn.cli.session import Session
from riskwarn.messages import Message


@click.command("suspend")
@click.argument("target")
@click.option(
    "--because", required=True, metavar="TEXT", callback=some_reason, help="Why; kept in the audit, and names nobody."
)
@click.pass_obj
def command(session: Session, target: str, because: str) -> None:
    """Suspend TARGET: running servers serve nothing of it within a second, score leaves it out, its live alerts are withdrawn."""
    from serving.alerts.suspending import suspend

    done = suspend(session.home(), target, because, now=datetime.now(UTC))
    said = Message(
        "suspended: {target}, with {alerts} live alerts",
        target=target_named(session.configuration(), target),
        alerts=done.alerts,
    )
    session.emit(done.as_dict(), [said, Message("riskwarn resume {target} lets it be served again.", target=target)])
