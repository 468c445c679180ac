"""``riskwarn update``: the nightly routine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from riskwarn.cli.features import table_built
from riskwarn.cli.load import accounts, file_and_sheet
from riskwarn.cli.score import published, say_what_is_missing
from riskwarn.cli.session import Session
from riskwarn.messages import Message


@click.command("update")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_context
def command(context: click.Context, folder: Path | None) -> None:
    """Load what is new in the inbox FOLDER, renew the features, and publish the score; made for cron.

    The folder is the one that riskwarn.yaml declares (inbox), else inbox in the home. Files are known again by their content and
    stay where they are.
    """
    from serving.publishing.update import update

    session: Session = context.obj
    home = session.home()
    done = update(home, folder, now=datetime.now(UTC), progress=session.progress)
    inbox = done.inbox
    lines = [
        *accounts(session, inbox.done, inbox.failed),
        *(
            Message("skipped: {file}: {reason}", file=file_and_sheet(one.file, one.sheet), reason=one.reason)
            for one in inbox.skipped
        ),
        Message(
            "{folder}: {new} tables loaded, {failed} not loaded, {known} files known",
            folder=inbox.folder, new=len(inbox.done), failed=len(inbox.failed), known=inbox.known,
        ),
        *([table_built(done.built)] if done.built else []),
        *(published(done.published, session.configuration()) if done.published else []),
    ]  # fmt: skip
    session.emit(done.as_dict(), lines)
    if done.stopped is not None:
        raise done.stopped
    say_what_is_missing(session, home)
    context.exit(0 if done.complete else 1)
