"""``riskwarn quarantine``: what was refused and why, and what a repaired file brings in order."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from riskwarn.cli.ingest import left_out_said
from riskwarn.cli.options import force as force_option
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Message

COLUMNS = ("source", "file_name", "row", "column", "value_class", "reason")
FOR_THE_CLERK = ("数据", "文件", "行", "列", "原因", "如何修复", "reason", "repair")


@click.group("quarantine")
def command() -> None:
    """See the rows that were refused; their content is never kept."""


@command.command("list")
@click.option("--source", help="Only this source.")
@click.option("--all", "everything", is_flag=True, help="Also rows that a later file has repaired.")
@click.option("--rows", "single", is_flag=True, help="A line a row, instead of a line a reason.")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="Lines of the table (JSON has all rows)."
)
@click.pass_obj
def list_rows(session: Session, source: str | None, everything: bool, single: bool, limit: int) -> None:
    """List what was refused by reason, with counts and the first rows of each; JSON has every row."""
    rows = _refused(session, source, everything)
    if not session.as_json and not single and not everything:
        session.emit(None, _by_reason(rows, limit, session.language), paged=True)
        return
    shown = (*COLUMNS, "repaired") if everything else COLUMNS
    lines: list[str | Table] = [*table(rows[:limit], shown)]
    if len(rows) > limit:
        lines.append(Message("… and {more} more (--limit, or quarantine export FILE)", more=len(rows) - limit))
    session.emit([{name: row[name] for name in shown} for row in rows], lines)


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--source", help="Only this source.")
@force_option
@click.pass_obj
def export(session: Session, file: Path, source: str | None, force: bool) -> None:
    """Write refused rows for the clerk who can repair them: a workbook (.xlsx), or a CSV that Excel opens."""
    from riskwarn.files import output_file
    from riskwarn.store.repairs import NOT_LOADED

    path = output_file(file, force=force, endings=(".xlsx", ".csv"))
    rows = _refused(session, source, everything=False)
    repairable = [row for row in rows if row["reason"] != NOT_LOADED]
    if file.suffix.lower() == ".xlsx":
        from riskwarn.health.workbook import write_workbook
        from riskwarn.store import ledger

        write_workbook(path, rows, ledger(session.home()))
    else:
        _write_csv(path, repairable)
    kept = len(rows) - len(repairable)
    said = Message("{rows} rows: {path}", rows=len(repairable), path=path)
    by_rule = [Message("{rows} more are by rule not loaded: nobody has to repair them.", rows=kept)] if kept else []
    session.emit({"rows": len(repairable), "not_loaded": kept, "path": str(path)}, [said, *by_rule])


@command.command("retry")
@click.argument("source")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="A YAML file that says which column is which field.")
@click.option("--sheet", metavar="NAME|all", help="The sheet of a workbook, by title or number; else each that fits.")
@click.option(
    "--exported-at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="When the export was taken (local time).",
)
@click.pass_obj
def retry(
    session: Session, source: str, file: Path, mapping: Path | None, sheet: str | None, exported_at: datetime | None
) -> None:
    """Load the repaired FILE of SOURCE and settle the refused rows that it brings in order."""
    from riskwarn.ingest import retry

    home, source = session.home(), session.source(source)
    taken = exported_at.replace(tzinfo=home.configuration.calendar.timezone) if exported_at else None
    done = retry(
        home,
        source,
        file,
        mapping=mapping,
        sheet=sheet,
        exported_at=taken,
        now=datetime.now(UTC),
        progress=session.progress,
    )
    account = done.account
    lines = [
        Message(
            "waiting for repair: {before} before, {after} now; {repaired} repaired",
            before=done.before, after=done.after, repaired=done.repaired,
        ),
        Message(
            "read {read}, accepted {accepted}, duplicates {duplicates}, corrected {corrected}, quarantined {quarantined}",
            read=account.read, accepted=account.accepted, duplicates=account.duplicates, corrected=account.corrected,
            quarantined=account.quarantined,
        ),
    ]  # fmt: skip
    if account.left_out:
        lines.append(Message("Next: {following}.", following=left_out_said(account.left_out)))
    session.emit(done.as_dict(), lines)


@command.command("dismiss")
@click.option("--because", required=True, help="Why nobody will repair them; kept, without naming anyone.")
@click.option("--source", help="Only of this source.")
@click.option("--file", help="Only of this file, as the list shows it.")
@click.option("--reason", help="Only those refused for this reason (a code of quarantine list --rows).")
@click.option(
    "--row", "numbers", type=int, multiple=True, help="Only this row of the file; may be given several times."
)
@click.pass_obj
def dismiss(
    session: Session, because: str, source: str | None, file: str | None, reason: str | None, numbers: tuple[int, ...]
) -> None:
    """Take refused rows off the list that are no records (totals, signatures) or that nobody will repair."""
    from riskwarn.store.dismissal import Chosen, dismiss

    if source is None and file is None and reason is None:
        raise click.UsageError("Say which: --source, --file or --reason.")
    if numbers and file is None:
        raise click.UsageError("--row needs --file: rows are numbered in their file.")
    home = session.home()
    chosen = Chosen(session.source(source) if source else None, file, reason, numbers or None)
    rows = dismiss(home, chosen, because=because, now=datetime.now(UTC))
    session.emit({"dismissed": rows}, [Message("{rows} refused row(s) are off the list.", rows=rows)])


def _by_reason(rows: list[dict[str, Any]], limit: int, language: str) -> list[str | Table]:
    from riskwarn.contracts.reasons import REASONS, REPAIRS_ZH
    from riskwarn.health.refused import by_reason, by_rule

    groups, chinese = by_reason(rows), language == "zh"
    shown = [
        {
            "rows": group.rows,
            "source": group.source,
            "file": group.file_name,
            "column": group.column,
            "what is wrong": REASONS[group.reason].zh if chinese else group.what,
            "in rows": ", ".join(group.examples) + (" …" if group.rows > len(group.examples) else ""),
            "repair": REPAIRS_ZH[group.reason] if chinese else group.repair,
        }
        for group in groups[:limit]
    ]
    lines: list[str | Table] = [*table(shown)] if groups else ["Nothing waits for repair."]
    if len(groups) > limit:
        lines.append(Message("… and {more} more (--limit)", more=len(groups) - limit))
    if groups:
        waiting = sum(group.rows for group in groups)
        exported = "{rows} rows wait for repair: riskwarn quarantine export FILE.xlsx writes them for the clerk."
        lines.append(Message(exported, rows=waiting))
    for (name, rule), count in by_rule(rows).items():
        lines.append(Message("not loaded by rule ({source}): {rows} rows, {rule}", source=name, rows=count, rule=rule))
    return lines


def _refused(session: Session, source: str | None, everything: bool) -> list[dict[str, Any]]:
    from riskwarn.store import Store

    home = session.home()
    if source is not None:
        source = session.source(source)
    return [row for row in Store(home).quarantined(source) if everything or not row["repaired"]]


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    import csv

    from riskwarn.contracts import declared
    from riskwarn.contracts.reasons import REASONS, REPAIRS_ZH
    from riskwarn.files import atomic, uncomputed
    from riskwarn.health.workbook import column_zh

    with atomic(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(FOR_THE_CLERK)
        for row in rows:
            why = REASONS[row["reason"]]
            column = column_zh(row["source"], row["column"])
            source = declared(row["source"]).zh
            cells = (source, row["file_name"], row["row"], column, why.zh, REPAIRS_ZH[row["reason"]])
            writer.writerow([*map(uncomputed, cells), why.en, why.repair])
