"""The inbox: a folder into which departments lay their exports, of which what is new is loaded.

A file is new while the ledger lacks a load of its bytes for one of its tables, whoever loaded it and under whatever name; one
whose load was taken back is not new. What was looked through to its end is noted beside the home's database and believed only
as far as the ledger agrees, so that a run that is killed anywhere is gone on with by the next. Nothing in the folder is ever
moved, written or deleted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from riskwarn.errors import FileUnreadable, InboxMissing, RiskwarnError, TableUnsettled
from riskwarn.files import sha256, write_text
from riskwarn.home import Home
from riskwarn.ingest.loading.folder import Done, carry_out
from riskwarn.ingest.loading.home_places import HomePlaces
from riskwarn.ingest.loading.inputs import Skipped, files_below
from riskwarn.ingest.loading.plan import DISTRICT, SYSTEM, Failed, Plan, Table, which
from riskwarn.ingest.loading.survey import places_of, survey
from riskwarn.ingest.redaction import kept_title
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from riskwarn.store import Store, ledger

#: What the home remembers of the files: how many loads each took, by the SHA-256 of its bytes.
NOTED = "inbox.json"

#: Endings of files that are still being copied.
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp")


@dataclass(frozen=True)
class Inbox:
    """What was found in an inbox, and what became of it."""

    folder: Path
    known: int  # files that had been loaded before
    done: tuple[Done, ...]
    skipped: tuple[Skipped, ...]
    failed: tuple[Failed, ...]


def inbox_of(home: Home, named: Path | None = None) -> Path:
    """The folder that is named, else the declared one, else ``inbox`` in the home, which is made; raise InboxMissing."""
    declared = home.configuration.inbox
    if named is None and declared is None:
        usual = home.path / "inbox"
        usual.mkdir(mode=0o700, exist_ok=True)
        return usual
    folder = named.expanduser().resolve() if named is not None else home.path / Path(str(declared)).expanduser()
    if not folder.is_dir():
        raise InboxMissing(folder=folder)
    return folder


def load_new(
    home: Home, folder: Path, *, database: str | None = None, now: datetime, progress: Progress = silent
) -> Inbox:
    """Load what is new in a folder, as ``riskwarn load --yes`` does; a table that cannot be loaded is named, and hinders no other."""
    progress("looking at the inbox")
    skipped: list[Skipped] = []
    unread: list[Failed] = []
    files = dict(_files(folder, skipped, unread))
    loads = Counter(row.file_sha256 for row in ledger(home))
    noted = {digest: number for digest, number in _noted(home).items() if 0 < number <= loads[digest]}
    new = {file: digest for file, digest in files.items() if digest not in noted}
    if not new:
        return Inbox(folder, len(files), (), tuple(skipped), tuple(unread))
    plan = survey(home, list(new), places=places_of(home), database=database, now=now)
    plan, tables = _still_to_load(home, plan, new)
    plan, unsettled = _settled(plan.settle())
    done, failed = carry_out(home, plan, database=database, now=now, progress=progress)
    failed = [*plan.failed, *unsettled, *failed]
    bad = {one.file for one in failed}
    finished = {digest: tables[file] for file, digest in new.items() if file in tables and file.name not in bad}
    _note(home, {**noted, **finished}, set(files.values()))
    known = len(files) - len(new) + sum(file in tables and not _among(file, plan, failed) for file in new)
    return Inbox(folder, known, tuple(done), (*skipped, *plan.skipped), (*unread, *failed))


def _files(folder: Path, skipped: list[Skipped], unread: list[Failed]) -> Iterator[tuple[Path, str]]:
    """The files to look at with the SHA-256 of their bytes; of equal ones the first."""
    seen: set[str] = set()
    for file in files_below(folder, skipped):
        if file.suffix.lower() in _UNFINISHED:
            skipped.append(Skipped(file.name, None, Message("it is still being copied")))
            continue
        try:
            digest = sha256(file)
        except OSError as error:
            unread.append(Failed(file.name, None, None, FileUnreadable(file=file, problem=str(error.strerror))))
            continue
        if digest not in seen:
            seen.add(digest)
            yield file, digest


def _still_to_load(home: Home, plan: Plan, new: dict[Path, str]) -> tuple[Plan, dict[Path, int]]:
    """The plan without tables that the ledger has, and how many tables each file holds."""
    have: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for row in ledger(home):
        have.setdefault((row.file_sha256, row.source), set()).add(tuple(row.account.get("sheets", ())))
    units = HomePlaces(Store(home)).units()

    def loaded(table: Table) -> bool:
        found = have.get((new[table.file], table.source), set())
        if not table.sheets:
            return bool(found)
        # A title is kept by what the units were called when it was loaded: by no name yet, or by those of today.
        return any(
            tuple(kept_title(one, home.id_key, known) for one in table.sheets) in found
            for known in (frozenset(), units)
        )

    left = tuple(table for table in plan.tables if not loaded(table))
    return replace(plan, tables=left), dict(Counter(table.file for table in plan.tables))


def _settled(plan: Plan) -> tuple[Plan, list[Failed]]:
    """The plan without tables of which only a person can say something, and these."""
    ready: list[Table] = []
    failed: list[Failed] = []
    for table in plan.tables:
        if (error := _unsettled(table)) is None:
            ready.append(table)
        else:
            sheet = table.sheets[0] if len(table.sheets) == 1 else None
            failed.append(Failed(table.file.name, sheet, table.source, error))
    return replace(plan, tables=tuple(ready)), failed


def _unsettled(table: Table) -> RiskwarnError | None:
    name = table.file.name
    if table.needs_district:
        return TableUnsettled(file=name, what=DISTRICT, option="riskwarn load --district NAME")
    if table.needs_system:
        return TableUnsettled(file=name, what=SYSTEM, option="riskwarn load --coordinates SYSTEM")
    for field, headings in table.clashes.items():
        return TableUnsettled(file=name, what=which(field, headings), option=f"riskwarn load --column {field}=HEADING")
    return None


def _among(file: Path, plan: Plan, failed: Sequence[Failed]) -> bool:
    return any(table.file == file for table in plan.tables) or any(one.file == file.name for one in failed)


def _noted(home: Home) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads((home.path / NOTED).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found


def _note(home: Home, finished: dict[str, int], there: Collection[str]) -> None:
    """Remember the files that are loaded whole; those that are gone from the folder are forgotten."""
    kept = {digest: number for digest, number in sorted(finished.items()) if digest in there}
    write_text(home.path / NOTED, json.dumps(kept, indent=0))
