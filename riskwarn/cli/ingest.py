"""``riskwarn ingest``: load exports."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from riskwarn.cli.map import PRESETS
from riskwarn.cli.session import Session, table

COLUMNS = ("file", "read", "accepted", "duplicates", "corrected", "quarantined", "seconds")


@click.command("ingest")
@click.argument("source")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="A YAML file that says which column is which field.")
@click.option("--preset", type=click.Choice(PRESETS), help="The packaged mapping of a usual department.")
@click.option("--sheet", metavar="NAME|all", help="The sheet of a workbook, by title or number; else each that fits.")
@click.option(
    "--exported-at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="When the export was taken (local time).",
)
@click.pass_obj
def command(
    session: Session,
    source: str,
    files: tuple[Path, ...],
    mapping: Path | None,
    preset: str | None,
    sheet: str | None,
    exported_at: datetime | None,
) -> None:
    """Load exports of SOURCE (grids first): CSV, Excel, Parquet, JSON lines, or a query (.sql, asked of RISKWARN_SOURCE_URL).

    SOURCE may be left out with --preset, which names it.
    """
    from riskwarn.ingest import ingest
    from riskwarn.mapping import preset_content

    home = session.home()
    if preset is not None and source not in home.configuration.sources and (Path(source).exists() or not files):
        source, files = str(preset_content(preset)["source"]), (Path(source), *files)
    if not files:
        raise click.UsageError("Missing argument 'FILES...'.")
    taken = exported_at.replace(tzinfo=home.configuration.calendar.timezone) if exported_at else None
    account = ingest(
        home,
        source,
        files,
        mapping=mapping,
        preset=preset,
        exported_at=taken,
        database=session.settings.source_url,
        sheet=sheet,
        now=datetime.now(UTC),
        progress=session.progress,
    )
    result = account.as_dict()
    lines = table([file.as_dict() for file in account.files], COLUMNS)
    if account.dropped_columns:
        lines.append(f"dropped unread: {'、'.join(account.dropped_columns)}")
    lines += [f"note: {note}" for note in (*account.notes, *account.targets)]
    if account.quarantined:
        why = ", ".join(f"{reason} {rows}" for reason, rows in sorted(account.reasons.items()))
        lines.append(f"quarantined: {why}. See riskwarn quarantine list.")
    session.emit(result, lines)
