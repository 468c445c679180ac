"""``riskwarn rollback``: the champions before the present ones."""

from __future__ import annotations

import click

from riskwarn.cli.notices import target_named
from riskwarn.cli.session import Session
from riskwarn.messages import Listed, Message


@click.command("rollback")
@click.argument("target")
@click.option("--because", metavar="TEXT", help="Why the present champions are left.")
@click.pass_obj
def command(session: Session, target: str, because: str | None) -> None:
    """Put the family back that scored TARGET (such as conflict) before the one that was promoted last."""
    from training import rollback

    done = rollback(session.home(), target, because)
    said = Message(
        "{target} is scored by {champions} again, in place of {replaced}. Next: riskwarn score.",
        target=target_named(session.configuration(), target), champions=Listed(done["champions"]), replaced=Listed(done["replaced"]),
    )  # fmt: skip
    session.emit(done, [said])
