"""The tables that are not event sources, each declared once."""

from __future__ import annotations

from riskwarn.contracts import table_fields
from riskwarn.contracts.contract import Contract
from riskwarn.contracts.fields import Field

#: Each unit of a grid by its code or its name.
_UNITS = tuple((unit, f"{unit}_name") for unit in ("community", "town", "district"))


def _table(
    source: str,
    fields: tuple[Field, ...],
    zh: str,
    en: str,
    *identity: str,
    any_of: tuple[tuple[str, ...], ...] = (),
) -> Contract:
    return Contract(source, False, fields, zh, en, any_of=any_of, identity=identity)


#: Table -> its contract.
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
        _table(
            "teams", table_fields.TEAMS, "处置队伍", "who answers notices in a unit; never a person", "team_id", "unit", "valid_from",
        ),
        _table(
            "tickets", table_fields.TICKETS, "预警工单", "what became of notices in the app that supervisors use", "alert_id", "updated_at",
        ),
    )
}  # fmt: skip
