"""What a folder of files holds and how it would be loaded: looked at, not loaded.

Each table (a file, or sheets of a workbook with the same headings) is taken for a source by the code that `map` uses, and
its mapping is settled: what riskwarn.yaml declares, over it what an earlier load has settled for the same headings, else
what is proposed now. Grids come first, then the other tables, then events, the older months of a source before the newer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from riskwarn.contracts import declared
from riskwarn.errors import FileEmpty, FileUnreadable, RegisterOfPersons, RiskwarnError
from riskwarn.home import Home
from riskwarn.ingest.loading.inputs import Skipped, listed
from riskwarn.ingest.loading.looking import Looking, reason_of
from riskwarn.ingest.loading.plan import Failed, Plan, Table
from riskwarn.ingest.loading.systems import centres_of
from riskwarn.ingest.mapping_proposal.recognised import Place
from riskwarn.ingest.sheets import held_open
from riskwarn.store import Store

#: Endings of files that hold tables: one that cannot be read is told as a failure.
_TABLES = (
    ".csv",
    ".tsv",
    ".xlsx",
    ".xls",
    ".xlsb",
    ".xlsm",
    ".et",
    ".ods",
    ".parquet",
    ".jsonl",
    ".ndjson",
    ".gz",
    ".zip",
    ".sql",
)


def survey(
    home: Home,
    paths: Sequence[Path],
    *,
    places: Sequence[Place] = (),
    database: str | None = None,
    now: datetime,
) -> Plan:
    """Look at files, folders and every sheet of workbooks; nothing is loaded. Raises FileMissing, FolderEmpty."""
    files, skipped = listed(paths)
    tables: list[Table] = []
    failed: list[Failed] = []
    for file in files:
        try:
            with held_open():
                found = Looking(home, file, list(places), database, now).tables(skipped)
        except (FileUnreadable, FileEmpty, RegisterOfPersons) as error:
            if isinstance(error, FileUnreadable) and file.suffix.lower() in _TABLES:
                failed.append(Failed(file.name, None, None, error))
            else:
                skipped.append(Skipped(file.name, None, reason_of(error, file)))
            continue
        except RiskwarnError as error:
            failed.append(Failed(file.name, None, None, error))
            continue
        except OSError as error:
            problem = str(error.strerror or error)
            failed.append(Failed(file.name, None, None, FileUnreadable(file=file.name, problem=problem)))
            continue
        tables += found
    drawn = _places_of(tables)
    if drawn:
        # What the grids are called is known now: columns of places are recognised by it.
        tables = [_again(home, table, [*places, *drawn], database, now) for table in tables]
    # What grids whose system is known tell of the other tables is settled here: it costs no answer.
    return Plan(tuple(sorted(tables, key=_order)), tuple(skipped), tuple(failed), centres_of(home)).settle()


def _again(home: Home, table: Table, places: list[Place], database: str | None, now: datetime) -> Table:
    """A table of events whose place was not found, looked at with the grids of the other files in mind."""
    if table.recalled is not None or not declared(table.source).events or not table.proposal.missing:
        return table
    with held_open():
        found = Looking(home, table.file, places, database, now).table(table.sheet, table.source)
    return replace(found, sheets=table.sheets)


def _order(table: Table) -> tuple[int, str, date, str]:
    rank = 0 if table.source == "grids" else 2 if declared(table.source).events else 1
    return rank, table.source if rank else "", table.newest or date.min, table.file.name


def _places_of(tables: Sequence[Table]) -> list[Place]:
    return [place for table in tables for place in table.places]


def places_of(home: Home) -> list[Place]:
    """The codes and names of the units that a home holds."""
    grids = Store(home).versions("grids")
    fields = {"grid_id": "grid_id", "grid_name": "name"}
    fields |= {name: name for unit in ("community", "town", "district") for name in (unit, f"{unit}_name")}
    return [Place(name, frozenset(map(str, grids[column].dropna()))) for name, column in fields.items()]
