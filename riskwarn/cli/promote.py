"""``riskwarn promote``: make a version champion."""

from __future__ import annotations

import click

from riskwarn.cli.session import Session
from riskwarn.messages import Message


@click.command("promote")
@click.argument("version")
@click.pass_obj
def command(session: Session, version: str) -> None:
    """Make VERSION (such as conflict-4-v7) the champion of its target and horizon."""
    from training import promote

    done = promote(session.home(), version)
    replaced = Message(", in place of {version}", version=done["replaced"]) if done["replaced"] else ""
    said = Message(
        "{version} is the champion of {name}{replaced}. Next: riskwarn score.",
        version=version, name=done["name"], replaced=replaced,
    )  # fmt: skip
    session.emit(done, [said])
