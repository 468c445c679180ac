"""``riskwarn load``: look at what a department handed over, ask what is missing, load it, remember."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.answers import SYSTEMS, Asking
from riskwarn.cli.ingest import columns_of, left_out_said, reason_said
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table as Shown
from riskwarn.messages import Joined, Listed, Message

if TYPE_CHECKING:
    from riskwarn.home import Home
    from riskwarn.ingest.loading.folder import Done
    from riskwarn.ingest.loading.inputs import Skipped
    from riskwarn.ingest.loading.plan import Failed, Plan
    from riskwarn.ingest.loading.plan import Table as Planned
    from serving.alerts.ticket_rows import Followed

#: Titles of sheets that stand in a cell of the table.
MOST_SHEETS = 3
_COLUMNS = ("file", "sheets", "source", "read", "accepted", "duplicates", "corrected", "quarantined", "left_out")


@click.command("load")
@click.argument("paths", nargs=-1, required=True, metavar="FOLDER|FILE...", type=click.Path(path_type=Path))
@click.option("--district", metavar="NAME", help="The district of tables of grids that have none.")
@click.option("--coordinates", type=click.Choice(SYSTEMS), help="The system of coordinates where nothing tells it.")
@click.option(
    "--column", "columns", metavar="FIELD=HEADING", multiple=True,
    help="Which column is which field, where several could be; may be given several times.",
)  # fmt: skip
@click.option(
    "--exported-at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="When the exports were taken (local time).",
)
@click.option("--dry-run", is_flag=True, help="Show the accounts that would come, with some records; store nothing.")
@click.option("--yes", is_flag=True, help="Ask nothing: what is still missing is an error that names it.")
@click.option(
    "--force", is_flag=True, help="Load what looks far too large or rewrites what was written at registration."
)
@click.pass_context
def command(
    context: click.Context,
    paths: tuple[Path, ...],
    district: str | None,
    coordinates: str | None,
    columns: tuple[str, ...],
    exported_at: datetime | None,
    dry_run: bool,
    yes: bool,
    force: bool,
) -> None:
    """Look at the files of a FOLDER (or at FILEs), say what each is, ask what is missing, and load them: grids first.

    What was settled is kept in the home (mappings/), so that next month's files need no question.
    """
    from riskwarn.health import prospects
    from riskwarn.ingest.loading.export_date import refuse_future
    from riskwarn.ingest.loading.folder import carry_out
    from riskwarn.ingest.loading.inputs import check_paths
    from riskwarn.ingest.loading.rehearsal import rehearsal
    from riskwarn.ingest.loading.survey import places_of, survey
    from riskwarn.store import Store

    session: Session = context.obj
    home = session.home()
    now = datetime.now(UTC)
    check_paths(paths)
    told = [_field_and_heading(one) for one in columns]
    someone = can_ask() and not yes
    if not (someone or yes or dry_run):
        raise click.UsageError("Nobody can be asked here: say --yes, and by options what is missing (see --dry-run).")
    zone = home.configuration.calendar.timezone
    taken = exported_at.replace(tzinfo=zone) if exported_at else None
    refuse_future(taken, now)
    session.progress("looking at the files")
    plan = survey(home, paths, places=places_of(home), database=session.settings.source_url, now=now)
    session.progress.finish()
    asking = Asking(session, home, now, someone, rehearsed=dry_run, paths=paths)
    plan = asking.with_columns(plan, told)
    if not session.as_json:
        _show(session, plan, exported_at)
    plan = asking.settle(plan, district, coordinates, taken)
    if not session.as_json:
        session.emit({}, asking.lines(plan))
    if someone and not dry_run and (asking.asked or any(one.unsure for one in plan.tables)):
        click.confirm(session.said("Load them?"), default=True, abort=True, err=True)
    options: dict[str, Any] = {"database": session.settings.source_url, "force": force, "progress": session.progress}
    before = Store(home).version()
    if dry_run:
        with rehearsal(home) as tried:
            done, failed = carry_out(tried, plan, rehearsed=True, now=now, **options)
    else:
        done, failed = carry_out(home, plan, now=now, **options)
    failed = [*plan.failed, *failed]
    targets = (
        []
        if dry_run or not done
        else [note for one in prospects(Store(home), home.configuration, feeds=False) for note in one.notes]
    )
    followed = None if dry_run else _followed(home, done, before, now)
    result = {
        "accounts": [one.as_dict() for one in done],
        "skipped": [one.as_dict() for one in plan.skipped],
        "asked": asking.answers,
        "missing": list(asking.missing),
        "needed": asking.needed,
        "failed": [one.as_dict() for one in failed],
        "targets": targets,
        **({} if followed is None else {"tickets": followed.as_dict()}),
    }
    lines = _lines(session, home, done, failed, targets, dry_run)
    if followed is not None:
        lines += [Message("{changed} notices followed their tickets.", changed=followed.changed), *followed.lines()]
    session.emit(result, lines)
    context.exit(1 if failed or asking.missing else 0)


def _followed(home: Home, done: Sequence[Done], before: int, now: datetime) -> Followed | None:
    """Where tickets were loaded their notices follow them at once, so that nobody has to wait for a server or the night; what became of
    their rows, with those that are stored already. `before` is the last load before them."""
    accounts_of_tickets = [one.account for one in done if one.table.source == "tickets"]
    if not accounts_of_tickets:
        return None
    from serving.alerts.sources import tickets_of
    from serving.alerts.tickets import follow_tickets

    followed = follow_tickets(home, tickets_of(home), now=now, after=before)
    return replace(followed, same=followed.same + sum(one.duplicates for one in accounts_of_tickets))


def _field_and_heading(text: str) -> tuple[str, str]:
    field, mark, heading = (part.strip() for part in text.partition("="))
    if not (field and mark and heading):
        raise click.UsageError(Message("--column takes FIELD=HEADING, and not {text!r}.", text=text))
    return field, heading


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty()


def _show(session: Session, plan: Plan, given: datetime | None) -> None:
    """What each file is, before anything is asked or loaded."""
    rows = [
        {
            "file": one.file.name,
            "sheets": _sheets(one.sheets),
            "source": one.source,
            "mapping": one.recalled.name
            if one.recalled
            else (f"preset {one.proposal.preset}" if one.proposal.preset else "-"),
            "exported": _exported(one, given),
            "why": one.proposal.source_ground,
        }
        for one in plan.tables
    ]
    lines: list[str | Shown] = [*table(rows)] if rows else []
    for one in plan.tables:
        of = {"file": one.file.name, "source": one.source}
        lines += [Message("{file}, {source}: ? {line}", **of, line=line) for line in one.unsure]
        if unread := one.unread:
            lines.append(Message("{file}, {source}: not read: {headings}", **of, headings=Listed(unread)))
        lines += [Message("{file}, {source}: missing: {what}", **of, what=what) for what in one.lacks]
    lines += [_skipped(one) for one in plan.skipped]
    lines += [Message("cannot be read: {problem}", problem=one.error) for one in plan.failed]
    session.emit({}, [*lines, ""])


def _skipped(one: Skipped) -> Message:
    """Why a file or a sheet is passed over; the sentence of an error may name it itself."""
    if one.reason.startswith(f"{one.file}: "):
        return Message("skipped: {reason}", reason=one.reason)
    return Message("skipped: {file}: {reason}", file=file_and_sheet(one.file, one.sheet), reason=one.reason)


def _exported(one: Planned, given: datetime | None) -> str:
    """The day on which a table was taken, and where it was read; a moment that was given goes before every other."""
    if given is not None:
        return Message("{moment}: as given", moment=f"{given:%Y-%m-%d %H:%M}".removesuffix(" 00:00"))
    if one.exported_at is None:
        return Message("now: nothing says it")
    # The moment is the midnight that ends the day.
    day = (one.exported_at - timedelta(microseconds=1)).date()
    return Message("{day}: {ground}", day=str(day), ground=one.export_ground)


def _sheets(titles: Sequence[str]) -> str:
    """The sheets of a table, as short as a column may be: of many the first and the last."""
    if len(titles) > MOST_SHEETS:
        return Message("{count}: {first} … {last}", count=len(titles), first=titles[0], last=titles[-1])
    return " ".join(titles) or "-"


def _noted(file: str, note: str) -> Message:
    """A note on a file, which may name it itself."""
    if note.startswith(f"{file}: "):
        return Message("note: {note}", note=note)
    return Message("{file}: note: {note}", file=file, note=note)


def _not_loaded(one: Failed) -> Message:
    """Why a table was not loaded; the sentence of an error may name its file itself."""
    problem = str(one.error)
    if one.sheet is None and problem.startswith((f"{one.file}: ", f"{one.file} ")):
        return Message("not loaded: {problem}", problem=one.error)
    return Message("not loaded: {file}: {problem}", file=file_and_sheet(one.file, one.sheet), problem=one.error)


def file_and_sheet(file: str, sheet: str | None) -> str:
    """A file, and the sheet of it that is meant."""
    return Message("{file}, sheet {sheet}", file=file, sheet=sheet) if sheet else str(file)


def _lines(
    session: Session, home: Home, done: Sequence[Done], failed: Sequence[Failed], targets: Sequence[str], dry_run: bool
) -> list[str | Shown]:
    from riskwarn.store import Store
    from riskwarn.store.newest import in_force

    lines = accounts(session, done, failed)
    if dry_run:
        return [*lines, "", "Nothing was stored. Without --dry-run it is."]
    lines += [Message("note: {note}", note=note) for note in targets]
    held = in_force(Store(home))
    force = Listed(f"{source} {rows}" for source, rows in held.items()) or Message("nothing")
    following = (
        "mend what was not loaded, and load it again" if failed
        else left_out_said(rows) if (rows := sum(one.account.left_out for one in done))
        else "riskwarn score, which tells what was corrected" if _corrects(home, done)
        else "riskwarn health, then riskwarn train" if "grids" in held and len(held) > 1
        else "riskwarn load the other exports" if "grids" in held
        else "riskwarn load the table of grids"
    )  # fmt: skip
    return [*lines, "", Message("In force: {sources}. Next: {following}.", sources=force, following=following)]


def _corrects(home: Home, done: Sequence[Done]) -> bool:
    """Whether nothing but corrections came, of which a city that has models is told by its next snapshot."""
    told = [one.account for one in done]
    if not any(one.corrected for one in told) or any(one.accepted for one in told):
        return False
    from training.registry.versions import champions

    return bool(champions(home))


def accounts(session: Session, done: Sequence[Done], failed: Sequence[Failed]) -> list[str | Shown]:
    """What became of each table."""
    rows = [{**one.as_dict(), "sheets": _sheets(one.table.sheets)} for one in done]
    lines: list[str | Shown] = (
        [*table(rows, columns_of(_COLUMNS, [one.account.left_out for one in done]))] if done else []
    )
    for one in done:
        name = one.table.file.name
        notes = (*one.account.notes, *one.notes)
        lines += [_noted(name, note) for note in notes]
        lines += [Message("{file}: forced: {reason}", file=name, reason=why) for why in one.account.forced]
        if one.account.quarantined:
            reasons = [
                Message("{reason} {rows}", reason=reason_said(reason, session.language), rows=rows)
                for reason, rows in sorted(one.account.reasons.items(), key=lambda each: -each[1])
            ]
            told = Message("quarantined: {reasons}. See riskwarn quarantine list.", reasons=Joined(", ", reasons))
            lines.append(Message("{file}: {told}", file=name, told=told))
        for row in one.examples or ():
            record = Listed(f"{field} {value}" for field, value in row.items())
            lines.append(Message("{file}: as stored: {record}", file=name, record=record))
    lines += [_not_loaded(one) for one in failed]
    return lines
