"""``riskwarn backup``: all that a home keeps, in one folder, made while it serves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from riskwarn.cli.session import Session
from riskwarn.messages import Listed, Message


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="An earlier backup on the same disk; what has not changed is linked from there.",
)
@click.pass_context
def command(context: click.Context, folder: Path, previous: Path | None) -> None:
    """Back the home up into DIR, a new or empty folder, while it serves and loads; the files of keys are not in it.

    Exit 1 where a file of the home is not as it was written: the backup is made, and names it.
    """
    from riskwarn.backup import make_backup

    session: Session = context.obj
    home = session.home()
    made = make_backup(home, folder, now=datetime.now(UTC), previous=previous, progress=session.progress)
    said = "{folder}: {files} files, {megabytes} MB, {linked} of them linked from the earlier backup"
    lines: list[str] = [
        Message(said, folder=made.folder, files=made.files, megabytes=f"{made.bytes / 1e6:.1f}", linked=made.linked)
    ]
    if home.settings.tracking_uri is not None:
        lines.append("The tracking server is not in it: back it up by its own means.")
    if made.left_out:
        lines.append(Message("Not in it, and no part of a home: {names}", names=Listed(made.left_out)))
    keys = Listed(made.keys)
    lines.append(Message("Keep these elsewhere: they are not in it, and are needed beside it: {keys}", keys=keys))
    if made.damaged:
        lines.append(Message("Not as they were written, in the home already: {files}", files=Listed(made.damaged)))
    session.emit(made.as_dict(), lines)
    context.exit(1 if made.damaged else 0)
