"""``riskwarn quarantine``: what was refused and why."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from riskwarn.cli.session import Session, table

COLUMNS = ("source", "file_name", "row", "column", "value_class", "reason")


@click.group("quarantine")
def command() -> None:
    """See the rows that were refused; their content is never kept."""


@command.command("list")
@click.option("--source", help="Only this source.")
@click.option("--limit", default=50, show_default=True, help="Rows of the table (JSON has all).")
@click.pass_obj
def list_rows(session: Session, source: str | None, limit: int) -> None:
    """List refused rows: file, row, column, class of the value, reason."""
    from riskwarn.contracts import contract
    from riskwarn.store import Store

    home = session.home()
    if source is not None:
        contract(source, home.configuration)
    rows = Store(home).quarantined(source)
    lines = table(rows[:limit], COLUMNS)
    if len(rows) > limit:
        lines.append(f"… and {len(rows) - limit} more (--limit, or quarantine export FILE)")
    session.emit([{name: row[name] for name in COLUMNS} for row in rows], lines)


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--source", help="Only this source.")
@click.pass_obj
def export(session: Session, file: Path, source: str | None) -> None:
    """Write refused rows to a CSV that Excel opens."""
    from riskwarn.files import atomic
    from riskwarn.store import Store

    rows = Store(session.home()).quarantined(source)
    with atomic(file.resolve()) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    session.emit({"rows": len(rows), "path": str(file.resolve())}, [f"{len(rows)} rows: {file.resolve()}"])
