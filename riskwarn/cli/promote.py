"""``riskwarn promote``: make a version champion."""

from __future__ import annotations

import click

from riskwarn.cli.session import Session
from riskwarn.messages import Listed, Message


@click.command("promote")
@click.argument("version")
@click.option(
    "--because",
    metavar="TEXT",
    help="Why it is to score; needed where there is not enough evidence or champions would be of several families.",
)
@click.pass_obj
def command(session: Session, version: str, because: str | None) -> None:
    """Make VERSION (such as conflict-4-v7) and all of its family the champions of their target."""
    from training import promote

    done = promote(session.home(), version, because)
    replaced = Message(", in place of {version}", version=done["replaced"]) if done["replaced"] else ""
    said = Message(
        "{version} is the champion of {name}{replaced}. Next: riskwarn score.",
        version=version, name=done["name"], replaced=replaced,
    )  # fmt: skip
    others = [one for one in done["family"] if one != version]
    family = [Message("With it score those of its family: {versions}.", versions=Listed(others))] if others else []
    beside = [
        Message(
            "{version} beside {other}: log loss gain {gain:.4g} [{lower:.4g}, {upper:.4g}] on {effective:.2g} origins whose windows "
            "do not overlap.",
            **one,
        )
        for one in done["compared"]
        if one["gain"] is not None and one["lower"] is not None
    ]  # fmt: skip
    session.emit(done, [*beside, *family, said])
