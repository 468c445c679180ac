"""``riskwarn quarantine``: what was refused and why."""

from __future__ import annotations

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
    """Write refused rows for the clerk who can repair them: a workbook (.xlsx), else a CSV that Excel opens."""
    import pandas as pd

    from riskwarn.contracts.reasons import REASONS
    from riskwarn.files import atomic
    from riskwarn.store import Store

    rows = [
        {
            "数据": row["source"],
            "文件": row["file_name"],
            "行": row["row"],
            "列": row["column"],
            "原因": REASONS[str(row["reason"])].zh,
            "reason": REASONS[str(row["reason"])].en,
            "repair": REASONS[str(row["reason"])].repair,
        }
        for row in Store(session.home()).quarantined(source)
    ]
    frame = pd.DataFrame(rows, columns=["数据", "文件", "行", "列", "原因", "reason", "repair"])
    with atomic(file.resolve()) as temporary:
        if file.suffix.lower() == ".xlsx":
            frame.to_excel(temporary, index=False, engine="openpyxl")
        else:
            frame.to_csv(temporary, index=False, encoding="utf-8-sig")
    session.emit({"rows": len(rows), "path": str(file.resolve())}, [f"{len(rows)} rows: {file.resolve()}"])
