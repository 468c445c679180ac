"""``riskwarn loads``: the ledger of loads, and taking one back."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.ingest import columns_of
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table, local_time
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from riskwarn.store.ledger import LedgerRow

COLUMNS = (
    "load", "source", "file", "exported_at", "accepted", "quarantined", "left_out", "state", "corrected", "duplicates",
)  # fmt: skip


@click.group("loads")
def command() -> None:
    """See what was loaded, and take a load back."""


@command.command("list")
@click.option("--source", help="Only this source.")
@click.pass_obj
def list_loads(session: Session, source: str | None) -> None:
    """List every load, oldest first, and whether it still counts."""
    from riskwarn.store import ledger

    home = session.home()
    zone = home.configuration.calendar.timezone
    rows = [_as_dict(row, zone) for row in ledger(home, session.source(source) if source else None)]
    shown = [{**row, "exported_at": local_time(row["exported_at"], zone), "state": _state(row)} for row in rows]
    forced = [
        Message("{load}: forced: {reason}", load=row["load"], reason=why) for row in rows for why in row["forced"]
    ]
    columns = columns_of(COLUMNS, [row["left_out"] for row in rows])
    session.emit(rows, [*table(shown, columns), *forced], paged=True)


@command.command("undo")
@click.argument("load", type=int)
@click.option("--because", help="Why; kept in the ledger.")
@click.option("--with-later", is_flag=True, help="Take back the later loads that lean on it too.")
@click.pass_obj
def undo(session: Session, load: int, because: str | None, with_later: bool) -> None:
    """Take LOAD back: a new version of the store, in which it never happened. Older snapshots can still be rebuilt."""
    from riskwarn.store import undo

    home = session.home()
    done = undo(home, load, because=because, with_later=with_later, now=datetime.now(UTC))
    zone = home.configuration.calendar.timezone
    again = [
        {"source": row.source, "file": row.file_name, "exported_at": row.exported_at.astimezone(zone).isoformat()}
        for row in done.again
    ]
    lines: list[str | Table] = [
        Message(
            "undone: {loads}; the store is now at {version}",
            loads=Listed(done.loads), version=done.version,
        )
    ]  # fmt: skip
    if again:
        lines += ["Load these again, in this order (they hold records of their own):", *table(again)]
    session.emit({"undone": list(done.loads), "version": done.version, "load_again": again}, lines)


def _as_dict(row: LedgerRow, zone: tzinfo) -> dict[str, Any]:
    state = "in force" if row.stands else Message("undone by {load}", load=row.undone_by)
    return {
        "load": row.load_id,
        "source": row.source,
        "file": row.file_name,
        "loaded_at": row.loaded_at.isoformat(),
        "exported_at": row.exported_at.astimezone(zone).isoformat(),
        **row.counts,
        "state": "erasure" if row.erases is not None else state if row.undoes is None else f"undoes {row.undoes}",
        "forced": list(row.account.get("forced", [])),
        "undoes": row.undoes,
        "undone_by": row.undone_by,
        "because": row.because,
    }


def _state(row: dict[str, Any]) -> Message:
    """How a load stands, as a cell of the table."""
    if row["undone_by"] is not None:
        return Message("undone by {load}", load=row["undone_by"])
    if row["state"] == "erasure":
        return Message("erasure")
    if row["forced"]:
        return Message("forced")
    return Message("in force") if row["undoes"] is None else Message("undoes {load}", load=row["undoes"])
