"""The event sources that are shipped, each declared once; from this follow schema, template, documents and features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from riskwarn.contracts.contract import Contract
from riskwarn.contracts.event_fields import EVENT_FIELDS
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.mapping import Mapping
from riskwarn.words import Role

#: What tells the place of an event, any one of them; "+" joins columns that only serve together.
PLACE = (
    "grid_id",
    "longitude+latitude",
    "coordinates",
    "place",
    "path",
    "grid_name",
    "community",
    "community_name",
    "town",
    "town_name",
    "service_area",
    "address",
)

#: What most exports of an event source have; templates write these columns.
_USUAL = ("record_id", "grid_id", "community_name", "town_name", "district_name", "occurred_at", "known_at", "category")


def event_source(
    source: str,
    zh: str,
    en: str,
    usual: Iterable[str],
    roles: Iterable[Role] = (),
    records: tuple[str, str] | None = None,
) -> Contract:
    """The contract of an event source.

    `usual` are the columns that most exports have beside those of every source; `records` is what its records are called
    in a sentence, in Chinese and English, where not as the source itself.
    """
    records_zh, records_en = records or (zh, en)
    return Contract(
        source,
        True,
        EVENT_FIELDS,
        zh,
        en,
        any_of=(PLACE,),
        usual=(*_USUAL, *usual, "status", "updated_at"),
        records_zh=records_zh,
        records_en=records_en,
        roles=frozenset(roles),
    )


#: Event source -> its contract, without categories: those are lists of words.
EVENT_SOURCES: dict[str, Contract] = {
    one.source: one
    for one in (
        event_source(
            "disputes", "矛盾纠纷", "disputes and their mediation",
            ("severity", "discovered_by", "people", "due_at", "closed_at", "escalated_at", "outcome", "is_repeat"),
            roles=(Role.CASE, Role.PATROL, Role.ESCALATING, Role.REPEATING, Role.TEXT),
            records=("矛盾纠纷", "disputes"),
        ),
        replace(
            event_source(
                "petitions", "信访", "petitions: unanswered demand and lateness only",
                ("form", "kind", "accepted_at", "due_at", "answered_at", "closed_at", "satisfaction", "is_repeat", "repeat_of"),
                roles=(Role.DEMAND,),
                records=("信访", "petitions"),
            ),
            demand_only=True, every_kind_asks=True, due_by_law=True,
        ),
        event_source(
            "hotline", "12345热线", "calls to the 12345 hotline",
            (
                "kind", "category_detail", "urgency", "assigned_at", "due_at", "answered_at", "closed_at", "resolved",
                "satisfaction", "is_repeat", "repeat_of",
            ),
            roles=(Role.DEMAND, Role.CASE, Role.TEXT),
            records=("热线诉求", "hotline calls"),
        ),
        event_source(
            "grid_reports", "网格上报", "what grid workers report",
            ("category_detail", "discovered_by", "accepted_at", "assigned_at", "due_at", "closed_at", "outcome"),
            roles=(Role.CASE, Role.PATROL),
            records=("网格上报事件", "grid reports"),
        ),
        replace(
            event_source(
                "hazards", "隐患", "hazards that were found, and their repair",
                ("grade", "discovered_by", "due_at", "closed_at", "outcome"),
                roles=(Role.CASE, Role.PATROL, Role.REPEATING),
                records=("隐患", "hazards"),
            ),
            long_memory=True,
        ),
        event_source(
            "police_calls", "110警情", "calls to the police, where a city lawfully shares them",
            ("category_final", "injured", "answered_at", "closed_at"),
            records=("警情", "police calls"),
        ),
        event_source(
            "incidents", "事故", "incidents in which people or buildings were harmed",
            ("severity", "injured", "killed", "count"),
            roles=(Role.REPEATING,),
            records=("安全事故", "safety incidents"),
        ),
    )
}  # fmt: skip


def declared(source: str) -> Contract:
    """The shipped contract of a source; any other name is that of an event source of which nothing is declared."""
    found = TABLE_CONTRACTS.get(source) or EVENT_SOURCES.get(source)
    return found or event_source(source, source, source.replace("_", " "), ("severity", "closed_at"))


def required(kind: str, mapping: Mapping) -> list[tuple[str, ...]]:
    """Fields that must have a column, for `events` or the name of a table; of several names in one entry any will do.

    An aggregated export has a period, a category and a count where others have an id and a time. A name with "+" stands
    for columns that only serve together.
    """
    if kind == "events" and mapping.period is not None:
        return [group for group in (PLACE, ("category",), ("count",)) if not set(group) & set(mapping.always)]
    contract = declared(kind)
    made = {"record_id"} if mapping.identity else set()
    needed = [(field.name,) for field in contract.fields if field.required and field.name not in made]
    if made:
        return [*contract.any_of, *needed]
    return [*needed[:1], *contract.any_of, *needed[1:]]
