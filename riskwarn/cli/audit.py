"""``riskwarn audit``: who did what, as a list, as a file, and whether it is as it was written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from riskwarn.cli import options
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table, local_time
from riskwarn.messages import Message

COLUMNS = ("sequence", "at", "actor", "what", "object", "result", "note", "count", "origin", "purpose")


@click.group("audit")
def command() -> None:
    """See who did what, write it to a file, and see whether anybody tampered with it."""


@command.command("list")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Only from this local time on.")
@click.option("--action", help="Only this action (key.created), or all of one kind (key, read, export).")
@click.option("--object", "object_", metavar="ID", help="Only what was done to this.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="At most so many rows.")
@click.pass_obj
def list_rows(session: Session, since: datetime | None, action: str | None, object_: str | None, limit: int) -> None:
    """List what was done, the newest first."""
    from riskwarn.audit.actions import TITLES
    from riskwarn.audit.listing import Chosen, newest

    home = session.home()
    zone = home.configuration.calendar.timezone
    start = since.replace(tzinfo=zone).astimezone(UTC) if since else None
    rows = [row.as_dict() for row in newest(home, Chosen(start, action, object_), limit)]
    shown = [
        {**row, "at": local_time(row["at"], zone), "what": TITLES.get(row["action"], row["action"])} for row in rows
    ]
    session.emit(rows, table(shown, COLUMNS), paged=True)


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--because", metavar="TEXT", default="", help="What for; kept in the audit, without naming anyone.")
@options.force
@click.pass_obj
def export_rows(session: Session, file: Path, because: str, force: bool) -> None:
    """Write every row to FILE (.jsonl or .csv), with all that its hash is made of."""
    from riskwarn.audit import Action, Entry, record
    from riskwarn.audit.listing import ENDINGS, export
    from riskwarn.files import output_file

    home = session.home()
    path = output_file(file, force=force, endings=ENDINGS)
    record(home, Entry(Action.AUDIT_EXPORTED, note=because), at=datetime.now(UTC))
    rows = export(home, path)
    session.emit({"rows": rows, "path": str(path)}, [Message("{rows} rows: {path}", rows=rows, path=path)])


@command.command("verify")
@click.pass_context
def verify_rows(context: click.Context) -> None:
    """Walk the chain and name the first row that is not as it was written; exit 1 where there is one."""
    from riskwarn.audit.verifying import verify
    from serving.track_record.verifying import audit_anchors

    session: Session = context.obj
    home = session.home()
    found = verify(home, audit_anchors(home))
    lines: list[str | Table] = []
    if found.broken is None:
        lines.append(Message("{rows} rows of the audit are as they were written.", rows=found.rows))
        if found.rows:
            ends = "the chain ends with row {row} at {hash}: note it elsewhere, and any later change is found out"
            lines.append(Message(ends, row=found.head.sequence, hash=found.head.hash))
    elif found.error is not None:
        lines.append(found.error.message)
    session.emit(found.as_dict(), lines)
    context.exit(0 if found.broken is None else 1)


@command.command("anchor")
@click.option("--because", required=True, metavar="TEXT", help="How the file was lost; kept, without naming anyone.")
@click.pass_obj
def anchor(session: Session, because: str) -> None:
    """Note the end of the chain in the home anew, where the file that does was lost; that this was done stays in the audit."""
    from riskwarn.audit import Action, Entry, record
    from riskwarn.audit.heads import write_anew

    home = session.home()
    record(home, Entry(Action.AUDIT_ANCHORED, note=because), at=datetime.now(UTC))
    head = write_anew(home)
    said = Message("the chain ends with row {row} at {hash}", row=head.sequence, hash=head.hash)
    session.emit({"last": head.sequence, "hash": head.hash}, [said])
