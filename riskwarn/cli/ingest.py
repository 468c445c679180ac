"""``riskwarn ingest``: load exports."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskwarn.cli.map import PRESETS
from riskwarn.cli.session import Session, table
from riskwarn.cli.several import Outcome, load_each
from riskwarn.cli.tables import Table
from riskwarn.messages import Joined, Message

if TYPE_CHECKING:
    from riskwarn.ingest.loading.account import Account

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

    Each file is a load of its own: where one cannot be loaded the others are, and the last line says which. SOURCE may be
    its Chinese name, and may be left out with --preset, which names it.
    """
    from riskwarn.contracts import contract
    from riskwarn.ingest import ingest
    from riskwarn.ingest.loading.account import together
    from riskwarn.mapping import preset_content

    home = session.home()
    if preset is not None and source not in home.configuration.sources and (Path(source).exists() or not files):
        source, files = str(preset_content(preset)["source"]), (Path(source), *files)
    if not files:
        raise click.UsageError("Missing argument 'FILES...'.")
    source = contract(session.source(source), home.configuration).source
    taken = exported_at.replace(tzinfo=home.configuration.calendar.timezone) if exported_at else None

    def load(file: Path) -> Account:
        return ingest(
            home,
            source,
            [file],
            mapping=mapping,
            preset=preset,
            exported_at=taken,
            database=session.settings.source_url,
            sheet=sheet,
            now=datetime.now(UTC),
            progress=session.progress,
        ).files[0]

    outcome = load_each(files, load)
    if len(outcome.files) > 1 or not outcome.failed:
        account = together(source, list(outcome.accounts.values()))
        result = {**account.as_dict(), "errors": outcome.failures()} if outcome.failed else account.as_dict()
        session.emit(result, _lines(session, account, outcome))
    if outcome.failed:
        raise outcome.error()


def _lines(session: Session, account: Account, outcome: Outcome) -> list[str | Table]:
    lines: list[str | Table] = [*table([file.as_dict() for file in account.files], COLUMNS)] if account.files else []
    if account.dropped_columns:
        lines.append(Message("dropped unread: {columns}", columns="、".join(account.dropped_columns)))
    lines += [Message("note: {note}", note=note) for note in account.notes]
    if account.quarantined:
        why = [
            Message("{reason} {rows}", reason=reason_said(reason, session.language), rows=rows)
            for reason, rows in sorted(account.reasons.items(), key=lambda one: -one[1])
        ]
        lines.append(Message("quarantined: {reasons}. See riskwarn quarantine list.", reasons=Joined(", ", why)))
    lines += [
        Message("{file} was not loaded: {problem}", file=file, problem=error.message)
        for file, error in outcome.errors.items()
    ]
    if account.files and not outcome.failed:
        following = (
            "Next: the event sources (riskwarn ingest disputes FILE, and the others that there are)."
            if account.source == "grids"
            else "Next: riskwarn health shows how the sources report; riskwarn train learns from them."
        )
        lines.append(following)
    return lines


def reason_said(reason: str, language: str) -> str:
    """Why rows were refused, in words; the code where there are none."""
    from riskwarn.contracts.reasons import REASONS

    why = REASONS.get(reason)
    return reason if why is None else why.zh if language == "zh" else why.en
