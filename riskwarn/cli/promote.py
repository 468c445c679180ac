"""``riskwarn promote``: make a version champion."""

from __future__ import annotations

import click

from riskwarn.cli.session import Session


@click.command("promote")
@click.argument("version")
@click.pass_obj
def command(session: Session, version: str) -> None:
    """Make VERSION (such as conflict-4-v7) the champion of its target and horizon."""
    from training import promote

    done = promote(session.home(), version)
    replaced = f", in place of {done['replaced']}" if done["replaced"] else ""
    session.emit(done, [f"{version} is the champion of {done['name']}{replaced}. Next: riskwarn score."])
