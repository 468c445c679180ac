"""``riskwarn ingest``: load exports."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

from riskwarn.cli.map import PRESETS
from riskwarn.cli.session import Session, table

COLUMNS = ("file", "read", "accepted", "duplicates", "corrected", "quarantined", "seconds")

#: Records that a dry run shows.
EXAMPLES = 10


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
@click.option("--dry-run", is_flag=True, help="Show the account that would come, with some records; store nothing.")
@click.option(
    "--force", is_flag=True, help="Load a file that looks like another source, or is refused as far too large."
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
    dry_run: bool,
    force: bool,
) -> None:
    """Load exports of SOURCE (grids first): CSV, Excel, Parquet, JSON lines, or a query (.sql, asked of RISKWARN_SOURCE_URL).

    SOURCE may be left out with --preset, which names it.
    """
    from riskwarn.ingest import ingest
    from riskwarn.ingest.loading.rehearsal import examples, rehearsal
    from riskwarn.mapping import preset_content
    from riskwarn.store import Store

    home = session.home()
    if preset is not None and source not in home.configuration.sources and (Path(source).exists() or not files):
        source, files = str(preset_content(preset)["source"]), (Path(source), *files)
    if not files:
        raise click.UsageError("Missing argument 'FILES...'.")
    taken = exported_at.replace(tzinfo=home.configuration.calendar.timezone) if exported_at else None
    with rehearsal(home) if dry_run else nullcontext(home) as at:
        before = Store(at).version()
        account = ingest(
            at,
            source,
            files,
            mapping=mapping,
            preset=preset,
            exported_at=taken,
            database=session.settings.source_url,
            sheet=sheet,
            force=force,
            now=datetime.now(UTC),
            progress=session.progress,
        )
        shown = (
            [row for load in range(before + 1, Store(at).version() + 1) for row in examples(at, load)]
            if dry_run
            else []
        )
    result = account.as_dict() | ({"examples": shown[:EXAMPLES]} if dry_run else {})
    lines = table([file.as_dict() for file in account.files], COLUMNS)
    if account.dropped_columns:
        lines.append(f"dropped unread: {'、'.join(account.dropped_columns)}")
    lines += [f"note: {note}" for note in (*account.notes, *account.targets)]
    if account.quarantined:
        why = ", ".join(f"{reason} {rows}" for reason, rows in sorted(account.reasons.items()))
        lines.append(f"quarantined: {why}. See riskwarn quarantine list.")
    lines += [f"forced: {why}" for why in account.forced]
    lines += [f"as stored: {', '.join(f'{name} {value}' for name, value in row.items())}" for row in shown[:EXAMPLES]]
    if dry_run:
        lines.append("Nothing was stored. Without --dry-run it is.")
    session.emit(result, lines)
