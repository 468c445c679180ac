"""The plan of a load of several files: which tables they hold, as what each would be loaded, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from riskwarn.contracts import declared
from riskwarn.errors import RiskwarnError
from riskwarn.ingest.columns import clashing
from riskwarn.ingest.heading_words import position_of
from riskwarn.ingest.loading.inputs import Skipped
from riskwarn.ingest.loading.systems import Points, nearest_system, together
from riskwarn.ingest.mapping_proposal.hints import POINTS
from riskwarn.ingest.mapping_proposal.proposal import Proposal
from riskwarn.ingest.mapping_proposal.recognised import Place
from riskwarn.ingest.redaction import kept_heading
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import laid_over
from riskwarn.messages import Listed, Message

#: What only a person can say of a table.
DISTRICT = Message("the district of its grids")
SYSTEM = Message("the system of its coordinates (wgs84, also CGCS2000; gcj02: Gaode, Tencent; bd09: Baidu)")


def which(field: str, headings: Sequence[str]) -> Message:
    """What is asked where several columns could be one field."""
    return Message("which column is {field} ({headings})", field=field, headings=Listed(map(kept_heading, headings)))


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
    points: Points | None = field(default=None, repr=False, compare=False)
    doubts: tuple[str, ...] = ()  # what speaks against the mapping that an earlier load has settled
    district: tuple[str, str] | None = None  # which one it says itself that it is of, and where it says it
    system_ground: str | None = None  # how its system of coordinates was told by the grids
    given: Mapping[str, str] = field(default_factory=dict)  # field -> heading: said for this load, and kept

    @property
    def source(self) -> str:
        """The source that it is taken for."""
        return self.proposal.source

    @property
    def rules(self) -> Rules:
        """Its whole mapping. The district that this file says is not kept for the next one with its headings."""
        rules = self._settled
        if self.district is None or not self._lacks_district(rules):
            return rules
        return laid_over(rules, {"always": {**rules.always, "district_name": self.district[0]}})

    @property
    def _settled(self) -> Rules:
        return laid_over(self.own, dict(self.keys))

    def _lacks_district(self, rules: Rules) -> bool:
        given = {"district", "district_name"} & set(rules.always)
        return not given and any(group.startswith("district ") for group in self.proposal.missing)

    @property
    def needs_district(self) -> bool:
        """Whether only someone can say which district it is of."""
        return self._lacks_district(self.rules)

    @property
    def says_district(self) -> bool:
        """Whether the district that it says itself holds, for neither a column nor an answer tells one."""
        return self.district is not None and self._lacks_district(self._settled)

    @property
    def told_district(self) -> str | None:
        """The district that somebody said it is of; None where its own columns say it, or nobody has."""
        always = self._settled.always
        said = always.get("district_name") or always.get("district")
        return None if said is None else str(said)

    @property
    def told_system(self) -> str | None:
        """The system of coordinates that somebody said it is in."""
        told = self.points_told and self.system_ground is None and "coordinates" in self.rules.model_fields_set
        return str(self.rules.coordinates) if told else None

    @property
    def clashes(self) -> dict[str, tuple[str, ...]]:
        """Fields for which several columns stand with equal right, and nothing below them decides -> their headings."""
        found = clashing(self.headings, declared(self.source).kind, self.rules)
        return {field: tuple(self.headings[at] for at in positions) for field, positions in found.items()}

    @property
    def points_told(self) -> bool:
        """Whether it has coordinates."""
        return bool(POINTS & {one.field for one in self.proposal.columns})

    @property
    def needs_system(self) -> bool:
        """Whether it has coordinates, and nothing says in which system."""
        return self.points_told and "coordinates" not in self.rules.model_fields_set

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is needed, is not there, and cannot be given by an answer."""
        return tuple(group for group in self.proposal.missing if not group.startswith("district "))

    @property
    def of_this_file(self) -> list[str]:
        """What it says of itself and of no other file with its headings: its district."""
        if self.district is None or not self.says_district:
            return []
        return [Message("district {name}: {ground}", name=self.district[0], ground=self.district[1])]

    @property
    def answered(self) -> bool:
        """Whether which column is which field was said for this load: it is kept, whatever was settled before."""
        return bool(self.given)

    @property
    def unread(self) -> list[str]:
        """The headings of the columns that are not read."""
        given = set(self.given.values())
        return [
            one.heading
            for one in self.proposal.columns
            if one.heading not in given and (one.field is None or one.field in self.given)
        ]

    @property
    def unsure(self) -> list[str]:
        """What is taken without certainty, a line each."""
        own = self.of_this_file
        if self.recalled is not None:
            return [*own, *self.doubts]
        told = {*self.clashes, *self.given, *self.given.values()}
        lines: list[str] = [
            *own,
            *(
                Message(
                    "{heading} is taken for {field} ({ground})", heading=one.heading, field=one.field, ground=one.ground
                )
                for one in self.proposal.columns
                if not one.sure and one.field and not {one.field, one.heading} & told
            ),
        ]
        lines += self.proposal.taken_for
        if self.system_ground is not None:
            lines.append(self.system_ground)
        if self.proposal.identity:
            said = "each row is known again by {headings} together"
            lines.append(Message(said, headings=Listed(map(kept_heading, self.proposal.identity))))
        return lines

    def settle(self, **keys: Any) -> Table:
        """The same table with more of its mapping settled."""
        return replace(self, keys={**self.keys, **keys})

    def takes(self, field: str, heading: str) -> bool:
        """Whether it has a column of this heading, and its source this field."""
        known = {one.name for one in declared(self.source).fields}
        return field in known and position_of(heading, self.headings) is not None

    def with_column(self, field: str, heading: str) -> Table:
        """The same table with one column as it was answered, and as no other field."""
        at = position_of(heading, self.headings)
        others = {
            name: one for name, one in self.keys.get("columns", {}).items() if position_of(one, self.headings) != at
        }
        written = heading if at is None else self.headings[at]
        return replace(self.settle(columns={**others, field: written}), given={**self.given, field: written})


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
    centres: Points | None = field(default=None, repr=False, compare=False)  # of the grids that are loaded, in WGS-84

    def settle(
        self, *, district: str | None = None, system: str | None = None, exported_at: datetime | None = None
    ) -> Plan:
        """The same plan with the answers that serve all its tables."""
        tables = []
        for table in self.tables:
            if district is not None and table.needs_district:
                table = table.settle(always={**table.keys.get("always", {}), "district_name": district})
            if exported_at is not None:
                table = replace(table, exported_at=exported_at, export_ground=Message("as it was given"))
            tables.append(table)
        return replace(self, tables=tuple(tables))._in_systems(system)

    def without_said_districts(self) -> Plan:
        """The same plan where what tables say of their district does not count: somebody says it."""
        return replace(self, tables=tuple(replace(one, district=None) for one in self.tables))

    def _in_systems(self, answer: str | None) -> Plan:
        """The same plan, each table in the system that its grids tell, else in that of the answer; grids have the answer alone."""
        tables = [
            table.settle(coordinates=answer)
            if answer is not None and table.source == "grids" and table.needs_system
            else table
            for table in self.tables
        ]
        centres = together([*(_centres(table) for table in tables), self.centres])
        return replace(self, tables=tuple(_in_system(table, centres, answer) for table in tables))


def _centres(table: Table) -> Points | None:
    """The centres of a table of grids whose system is settled, in WGS-84."""
    if table.source != "grids" or table.points is None or table.needs_system:
        return None
    return table.points.as_wgs84(table.rules.coordinates)


def _in_system(table: Table, centres: Points | None, answer: str | None) -> Table:
    if not table.needs_system:
        return table
    told = nearest_system(table.points, centres) if table.points is not None and centres is not None else None
    if told is not None:
        return replace(table.settle(coordinates=told[0]), system_ground=told[1])
    return table.settle(coordinates=answer) if answer is not None else table
