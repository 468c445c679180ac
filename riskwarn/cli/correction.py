"""``riskwarn correction``: ask the departments about what was contested."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import click

from riskwarn.cli import options
from riskwarn.cli.session import Session
from riskwarn.messages import Message


@click.group("correction")
def command() -> None:
    """Ask the departments that provided records about what was contested."""


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--since", type=options.DAY, help="What was contested since this day (default: 28 days ago).")  # fmt: skip
@options.force
@click.pass_obj
def export(session: Session, file: Path, since: date | None, force: bool) -> None:
    """Write what was contested into FILE (.csv or .xlsx): source, unit, matter and week, never an id.

    The department corrects its records; its next export carries the correction to scores, reasons and alerts.
    """
    from riskwarn.cli.written import checked_file
    from serving.alerts.corrections import contested, corrections_table
    from serving.alerts.tickets import write_tickets

    checked_file(file, force)
    home = session.home()
    zone = home.configuration.calendar.timezone
    day = since or (datetime.now(zone) - timedelta(days=28)).date()
    with home.database.connect() as connection:
        rows = contested(connection, day, zone)
    names = {name: one.zh for name, one in home.configuration.sources.items() if one.zh}
    write_tickets(file, corrections_table(rows, names))
    said = Message("{questions} questions: {file}", questions=len(rows), file=file)
    session.emit({"file": str(file.resolve()), "questions": rows}, [said])
