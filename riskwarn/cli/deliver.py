"""``riskwarn deliver``: carry what is due and end, for where no server runs."""

from __future__ import annotations

import asyncio

import click

from riskwarn.cli.session import Session
from riskwarn.messages import Message


@click.command("deliver")
@click.pass_obj
def command(session: Session) -> None:
    """Deliver the messages that are due, and end; safe from cron. A server (riskwarn serve) does it by itself, and where one does nothing is done here."""
    from serving.delivery.dispatcher import Dispatcher

    counts = asyncio.run(Dispatcher(session.home()).drain())
    told = {name: counts[name] for name in ("delivered", "retried", "expired", "dead")}
    said = "{delivered} delivered, {retried} to be tried again, {expired} over before they arrived, {dead} given up"
    session.emit(told, [Message(said, **told)])
