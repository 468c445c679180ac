"""What a folder of files holds and how it would be loaded: looked at, not loaded.

Each table (a file, or sheets of a workbook with the same headings) is taken for a source by the code that `map` uses, and
its mapping is settled: what riskwarn.yaml declares, over it what an earlier load has settled for the same headings, else
what is proposed now. Grids come first, then the other tables, then events, the older months of a source before the newer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from riskwarn.contracts import declared
from riskwarn.errors import FileEmpty, FileUnreadable, RiskwarnError, SheetUnfit
from riskwarn.home import Home
from riskwarn.ingest.columns import HeadingFinder, heading_finder
from riskwarn.ingest.loading.export_date import export_date
from riskwarn.ingest.loading.inputs import Skipped, listed
from riskwarn.ingest.loading.remembered import recalled, with_recalled
from riskwarn.ingest.mapping_proposal.guessing import UNSURE
from riskwarn.ingest.mapping_proposal.matching import Place, Recognised
from riskwarn.ingest.mapping_proposal.profile import Profile
from riskwarn.ingest.mapping_proposal.proposal import POINTS, Proposal, also_of, examine
from riskwarn.ingest.sheets import hidden_sheets, open_sheet, sheet_names
from riskwarn.ingest.sheets.headings import Cells, Found
from riskwarn.ingest.values.cells import strings
from riskwarn.ingest.values.dates import instants
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import laid_over
from riskwarn.store import Store

#: Endings of files that hold tables: one that cannot be read is told as a failure.
_TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".xlsb", ".ods", ".parquet", ".jsonl", ".ndjson", ".gz", ".zip", ".sql")
_UTC = ZoneInfo("UTC")

#: So many known columns make a table that should load, though something that it needs is missing.
_MEANT = 3
#: The system of coordinates where their headings name it.
_SYSTEMS = {
    "gcj02": re.compile(r"gcj|高德|腾讯|火星", re.IGNORECASE),
    "bd09": re.compile(r"bd-?09|百度", re.IGNORECASE),
    "wgs84": re.compile(r"wgs|cgcs|大地2000|国家2000", re.IGNORECASE),
}
#: Codes and names of grids by which columns of events are recognised.
_OF_GRIDS = {
    "grid_id": "grid_id", "name": "grid_name", "community": "community", "community_name": "community_name",
    "town": "town", "town_name": "town_name",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One table of the files, and how it would be loaded."""

    file: Path
    sheets: tuple[str, ...]  # titles of its sheets; none for a file of one table
    sheet: str | None  # what `open_sheet` is asked for
    proposal: Proposal
    headings: tuple[str, ...]
    own: Rules  # what riskwarn.yaml declares
    keys: Mapping[str, Any]  # what is settled beside that
    recalled: Path | None  # an earlier load has settled it there
    newest: date | None  # the newest date of its events, among the rows that were looked at
    exported_at: datetime | None
    export_ground: str | None
    places: tuple[Place, ...] = field(default=(), repr=False)

    @property
    def source(self) -> str:
        """The source that it is taken for."""
        return self.proposal.source

    @property
    def rules(self) -> Rules:
        """Its whole mapping."""
        return laid_over(self.own, dict(self.keys))

    @property
    def needs_district(self) -> bool:
        """Whether only someone can say which district it is of."""
        given = {"district", "district_name"} & set(self.rules.always)
        return not given and any(group.startswith("district ") for group in self.proposal.missing)

    @property
    def needs_system(self) -> bool:
        """Whether it has coordinates, and nothing says in which system."""
        points = POINTS & {one.field for one in self.proposal.columns}
        return bool(points) and "coordinates" not in self.rules.model_fields_set

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is needed, is not there, and cannot be given by an answer."""
        return tuple(group for group in self.proposal.missing if not group.startswith("district "))

    @property
    def unsure(self) -> list[str]:
        """What is taken without certainty, a line each."""
        if self.recalled is not None:
            return []
        lines = [
            f"{one.heading} is taken for {one.field} ({one.ground})"
            for one in self.proposal.columns
            if not one.sure and one.field
        ]
        lines += self.proposal.taken_for
        if self.proposal.identity:
            lines.append(f"each row is known again by {', '.join(self.proposal.identity)} together")
        return lines

    def settle(self, **keys: Any) -> Table:
        """The same table with more of its mapping settled."""
        return replace(self, keys={**self.keys, **keys})


@dataclass(frozen=True)
class Failed:
    """A table that should load and could not."""

    file: str
    sheet: str | None
    source: str | None
    error: RiskwarnError

    def as_dict(self) -> dict[str, str | None]:
        """The shape that ``riskwarn load --json`` prints."""
        return {
            "file": self.file, "sheet": self.sheet, "source": self.source, "code": self.error.code, "message": str(self.error),
        }  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The tables in the order in which they are loaded, what is passed over, and what cannot be read."""

    tables: tuple[Table, ...]
    skipped: tuple[Skipped, ...]
    failed: tuple[Failed, ...]

    def settle(
        self, *, district: str | None = None, system: str | None = None, exported_at: datetime | None = None
    ) -> Plan:
        """The same plan with the answers that serve all its tables."""
        tables = []
        for table in self.tables:
            if district is not None and table.needs_district:
                table = table.settle(always={**table.keys.get("always", {}), "district_name": district})
            if system is not None and table.needs_system:
                table = table.settle(coordinates=system)
            if exported_at is not None:
                table = replace(table, exported_at=exported_at, export_ground="as it was given")
            tables.append(table)
        return replace(self, tables=tuple(tables))


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
            found = _Looking(home, file, list(places), database, now).tables(skipped)
        except (FileUnreadable, FileEmpty) as error:
            if isinstance(error, FileUnreadable) and file.suffix.lower() in _TABLES:
                failed.append(Failed(file.name, None, None, error))
            else:
                skipped.append(Skipped(file.name, None, _reason(error, file)))
            continue
        except RiskwarnError as error:
            failed.append(Failed(file.name, None, None, error))
            continue
        tables += found
    drawn = _places_of(tables)
    if drawn:
        # What the grids are called is known now: columns of places are recognised by it.
        tables = [_again(home, table, [*places, *drawn], database, now) for table in tables]
    return Plan(tuple(sorted(tables, key=_order)), tuple(skipped), tuple(failed))


@dataclass
class _Looking:
    """One file, being looked at."""

    home: Home
    file: Path
    places: list[Place]
    database: str | None
    now: datetime

    def tables(self, skipped: list[Skipped]) -> list[Table]:
        """Its tables; what is none is added to `skipped`."""
        name = self.file.name
        skipped += [Skipped(name, title, "the sheet is hidden") for title in hidden_sheets(self.file)]
        titles = sheet_names(self.file)
        looked: list[Table] = []
        for title in titles:
            sheet = title if len(titles) > 1 else None
            try:
                table = self.table(sheet)
            except (FileEmpty, SheetUnfit) as error:
                if sheet is None:
                    raise
                skipped.append(Skipped(name, title, _reason(error, self.file)))
                continue
            if (reason := _no_source(table, self.home)) is not None:
                skipped.append(Skipped(name, title or None, reason))
            else:
                looked.append(table)
        return [more for table in self.joined(looked) for more in (table, *self.also(table))]

    def table(self, sheet: str | None, source: str | None = None) -> Table:
        """One sheet, taken for a source."""
        home = self.home

        def examined(
            source: str | None, rules: Rules | None = None, seen: Profile | None = None
        ) -> tuple[Proposal, Recognised]:
            return examine(
                self.file, home.configuration, source=source, rules=rules, places=self.places, database=self.database,
                sheet=sheet, seen=seen,
            )  # fmt: skip

        proposal, found = examined(source)
        source, ground = proposal.source, proposal.source_ground
        if source not in home.configuration.sources:
            return self._made(proposal, found, sheet, Rules(), {}, None)
        own = home.configuration.sources[source].mapping
        if (settled := recalled(home, source, self.file, sheet)) is not None:
            rules = with_recalled(own, settled)
            proposal, found = examined(source, rules, found.seen)
            keys = rules.model_dump(exclude_unset=True)
            return self._made(replace(proposal, source_ground=ground), found, sheet, own, keys, settled)
        if own.model_fields_set:
            proposal, found = examined(source, own)
        preset = None if own.preset else proposal.preset
        if preset is not None:
            other, again = examined(source, laid_over(own, {"preset": preset}), found.seen)
            if _worth(other) < _worth(proposal):
                proposal, found = replace(other, preset=preset), again
            else:
                proposal, preset = replace(proposal, preset=None), None
        proposal = replace(proposal, source_ground=ground)
        keys = {**({"preset": preset} if preset else {}), **proposal.mapping}
        if (system := _system_told(found.seen.headings)) is not None and "coordinates" not in own.model_fields_set:
            keys["coordinates"] = system
        return self._made(proposal, found, sheet, own, keys, None)

    def joined(self, tables: Sequence[Table]) -> list[Table]:
        """Sheets of one source with the same headings as one table, where the load would read just these as one."""
        groups: dict[tuple[str, tuple[str, ...]], list[Table]] = {}
        for table in tables:
            groups.setdefault((table.source, table.headings), []).append(table)
        whole: list[Table] = []
        for several in groups.values():
            first = several[0]
            if len(several) == 1:
                whole += several
                continue
            titles = tuple(table.sheets[0] for table in several)
            try:
                opened = open_sheet(self.file, heading_finder(declared(first.source).kind, first.rules), self.database)
                as_one = tuple(opened.titles) == titles
            except RiskwarnError:
                as_one = False
            if as_one:
                whole.append(_one(several, titles))
            else:
                whole += several
        return whole

    def also(self, table: Table) -> list[Table]:
        """The same table for a second source: the residents of a table of grids."""
        other = also_of(table.source, table.headings)
        if other is None:
            return []
        found = self.table(table.sheet, other)
        return [replace(found, proposal=replace(found.proposal, source_ground="its residents"))]

    def _made(
        self,
        proposal: Proposal,
        found: Recognised,
        sheet: str | None,
        own: Rules,
        keys: Mapping[str, Any],
        settled: Path | None,
    ) -> Table:
        zone = self.home.configuration.calendar.timezone
        newest = _newest(found)
        titles = _titles(self.file, proposal.source, sheet, self.database, found.seen.headings)
        exported_at, ground = export_date(self.file.stem, titles, newest, self.now, zone) or (None, None)
        return Table(
            self.file, (sheet,) if sheet else (), sheet, proposal, found.seen.headings, own, keys, settled, newest,
            exported_at, ground, tuple(_drawn(found)) if proposal.source == "grids" else (),
        )  # fmt: skip


def _one(tables: Sequence[Table], titles: tuple[str, ...]) -> Table:
    """Sheets with the same headings as one table; a title speaks for all of them unless another sheet is newer."""
    newest = max((table.newest for table in tables if table.newest), default=None)
    dated = [(table.exported_at, table.export_ground) for table in tables if table.exported_at is not None]
    export = max(dated, key=lambda pair: pair[0], default=(None, None))
    if export[0] is not None and newest is not None and export[0].date() < newest:
        export = None, None
    return replace(tables[0], sheets=titles, sheet=None, newest=newest, exported_at=export[0], export_ground=export[1])


def _again(home: Home, table: Table, places: list[Place], database: str | None, now: datetime) -> Table:
    """A table of events whose place was not found, looked at with the grids of the other files in mind."""
    if table.recalled is not None or not declared(table.source).events or not table.proposal.missing:
        return table
    return replace(
        _Looking(home, table.file, places, database, now).table(table.sheet, table.source), sheets=table.sheets
    )


def _worth(proposal: Proposal) -> tuple[int, int]:
    """How little is wanting: what is missing, and rows whose words nobody knows."""
    return len(proposal.missing), sum(sum(words.values()) for words in proposal.unknown_words.values())


def _no_source(table: Table, home: Home) -> str | None:
    """Why a table is of no source; None where it is of one."""
    if table.source not in home.configuration.sources:
        return (
            f"it looks like {table.source}, which is no source of this home: declare it under sources: in riskwarn.yaml"
        )
    known = {one.field for one in table.proposal.columns if one.field and one.field != "text"}
    if table.lacks and len(known) < _MEANT:
        return "it is of no source that riskwarn knows"
    if table.proposal.source_ground.endswith(UNSURE):
        return f"nothing tells its source ({table.source} is the likeliest): load it with riskwarn ingest SOURCE FILE"
    return None


def _reason(error: RiskwarnError, file: Path) -> str:
    """The sentence of an error without the name of the file."""
    return str(error).removeprefix(f"{file.name}: ").removesuffix(".")


def _order(table: Table) -> tuple[int, str, date, str]:
    rank = 0 if table.source == "grids" else 2 if declared(table.source).events else 1
    return rank, table.source if rank else "", table.newest or date.min, table.file.name


def _system_told(headings: Sequence[str]) -> str | None:
    text = unicodedata.normalize("NFKC", " ".join(headings))
    return next((system for system, pattern in _SYSTEMS.items() if pattern.search(text)), None)


def _newest(found: Recognised) -> date | None:
    """The newest local date of the events that were looked at."""
    days = []
    for name in ("occurred_at", "known_at", "updated_at"):
        if name in found.fields:
            cells = found.seen.cells[found.fields[name]].dropna()
            moments, _ = instants(strings(cells), _UTC)
            moments = moments[~np.isnat(moments)]
            days += [pd.Timestamp(moments.max()).date()] if len(moments) else []
    return max(days, default=None)


def _drawn(found: Recognised) -> list[Place]:
    """Codes and names of the grids of a table that is only looked at."""
    return [
        Place(name, frozenset(found.seen.cells[found.fields[column]].dropna().astype(str)))
        for column, name in _OF_GRIDS.items()
        if column in found.fields
    ]


def _places_of(tables: Sequence[Table]) -> list[Place]:
    return [place for table in tables for place in table.places]


@dataclass
class _TitlesSeen:
    """Finds headings as the loader does, and remembers what stands above those of one table."""

    finder: HeadingFinder
    headings: Sequence[str]
    above: list[str] = field(default_factory=list)

    @property
    def separator(self) -> str | None:
        """What is known to stand between the cells of a text."""
        return self.finder.separator

    def __call__(self, top: Sequence[Cells]) -> Found:
        """The headings among the first rows."""
        found = self.finder(top)
        if tuple(found.headings) == tuple(self.headings):
            self.above += [cell for row in top[: found.rows] for cell in row if cell]
        return found


def _titles(file: Path, source: str, sheet: str | None, database: str | None, headings: Sequence[str]) -> list[str]:
    """What stands above the headings of a table."""
    seen = _TitlesSeen(heading_finder(declared(source).kind, Rules()), headings)
    if file.suffix.lower() != ".sql":
        open_sheet(file, seen, database, sheet=sheet)
    return seen.above


def places_of(home: Home) -> list[Place]:
    """The codes and names of the units that a home holds."""
    grids = Store(home).versions("grids")
    fields = {"grid_id": "grid_id", "grid_name": "name"}
    fields |= {name: name for unit in ("community", "town", "district") for name in (unit, f"{unit}_name")}
    return [Place(name, frozenset(map(str, grids[column].dropna()))) for name, column in fields.items()]
