"""``riskwarn audit-data``: what in the data would make a model look better than it is."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Message

COLUMNS = ("check", "subject", "figure", "limit")


@click.command("audit-data")
@click.option("--target", help="Only this target.")
@click.option("--strict", is_flag=True, help="Exit with 1 where anything was found.")
@click.pass_context
def command(context: click.Context, target: str | None, strict: bool) -> None:
    """Look for leakage before training: columns that know the outcome, labels that move, times that cannot be, dates that were filled in."""
    from training.audits.leakage import CHECKS
    from training.routines.audit_data import audit_data

    session: Session = context.obj
    found = audit_data(session.home_with_families(), target=target, now=datetime.now(UTC), progress=session.progress)
    rows = [{**one.as_dict(), "check": CHECKS[one.check]} for one in found.findings]
    said: list[str | Table] = [Message("as of {day}", day=found.as_of)]
    if found.findings:
        said += [*table(rows, COLUMNS), "", *(one.sentence for one in found.findings)]
        said.append(
            Message("A finding is no error: somebody who knows the source should look at it before riskwarn train.")
        )
    else:
        said.append(
            Message(
                "nothing found in {columns} columns and {sources} sources. Next: riskwarn train",
                columns=found.columns, sources=len(found.sources),
            )
        )  # fmt: skip
    session.emit(found.as_dict(), said)
    if strict and found.findings:
        context.exit(1)
