"""``riskwarn restore``: a backup back into a home, looked through before it is put in its place."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskwarn.cli.session import Session
from riskwarn.cli.tables import local_time
from riskwarn.messages import Message

if TYPE_CHECKING:
    from riskwarn.home import Home
    from riskwarn.progress import Progress


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--id-key", type=click.Path(path_type=Path), metavar="FILE", help="The id.key of the home that was backed up."
)
@click.option("--check", "only_check", is_flag=True, help="Only hold the files of the backup against their hashes.")
@click.option("--with-problems", is_flag=True, help="Restore it though verify finds something in it.")
@click.pass_obj
def command(session: Session, folder: Path, id_key: Path | None, only_check: bool, with_problems: bool) -> None:
    """Restore the backup in DIR into a home that is absent or empty (--home).

    The hashes of the backup are read first, then the restored home is looked through as riskwarn verify does; where anything is not as it was
    written, nothing is put in place.
    """
    from riskwarn.backup import check, restore

    if only_check:
        held = check(folder, id_key, session.progress)
        told = {"backup": held.id, "made_at": held.made_at.isoformat(), "files": len(held.files), "bytes": held.size}
        said = "{folder}: {files} files, all as they were written"
        session.emit(told, [Message(said, folder=folder, files=len(held.files))])
        return
    if id_key is None:
        raise click.UsageError("Name the id.key of the home that was backed up with --id-key: it is in no backup.")
    os.umask(0o077)
    done = restore(
        folder,
        session.home_path,
        session.settings,
        id_key,
        _problems,
        now=datetime.now(UTC),
        with_problems=with_problems,
        progress=session.progress,
    )
    home = session.home()
    moment = local_time(done.made_at.isoformat(), home.configuration.calendar.timezone)
    following: list[str] = [
        Message("{home}: restored as it was at {moment}", home=done.home, moment=moment),
        "What was erased, withdrawn, suspended or revoked since then is back: do that again before anybody asks the server.",
        *done.problems,
    ]
    session.emit(done.as_dict(), following)


def _problems(home: Home, progress: Progress) -> list[str]:
    """What riskwarn verify finds. Secrets are not looked at: their key file may come later."""
    from riskwarn.cli.verify import KEPT, looked_through

    return [problem for one in looked_through(home, progress, KEPT) for problem in one["problems"]]
