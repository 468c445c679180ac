"""A plan is carried out: each table is a load of its own, and what was settled for it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from riskwarn.contracts import contract
from riskwarn.contracts.checking import check_mapping
from riskwarn.errors import RiskwarnError
from riskwarn.home import CONFIGURATION, Home
from riskwarn.ingest.loading.account import Account
from riskwarn.ingest.loading.guard import Guard
from riskwarn.ingest.loading.home_places import HomePlaces
from riskwarn.ingest.loading.loading import load_file
from riskwarn.ingest.loading.plan import Failed, Plan, Table
from riskwarn.ingest.loading.rehearsal import examples
from riskwarn.ingest.loading.remembered import found_headings, remember, settled_path
from riskwarn.ingest.mapping_proposal.hints import also_hint
from riskwarn.ingest.tables.ended import ENDED, ended_grids
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from riskwarn.store import Store, writing


@dataclass(frozen=True)
class Done:
    """One table that was loaded: its account, where its mapping is kept, and records as they are stored."""

    table: Table
    account: Account
    mapping: Path | None
    notes: tuple[str, ...] = ()
    examples: tuple[dict[str, object], ...] | None = None  # of a dry run

    def as_dict(self) -> dict[str, object]:
        """The shape that ``riskwarn load --json`` prints."""
        told = {**self.account.as_dict(), "mapping": str(self.mapping) if self.mapping else None}
        told["sheets"] = list(self.table.sheets)
        told["notes"] = [*self.account.notes, *self.notes]
        return told if self.examples is None else {**told, "examples": list(self.examples)}


def carry_out(
    home: Home,
    plan: Plan,
    *,
    database: str | None = None,
    force: bool = False,
    rehearsed: bool = False,
    now: datetime,
    progress: Progress = silent,
) -> tuple[list[Done], list[Failed]]:
    """Load the tables of a plan one by one; one that cannot be loaded does not hinder the others.

    `rehearsed` says that `home` is one of a dry run: nothing is remembered, and some records of each load are shown.
    """
    done: list[Done] = []
    failed: list[Failed] = []
    places = HomePlaces(Store(home))
    for index, table in enumerate(plan.tables):
        progress(f"loading {table.file.name}", index, len(plan.tables))
        try:
            with writing(home, progress):
                account = _loaded(home, table, places, database, force, now)
                shown = tuple(examples(home, Store(home).version())) if rehearsed else None
        except RiskwarnError as error:
            failed.append(Failed(table.file.name, _only(table.sheets), table.source, error))
            continue
        path, notes = (table.recalled, ()) if rehearsed else _kept(home, table, account)
        # What else a table serves for is in the plan, too.
        also = {also_hint(other.source) for other in plan.tables if other.file == table.file}
        # The same sheet twice says the same twice of its lines that are no rows.
        before = {
            note
            for one in done
            if (one.table.file, one.table.sheet) == (table.file, table.sheet)
            for note in one.account.notes
        }
        account = replace(account, notes=tuple(note for note in account.notes if note not in also | before))
        done.append(Done(table, account, path, notes, shown))
    progress("loading", len(plan.tables), len(plan.tables))
    return _with_successors(home, done, now), failed


def _with_successors(home: Home, done: list[Done], now: datetime) -> list[Done]:
    """What was loaded, where the table of grids asks for a lineage that came behind it: what is still lacking is told of that."""
    behind = [index for index, one in enumerate(done) if one.table.source == "grid_lineage"]
    if not behind or not any(_asks_for_lineage(note) for one in done for note in one.account.notes):
        return done
    calendar = home.configuration.calendar
    left = ended_grids(Store(home), None, now.astimezone(calendar.timezone).date(), calendar)
    done = [
        replace(
            one,
            account=replace(
                one.account, notes=tuple(note for note in one.account.notes if not _asks_for_lineage(note))
            ),
        )
        for one in done
    ]
    done[behind[-1]] = replace(done[behind[-1]], notes=(*done[behind[-1]].notes, *left))
    return done


def _asks_for_lineage(note: str) -> bool:
    return isinstance(note, Message) and note.template == ENDED


def _loaded(home: Home, table: Table, places: HomePlaces, database: str | None, force: bool, now: datetime) -> Account:
    source = table.source
    declared = contract(source, home.configuration)
    check_mapping(declared, table.own, home.path / CONFIGURATION, ("sources", source, "mapping"))
    if table.recalled is not None:
        check_mapping(declared, table.rules, table.recalled)
    # The plan asked already which source it is.
    guard = Guard(table.file.name, declared, home.configuration.sources, force, settled=True)
    return load_file(
        home,
        table.file,
        table.rules,
        guard,
        places=places,
        exported_at=table.exported_at,
        database=database,
        sheet=table.sheet,
        now=now,
    )


def _kept(home: Home, table: Table, account: Account) -> tuple[Path | None, tuple[str, ...]]:
    """Where the mapping of a table is kept; nothing of a load of which every row was refused."""
    if table.recalled is not None and not table.answered:
        return table.recalled, ()
    if account.read == account.quarantined or table.file.suffix.lower() == ".sql":
        return None, ()
    headings = found_headings(table.source, table.file, table.sheet)
    path = settled_path(home, table.source, headings)
    unsure = [line for line in table.unsure if line not in table.of_this_file]
    note = remember(path, table.source, table.keys, unsure, headings)
    return (path if path.is_file() else None), ((note,) if note else ())


def _only(sheets: Sequence[str]) -> str | None:
    return sheets[0] if len(sheets) == 1 else None
