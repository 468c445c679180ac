"""One declaration per source, from which schema, required columns, template, documentation and JSON schema are made."""

from __future__ import annotations

from dataclasses import dataclass

from riskwarn.contracts import table_fields
from riskwarn.contracts.event_fields import EVENT_FIELDS
from riskwarn.contracts.fields import Field, Known
from riskwarn.mapping import Mapping

#: What tells the place of an event, any one of them; "+" joins columns that only serve together.
PLACE = (
    "grid_id",
    "longitude+latitude",
    "coordinates",
    "place",
    "path",
    "community",
    "community_name",
    "town",
    "town_name",
    "service_area",
    "address",
)

#: Each unit of a grid by its code or its name.
_UNITS = tuple((unit, f"{unit}_name") for unit in ("community", "town", "district"))


@dataclass(frozen=True)
class Contract:
    """One source: what it holds, its fields, and its categories (`other` last; none for tables)."""

    source: str
    events: bool
    fields: tuple[Field, ...]
    zh: str
    en: str
    any_of: tuple[tuple[str, ...], ...] = ()  # of each group one must have a column
    identity: tuple[str, ...] = ("record_id",)  # what makes two rows versions of one thing
    categories: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()  # what most exports have; empty: every field

    @property
    def kind(self) -> str:
        """Under what name its headings and fields are listed: `events`, or the name of the table."""
        return "events" if self.events else self.source

    @property
    def exported(self) -> tuple[Field, ...]:
        """The fields for which an export may have a column."""
        return tuple(field for field in self.fields if field.exported)

    @property
    def templated(self) -> tuple[Field, ...]:
        """The fields for which a template has a column."""
        return tuple(self.field(name) for name in self.usual) or self.exported

    def field(self, name: str) -> Field:
        """A field by its name; raise KeyError where there is none."""
        return {field.name: field for field in self.fields}[name]


def _table(source: str, fields: tuple[Field, ...], zh: str, en: str, *identity: str, **more: object) -> Contract:
    return Contract(source, False, fields, zh, en, identity=identity, **more)  # type: ignore[arg-type]


#: The tables that are not event sources.
TABLE_CONTRACTS: dict[str, Contract] = {
    one.source: one
    for one in (
        _table("grids", table_fields.GRIDS, "网格", "the grids of the city", "grid_id", "valid_from", any_of=_UNITS),
        _table(
            "demographics", table_fields.DEMOGRAPHICS, "人口与房屋", "residents and housing of a grid",
            "grid_id", "valid_from",
        ),
        _table(
            "interventions", table_fields.INTERVENTIONS, "服务记录", "services that were given", "grid_id", "kind", "started_at",
        ),
        _table(
            "grid_lineage", table_fields.GRID_LINEAGE, "网格调整", "which grid went on as which when grids were re-drawn",
            "from_grid_id", "to_grid_id", "effective_at",
        ),
        _table(
            "places", table_fields.PLACES, "小区、村组、市场与网格对照", "residential quarters, village groups and markets, and their grids",
            "name", "community", "town", "district", "grid_id", "valid_from",
        ),
        _table(
            "service_areas", table_fields.SERVICE_AREAS, "派出所、学校、供电等辖区", "police, school and power areas, and the grids they cover",
            "name", "kind", "grid_id", "valid_from",
        ),
        _table(
            "breaks", table_fields.BREAKS, "记录口径变化", "changes of recording, not of life", "date", "source", "unit",
        ),
    )
}  # fmt: skip

#: What most exports of an event source have; templates write these columns.
_USUAL = ("record_id", "grid_id", "community_name", "town_name", "district_name", "occurred_at", "known_at", "category")


@dataclass(frozen=True)
class _EventSource:
    zh: str
    en: str
    usual: tuple[str, ...]


def _event_source(zh: str, en: str, *usual: str) -> _EventSource:
    return _EventSource(zh, en, (*_USUAL, *usual, "status", "updated_at"))


#: The event sources that are shipped.
EVENT_SOURCES: dict[str, _EventSource] = {
    "disputes": _event_source(
        "矛盾纠纷", "disputes and their mediation",
        "severity", "discovered_by", "people", "due_at", "closed_at", "escalated_at", "outcome", "is_repeat",
    ),
    "petitions": _event_source(
        "信访", "petitions: unanswered demand and lateness only",
        "form", "kind", "accepted_at", "due_at", "answered_at", "closed_at", "satisfaction", "is_repeat", "repeat_of",
    ),
    "hotline": _event_source(
        "12345热线", "calls to the 12345 hotline",
        "kind", "category_detail", "urgency", "assigned_at", "due_at", "answered_at", "closed_at", "resolved", "satisfaction",
        "is_repeat", "repeat_of",
    ),
    "grid_reports": _event_source(
        "网格上报", "what grid workers report",
        "category_detail", "discovered_by", "accepted_at", "assigned_at", "due_at", "closed_at", "outcome",
    ),
    "hazards": _event_source(
        "隐患", "hazards that were found, and their repair", "grade", "discovered_by", "due_at", "closed_at", "outcome",
    ),
    "police_calls": _event_source(
        "110警情", "calls to the police, where a city lawfully shares them", "category_final", "injured", "answered_at", "closed_at",
    ),
    "incidents": _event_source(
        "事故", "incidents in which people or buildings were harmed", "severity", "injured", "killed", "count",
    ),
}  # fmt: skip


def declared(source: str) -> Contract:
    """The contract of a source; every source that is not one of the tables is an event source."""
    if source in TABLE_CONTRACTS:
        return TABLE_CONTRACTS[source]
    shipped = EVENT_SOURCES.get(source) or _event_source(source, source.replace("_", " "), "severity", "closed_at")
    return Contract(source, True, EVENT_FIELDS, shipped.zh, shipped.en, any_of=(PLACE,), usual=shipped.usual)


def required(kind: str, mapping: Mapping) -> list[tuple[str, ...]]:
    """Fields that must have a column, for `events` or the name of a table; of several names in one entry any will do.

    An aggregated export has a period, a category and a count where others have an id and a time. A name with "+" stands
    for columns that only serve together.
    """
    if kind == "events" and mapping.period is not None:
        return [PLACE, ("category",), ("count",)]
    contract = declared(kind)
    made = {"record_id"} if mapping.identity else set()
    needed = [(field.name,) for field in contract.fields if field.required and field.name not in made]
    if made:
        return [*contract.any_of, *needed]
    return [*needed[:1], *contract.any_of, *needed[1:]]


def fixed_fields(source: str) -> tuple[str, ...]:
    """The fields of a source that are declared to be written once, in the order of the store."""
    return tuple(one.name for one in declared(source).fields if one.known is Known.FIXED and one.stored)
