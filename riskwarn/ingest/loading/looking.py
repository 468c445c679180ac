"""One file, looked at and not loaded: its tables, each taken for a source, with the mapping that is settled for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from riskwarn.contracts import declared
from riskwarn.contracts.controlled import refuse_register
from riskwarn.contracts.own import is_own
from riskwarn.errors import (
    FileEmpty,
    FileUnreadable,
    RefusedWord,
    RegisterOfPersons,
    RiskwarnError,
    SheetUnfit,
    TablesSideBySide,
    register_told,
)
from riskwarn.home import Home
from riskwarn.ingest.columns import refuse_side_by_side
from riskwarn.ingest.heading_finder import heading_finder
from riskwarn.ingest.loading.district import district_said, same_district
from riskwarn.ingest.loading.export_date import export_date, says_day
from riskwarn.ingest.loading.inputs import Skipped
from riskwarn.ingest.loading.plan import Table
from riskwarn.ingest.loading.remembered import mapping_in_force, recalled, says_identity, settled_sources, with_recalled
from riskwarn.ingest.loading.systems import points_of, system_told
from riskwarn.ingest.mapping_proposal.guessing import UNSURE
from riskwarn.ingest.mapping_proposal.hints import also_of
from riskwarn.ingest.mapping_proposal.identity import sharing
from riskwarn.ingest.mapping_proposal.profile import LAST, Profile
from riskwarn.ingest.mapping_proposal.proposal import ABOUT_PERSONS, Proposal, examine
from riskwarn.ingest.mapping_proposal.recognised import Place, Recognised
from riskwarn.ingest.mapping_proposal.registers import refuse_seen
from riskwarn.ingest.mapping_proposal.saying import said_otherwise
from riskwarn.ingest.sheets import NO_TABLE, held_open, hidden_sheets, is_page, open_sheet, other_sheets, sheet_names
from riskwarn.ingest.sheets.last_lines import ASKED, is_last_line
from riskwarn.ingest.sheets.packing import packed_name
from riskwarn.ingest.values.cells import strings
from riskwarn.ingest.values.dates import instants
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import laid_over
from riskwarn.messages import Listed, Message
from riskwarn.store import Store

#: So many known columns make a table that should load, though something that it needs is missing.
_MEANT = 3
#: So many columns about persons make a table that is none to load a list of them.
_A_LIST = 2
_UTC = ZoneInfo("UTC")
#: Bytes at the end of a text that may say when it was taken, and cells of such a row.
_TAIL, _FEW_CELLS = 2_000, 4
#: What a day in a line of signatures is the day of.
_SIGNED_ON = "制表日期："
#: So great a share of the times of a table may be mistyped: they do not say that it was taken later.
_MISTYPED = 0.005
#: Codes and names of grids by which columns of events are recognised.
_OF_GRIDS = {
    "grid_id": "grid_id", "name": "grid_name", "community": "community", "community_name": "community_name",
    "town": "town", "town_name": "town_name",
}  # fmt: skip


@dataclass
class Looking:
    """One file, being looked at."""

    home: Home
    file: Path
    places: list[Place]
    database: str | None
    now: datetime

    def tables(self, skipped: list[Skipped]) -> list[Table]:
        """Its tables; what is none is added to `skipped`."""
        name = self.file.name
        skipped += [Skipped(name, title, Message("the sheet is hidden")) for title in hidden_sheets(self.file)]
        titles = sheet_names(self.file)
        looked: list[Table] = []
        for title in titles:
            sheet = title if len(titles) > 1 else None
            try:
                table = self.table(sheet)
            except (FileEmpty, SheetUnfit, TablesSideBySide, RefusedWord) as error:
                if sheet is None:
                    raise
                skipped.append(Skipped(name, title, reason_of(error, self.file)))
                continue
            if (reason := _no_source(table, self.home)) is not None:
                skipped.append(Skipped(name, title or None, reason))
            else:
                looked.append(table)
        if not looked and is_page(self.file):
            raise FileUnreadable(file=name, problem=NO_TABLE)
        return [more for table in self.joined(looked) for more in (table, *self.also(table))]

    def table(self, sheet: str | None, source: str | None = None) -> Table:
        """One sheet, taken for a source. Raises RefusedWord where it is a register of persons, and what `examine` raises."""
        home = self.home
        refuse_register(self.file.name, [self.file.stem, sheet or ""])

        def examined(
            source: str | None, rules: Rules | None = None, seen: Profile | None = None
        ) -> tuple[Proposal, Recognised]:
            return examine(
                self.file, home.configuration, source=source, rules=rules, places=self.places, database=self.database,
                sheet=sheet, seen=seen,
            )  # fmt: skip

        before = [] if source is not None else settled_sources(home, home.configuration.sources, self.file, sheet)
        proposal, found = examined(before[0] if len(before) == 1 else source)
        if len(before) == 1 and said_otherwise(found.seen, before[0], self._translated(before[0], sheet)) is not None:
            proposal, found = examined(None, None, found.seen)
        if before == [proposal.source]:
            proposal = replace(proposal, source_ground=Message("its headings were settled before"))
        refuse_seen(found.seen)
        source, ground = proposal.source, proposal.source_ground
        refuse_side_by_side(found.seen.headings, declared(source).kind, Rules(), self.file.name)
        if source not in home.configuration.sources:
            return self._made(proposal, found, sheet, Rules(), {}, None)
        own = home.configuration.sources[source].mapping
        if (settled := recalled(home, source, self.file, sheet)) is not None:
            rules = with_recalled(own, settled, found.seen.headings)
            proposal, found = examined(source, rules, found.seen)
            # What is told by the cells of each file is not in it.
            keys = laid_over(rules, dict(proposal.mapping)).model_dump(exclude_unset=True)
            # Who says by what columns a record is known has looked at the rows that share them.
            by_hand = bool(own.identity) or says_identity(settled)
            doubts = (_shared(same, settled),) if not by_hand and (same := sharing(found)) else ()
            table = self._made(replace(proposal, source_ground=ground), found, sheet, own, keys, settled)
            told = table.told_district
            if table.district is not None and told is not None and not same_district(told, table.district[0]):
                doubts = (*doubts, _other_district(table.district, told, settled))
            return replace(table, doubts=doubts)
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
        if (system := system_told(found.seen.headings)) is not None and "coordinates" not in own.model_fields_set:
            keys["coordinates"] = system
        return self._made(proposal, found, sheet, own, keys, None)

    def _translated(self, source: str, sheet: str | None) -> bool:
        """Whether the mapping in force for the headings of a table says what its categories are."""
        return bool(mapping_in_force(self.home, source, self.file, sheet)[0].words.get("category"))

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
            by_title = {table.sheets[0]: table for table in several}
            try:
                opened = open_sheet(self.file, heading_finder(declared(first.source).kind, first.rules), self.database)
                titles = tuple(opened.titles)
            except RiskwarnError:
                titles = ()
            if set(titles) == set(by_title):
                whole.append(_one([by_title[title] for title in titles], titles))
            else:
                whole += several
        return whole

    def also(self, table: Table) -> list[Table]:
        """The same table for a second source: the residents of a table of grids."""
        other = also_of(table.source, table.headings)
        if other is None:
            return []
        found = self.table(table.sheet, other)
        return [replace(found, proposal=replace(found.proposal, source_ground=Message("its residents")))]

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
        newest = _newest(found, self.now.astimezone(zone).date())
        titles = found.seen.titles
        points = points_of(found)
        # Titles say it, or a sheet of explanations or a cover beside the table.
        beside = other_sheets(self.file, sheet) if sheet else []
        unsaid = points is not None and "coordinates" not in {*own.model_fields_set, *keys} and settled is None
        if unsaid and (system := system_told([*titles, *beside])) is not None:
            keys = {**keys, "coordinates": system}
        said: dict[str, list[str]] = {
            Message("its cover sheet"): beside,
            Message("its last lines"): _last_lines(self.file, found.seen),
        }
        packed = packed_name(self.file)
        taken = export_date(self.file.stem, titles, newest, self.now, zone, said, packed)
        exported_at, ground = taken or (None, None)
        kept = settled is not None and "district_name" in keys.get("always", {})
        district = None
        if kept or any(group.startswith("district ") for group in proposal.missing):
            district = district_said([*titles, sheet or ""], self.file.stem, beside, found.seen.cells)
        if district is not None:
            district = _as_loaded(self.home, district[0]), district[1]
        return Table(
            self.file, (sheet,) if sheet else (), sheet, proposal, found.seen.headings, own, keys, settled, newest,
            exported_at, ground, tuple(_drawn(found)) if proposal.source == "grids" else (), points, district=district,
        )  # fmt: skip


def as_loaded(
    home: Home,
    file: Path,
    source: str | None,
    sheet: str | None,
    places: Sequence[Place],
    database: str | None,
    now: datetime,
) -> Table:
    """One file (of a workbook one sheet, or those that fit) as it would be loaded, as a table of `source` where that is given.

    Raises what :func:`riskwarn.ingest.mapping_proposal.proposal.examine` raises, and RefusedWord.
    """
    with held_open():
        one = sheet if sheet and sheet_names(file) != ("",) else None
        return Looking(home, file, list(places), database, now).table(one, source)


def _as_loaded(home: Home, district: str) -> str:
    """A district as the grids that are loaded call it, where they have it by its full or its short name."""
    loaded = Store(home).versions("grids", ["district_name"])["district_name"].dropna().unique()
    return next((str(name) for name in loaded if same_district(str(name), district)), district)


def _shared(rows: int, settled: Path) -> Message:
    said = "{rows} rows share the id that identity: makes with a row that tells of something else: name more columns in mappings/{name}"
    return Message(said, rows=rows, name=settled.name)


def _other_district(found: tuple[str, str], kept: str, settled: Path) -> Message:
    said = "{ground} says district {name}, and {kept} was settled for these headings in mappings/{path}"
    return Message(said, ground=found[1], name=found[0], kept=kept, path=settled.name)


def _one(tables: Sequence[Table], titles: tuple[str, ...]) -> Table:
    """Sheets with the same headings as one table; a title speaks for all of them unless another sheet is newer."""
    newest = max((table.newest for table in tables if table.newest), default=None)
    dated = [(table.exported_at, table.export_ground) for table in tables if table.exported_at is not None]
    export = max(dated, key=lambda pair: pair[0], default=(None, None))
    if export[0] is not None and newest is not None and export[0].date() < newest:
        export = None, None
    # Sheets of several districts are no table of one.
    district = tables[0].district if len({one.district and one.district[0] for one in tables}) == 1 else None
    return replace(
        tables[0], sheets=titles, sheet=None, newest=newest, exported_at=export[0], export_ground=export[1], district=district,
    )  # fmt: skip


def _worth(proposal: Proposal) -> tuple[int, int]:
    """How little is wanting: what is missing, and rows whose words nobody knows."""
    return len(proposal.missing), sum(sum(words.values()) for words in proposal.unknown_words.values())


def _no_source(table: Table, home: Home) -> str | None:
    """Why a table is of no source; None where it is of one."""
    if table.source not in home.configuration.sources:
        said = "it looks like {source}, which is no source of this home: declare it under sources: in riskwarn.yaml"
        return Message(said, source=table.source)
    known = {one.field for one in table.proposal.columns if one.field and one.field != "text"}
    if table.lacks and len(known) < _MEANT:
        if len(persons := [one.heading for one in table.proposal.columns if one.ground == ABOUT_PERSONS]) >= _A_LIST:
            return register_told(Listed(persons))
        if is_own(table.source):
            said = "it is called like {source}, and nothing tells its columns: say them with riskwarn map --source {source}, or in riskwarn.yaml"
            return Message(said, source=table.source)
        return Message("it is of no source that riskwarn knows")
    if table.proposal.source_ground.endswith(UNSURE):
        said = "nothing tells its source ({source} is the likeliest): load it with riskwarn ingest SOURCE FILE"
        return Message(said, source=table.source)
    return None


def reason_of(error: RiskwarnError, file: Path) -> str:
    """The sentence of an error, without the name of the file where it is only told beside it."""
    if isinstance(error, RegisterOfPersons):
        return error.reason
    problem = error.message.fields.get("problem")
    if error.message.template == FileUnreadable.template and isinstance(problem, str):
        return problem
    return error.message


def _newest(found: Recognised, today: date) -> date | None:
    """The newest local date of the events that were looked at, but for a few; what lies after today is no date of theirs."""
    days = []
    for name in ("occurred_at", "known_at", "updated_at"):
        if name in found.fields:
            cells = found.seen.cells[found.fields[name]].dropna()
            moments, _ = instants(strings(cells), _UTC)
            moments = moments[moments < np.datetime64(today + timedelta(days=1), "us")]
            last = max(len(moments) - 1 - int(len(moments) * _MISTYPED), 0)
            days += [pd.Timestamp(np.sort(moments)[last]).date()] if len(moments) else []
    return max(days, default=None)


def _last_lines(file: Path, seen: Profile) -> list[str]:
    """What stands in the last lines of a table of which each says who made it, or when; of text also what is no row."""
    signed = [line for line in seen.last if 0 < len(line) <= _FEW_CELLS and re.match(ASKED, line[0])]
    # The day stands alone where who made the table and who checked it stand before it: 制表：…, 审核：…, 2026年11月16日.
    told = [f"{_SIGNED_ON}{cell}" if says_day(cell) else cell for line in signed for cell in line]
    if seen.encoding is not None and seen.separator is not None and file.suffix.lower() not in (".gz", ".zip"):
        with file.open("rb") as stream:
            stream.seek(max(file.stat().st_size - _TAIL, 0))
            text = stream.read().decode(seen.encoding, errors="ignore")
        told += [line for line in text.splitlines()[-LAST:] if is_last_line(line, seen.separator)]
    return told


def _drawn(found: Recognised) -> list[Place]:
    """Codes and names of the grids of a table that is only looked at."""
    return [
        Place(name, frozenset(found.seen.cells[found.fields[column]].dropna().astype(str)))
        for column, name in _OF_GRIDS.items()
        if column in found.fields
    ]
