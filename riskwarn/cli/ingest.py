"""``riskwarn ingest``: load exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.session import Session, table
from riskwarn.cli.several import Outcome, load_each
from riskwarn.cli.tables import Table
from riskwarn.messages import Joined, Listed, Message
from riskwarn.words import PRESETS

if TYPE_CHECKING:
    from riskwarn.home import Home
    from riskwarn.ingest.loading.account import Account

COLUMNS = ("file", "read", "accepted", "duplicates", "corrected", "quarantined", "left_out", "seconds")

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

    Each file is a load of its own: where one cannot be loaded the others are, and the last line says which. SOURCE may be
    its Chinese name, and may be left out with --preset, which names it.
    """
    from riskwarn.contracts import contract
    from riskwarn.health import prospects
    from riskwarn.ingest import ingest
    from riskwarn.ingest.loading.account import together
    from riskwarn.mapping import preset_content
    from riskwarn.store import Store

    home = session.home()
    if preset is not None and source not in home.configuration.sources and (Path(source).exists() or not files):
        source, files = str(preset_content(preset)["source"]), (Path(source), *files)
    if not files:
        raise click.UsageError("Missing argument 'FILES...'.")
    source = contract(session.source(source), home.configuration).source
    taken = exported_at.replace(tzinfo=home.configuration.calendar.timezone) if exported_at else None
    shown: list[dict[str, object]] = []
    with _place(home, dry_run, shown) as at:

        def load(file: Path) -> Account:
            return ingest(
                at,
                source,
                [file],
                mapping=mapping,
                preset=preset,
                exported_at=taken,
                database=session.settings.source_url,
                sheet=sheet,
                force=force,
                foretell=False,
                now=datetime.now(UTC),
                progress=session.progress,
            ).files[0]

        outcome = load_each(files, load)
        foretold = prospects(Store(at), home.configuration, source=source, feeds=False) if outcome.accounts else []
    if len(outcome.files) > 1 or not outcome.failed:
        account = together(source, list(outcome.accounts.values()))
        account = replace(account, targets=tuple(note for one in foretold for note in one.notes))
        result: dict[str, Any] = account.as_dict()
        if outcome.failed:
            result["errors"] = outcome.failures()
        if dry_run:
            result["examples"] = shown
        session.emit(result, [*_lines(session, account, outcome, dry_run), *_examples(shown, dry_run)])
    if outcome.failed:
        raise outcome.error()


@contextmanager
def _place(home: Home, dry_run: bool, shown: list[dict[str, object]]) -> Iterator[Home]:
    """The home itself, or for a dry run a copy that is thrown away; of that some of the new records are left in `shown`."""
    if not dry_run:
        yield home
        return
    from riskwarn.ingest.loading.rehearsal import examples, rehearsal
    from riskwarn.store import Store

    with rehearsal(home) as tried:
        before = Store(tried).version()
        yield tried
        for load in range(before + 1, Store(tried).version() + 1):
            shown += examples(tried, load)[: EXAMPLES - len(shown)]


def _examples(shown: list[dict[str, object]], dry_run: bool) -> list[str]:
    if not dry_run:
        return []
    rows = [Listed(f"{name} {value}" for name, value in row.items()) for row in shown]
    return [
        *(Message("as stored: {record}", record=row) for row in rows),
        "Nothing was stored. Without --dry-run it is.",
    ]


def _lines(session: Session, account: Account, outcome: Outcome, dry_run: bool) -> list[str | Table]:
    lines: list[str | Table] = (
        [
            *table(
                [file.as_dict() for file in account.files], columns_of(COLUMNS, [one.left_out for one in account.files])
            )
        ]
        if account.files
        else []
    )
    if account.dropped_columns:
        lines.append(Message("dropped unread: {columns}", columns="、".join(account.dropped_columns)))
    lines += [Message("note: {note}", note=note) for note in (*account.notes, *account.targets)]
    if account.quarantined:
        why = [
            Message("{reason} {rows}", reason=reason_said(reason, session.language), rows=rows)
            for reason, rows in sorted(account.reasons.items(), key=lambda one: -one[1])
        ]
        lines.append(Message("quarantined: {reasons}. See riskwarn quarantine list.", reasons=Joined(", ", why)))
    lines += [Message("forced: {reason}", reason=why) for why in account.forced]
    lines += [
        Message("{file} was not loaded: {problem}", file=file, problem=error.message)
        for file, error in outcome.errors.items()
    ]
    if account.files and not outcome.failed and not dry_run:
        following = (
            Message("Next: {following}.", following=left_out_said(account.left_out))
            if account.left_out
            else "Next: the event sources (riskwarn ingest disputes FILE, and the others that there are)."
            if account.source == "grids"
            else "Next: riskwarn health shows how the sources report; riskwarn train learns from them."
        )
        lines.append(following)
    return lines


def columns_of(columns: Sequence[str], left_out: Iterable[int | None]) -> tuple[str, ...]:
    """The columns of a table of accounts: that of the rows which each of them left out, only where there are some."""
    return tuple(columns) if any(left_out) else tuple(name for name in columns if name != "left_out")


def left_out_said(rows: int) -> Message:
    """What to do with rows that stand below the headings of another table."""
    said = "save the {rows} row(s) below other headings that were NOT read (see the notes) as a file of their own, and load it"
    return Message(said, rows=f"{rows:,}")


def reason_said(reason: str, language: str) -> str:
    """Why rows were refused, in words; the code where there are none."""
    from riskwarn.contracts.reasons import REASONS

    why = REASONS.get(reason)
    return reason if why is None else why.zh if language == "zh" else why.en
