"""``riskwarn snapshots``: what was published, taking one back, and rebuilding one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.notices import target_named
from riskwarn.cli.options import some_reason
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table, local_time
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from serving.snapshots.replay import Replay

COLUMNS = ("id", "as_of", "published_at", "state", "because", "models")


@click.group("snapshots")
def command() -> None:
    """See what was published, take a snapshot back, or rebuild one."""


@command.command("list")
@click.pass_obj
def list_snapshots(session: Session) -> None:
    """List the published snapshots, the latest first."""
    from serving.snapshots.listed import listed_snapshots
    from serving.snapshots.suspensions import suspensions_of

    home = session.home()
    zone = home.configuration.calendar.timezone
    rows = listed_snapshots(home)
    shown = [{**row, "published_at": local_time(row["published_at"], zone), "state": _state(row)} for row in rows]
    following: list[str] = [] if rows else ["Nothing has been published yet: run riskwarn score."]
    following += [
        Message(
            "{target} is suspended since {at} ({because}): nothing of it is served.",
            target=target_named(session.configuration(), one.target), at=local_time(one.at.isoformat(), zone), because=one.because,
        )
        for one in suspensions_of(home).values()
    ]  # fmt: skip
    session.emit(rows, [*table(shown, COLUMNS), *following], paged=True)


@command.command("withdraw")
@click.argument("snapshot")
@click.option(
    "--because",
    required=True,
    metavar="TEXT",
    callback=some_reason,
    help="Why; kept with the snapshot, and names nobody.",
)
@click.pass_obj
def withdraw_snapshot(session: Session, snapshot: str, because: str) -> None:
    """Take SNAPSHOT back: the one before becomes current, and running servers switch within a second."""
    from serving.publishing.withdraw import withdraw

    done = withdraw(session.home(), snapshot, because, now=datetime.now(UTC), progress=session.progress)
    current = (
        Message("current is now {snapshot}", snapshot=done.current)
        if done.current is not None
        else Message("no snapshot is current any more: run riskwarn score")
    )
    said = Message("withdrawn: {snapshot}, with {alerts} open alerts", snapshot=done.snapshot, alerts=done.alerts)
    session.emit(done.as_dict(), [said, current])


@command.command("replay")
@click.argument("snapshot")
@click.option("--repair", is_flag=True, help="Put back files that are damaged or gone.")
@click.pass_context
def replay_snapshot(context: click.Context, snapshot: str, repair: bool) -> None:
    """Rebuild SNAPSHOT from what it names and say in what it differs; exit 1 where it does, or where files stay damaged."""
    from serving.snapshots.replay import replay

    session: Session = context.obj
    done = replay(session.home(), snapshot, repair=repair, progress=session.progress)
    session.emit(done.as_dict(), _lines(done))
    context.exit(0 if done.equal and set(done.damaged) <= set(done.repaired) else 1)


def _lines(done: Replay) -> list[str | Table]:
    """What a replay found."""
    lines: list[str | Table] = [
        Message("{snapshot} is rebuilt byte for byte.", snapshot=done.snapshot)
        if done.equal
        else Message("{snapshot} is rebuilt to something else:", snapshot=done.snapshot)
    ]
    rows: list[dict[str, Any]] = []
    for one in done.differs:
        if one["rows"] is not None:
            old, new = one["rows"]
            rows.append(
                {"file": one["file"], "column": None, "cells": Message("{old} rows, now {new}", old=old, new=new)}
            )
        rows += [{"file": one["file"], "column": name, "cells": cells} for name, cells in one["columns"].items()]
        if one["rows"] is None and not one["columns"]:
            rows.append({"file": one["file"], "column": None, "cells": None})
    if rows:
        lines += table(rows, ("file", "column", "cells"))
    mended = Listed(done.repaired)
    left = Listed(name for name in done.damaged if name not in done.repaired)
    if mended:
        lines.append(Message("put back: {files}", files=mended))
    if left and done.equal:
        lines.append(Message("damaged or gone: {files}; --repair puts them back", files=left))
    elif left:
        lines.append(Message("damaged or gone, and not rebuilt to what they were: {files}", files=left))
    return lines


def _state(row: dict[str, Any]) -> Message:
    """How a snapshot stands, as a cell of the table."""
    if row["withdrawn"]:
        return Message("withdrawn")
    if not row["files"]:
        return Message("no longer kept")
    return Message("current") if row["current"] else Message("kept")
