"""The fields of the tables that are not event sources: places and their history, residents, services, breaks."""

from __future__ import annotations

from riskwarn.contracts.fields import Field, Kind, Known, Privacy

_FIXED = Known.FIXED
_OWN = Known.OWN_TIME


def _field(name: str, kind: Kind, zh: str, en: str, example: str = "", **more: object) -> Field:
    """A column of a table: fixed, and known from the day on which the row begins to hold."""
    return Field(name, kind, zh, en, **{"known": _FIXED, "example": example, **more})  # type: ignore[arg-type]


_VALID = (
    _field("valid_from", Kind.DATE, "启用日期", "first day on which the row holds; empty: for all time", "2026-01-01"),
    _field("valid_to", Kind.DATE, "停用日期", "first day on which it holds no longer; empty: still in force"),
)

_UNITS = (
    _field("community", Kind.ID, "社区（村）代码", "code of the community, or its path of names", "500105001001"),
    _field("community_name", Kind.NAME, "社区（村）名称", "name of the community", "青山社区"),
    _field("town", Kind.ID, "镇街代码", "code of the town or subdistrict", "500105001"),
    _field("town_name", Kind.NAME, "镇街名称", "name of the town or subdistrict", "石桥街道"),
    _field("district", Kind.ID, "区县代码", "code of the district", "500105"),
    _field("district_name", Kind.NAME, "区县名称", "name of the district", "江北区"),
)

_CENTRE = (
    _field("longitude", Kind.NUMBER, "中心经度", "longitude of its centre", "106.5321", lower=-180, upper=180),
    _field("latitude", Kind.NUMBER, "中心纬度", "latitude of its centre", "29.5714", lower=-90, upper=90),
)

_ID = _field("grid_id", Kind.ID, "网格编码", "code of the grid, at most 32 characters", "G0001", required=True)

_PAIR = _field(
    "coordinates", Kind.PAIR, "经纬度同在一格", "longitude and latitude in one cell", "106.5321,29.5714", stored=False
)

_STATEMENT = _field(
    "statement", Kind.HASH, "整组内容的摘要", "hash of the whole group of rows in its export: one that changes tells all anew",
    exported=False,
)  # fmt: skip

GRIDS = (
    _ID,
    _field("name", Kind.NAME, "网格名称", "name of the grid", "第1网格"),
    _field("kind", Kind.WORD, "网格类型", "basic, micro or special grid", "基础网格", vocabulary="grid_kind"),
    *_UNITS,
    *_CENTRE,
    _field("geometry", Kind.GEOMETRY, "边界（GeoJSON 或 WKT）", "outline as GeoJSON or WKT"),
    _field("neighbours", Kind.LIST, "相邻网格编码，用;分隔", 'codes of adjoining grids, separated by ";"', "G0002;G0003"),
    _field("households", Kind.WHOLE, "户数", "households", "320", lower=0),
    _field("workers", Kind.WHOLE, "网格员人数", "number of grid workers", "2", lower=0),
    *_VALID,
    _PAIR,
)  # fmt: skip

GRID_LINEAGE = (
    _field("from_grid_id", Kind.ID, "原网格编码", "code of the grid before", "G0001", required=True),
    _field("to_grid_id", Kind.ID, "现网格编码", "code of the grid after", "G0101", required=True),
    _field("effective_at", Kind.DATE, "调整日期", "first day of the new drawing", "2026-01-01", required=True),
    _field("weight", Kind.SHARE, "原网格划入现网格的比例", "share of the old grid that goes on in the new one; empty: equal shares", "0.6", lower=0, upper=1),
    _field("basis", Kind.NAME, "比例依据", "what the share was counted by: area, population, addresses", "人口"),
    _STATEMENT,
)  # fmt: skip

PLACES = (
    _field("name", Kind.NAME, "小区、村组或市场名称", "name of a residential quarter, village group or market", "青山花园", required=True),
    _field("grid_id", Kind.ID, "网格编码", "code of the grid in which it lies", "G0001", required=True),
    _field("community", Kind.NAME, "所属社区（村）", "its community, where the name occurs twice", "青山社区"),
    _field("town", Kind.NAME, "所属镇街", "its town, where the name occurs twice", "石桥街道"),
    _field("district", Kind.NAME, "所属区县", "its district, where the name occurs twice", "江北区"),
    _field("kind", Kind.NAME, "场所类型", "kind of place", "小区"),
    *_CENTRE,
    *_VALID,
    _STATEMENT,
    _PAIR,
)  # fmt: skip

SERVICE_AREAS = (
    _field("name", Kind.NAME, "辖区名称", "name of a police, school or power area", "石桥派出所", required=True),
    _field("kind", Kind.NAME, "辖区类型", "kind of area", "派出所"),
    _field("grid_id", Kind.ID, "网格编码", "code of a grid that it covers", "G0001", required=True),
    _field("weight", Kind.SHARE, "该网格所占比例", "share of the area's events that belong to the grid; empty: equal shares", "0.25", lower=0, upper=1),
    *_VALID,
    _STATEMENT,
)  # fmt: skip

BREAKS = (
    _field("date", Kind.DATE, "变化日期", "first day of the new way of recording", "2026-01-01", required=True),
    _field("source", Kind.NAME, "数据源", "source that records differently since", "disputes", required=True),
    _field(
        "unit", Kind.ID, "区县、镇街、社区或网格代码", "code of the unit concerned; empty: the whole city", "500105"
    ),
    _field("reason", Kind.NAME, "原因", "what changed in the recording", "更换系统", required=True),
)

DEMOGRAPHICS = (
    _ID,
    _field("valid_from", Kind.DATE, "统计日期", "day of the count; empty: for all time", "2026-01-01"),
    _field("population", Kind.NUMBER, "常住人口", "residents", "960", required=True, lower=0),
    _field("households", Kind.NUMBER, "户数", "households", "320", lower=0),
    _field("registered_population", Kind.NUMBER, "户籍人口", "registered residents", "700", lower=0),
    _field("migrant_population", Kind.NUMBER, "流动人口", "residents registered elsewhere", "260", lower=0),
    _field("share_over_65", Kind.SHARE, "65岁以上占比", "share of residents over 65", "18.5%", lower=0, upper=1),
    _field("share_under_15", Kind.SHARE, "15岁以下占比", "share of residents under 15", "12%", lower=0, upper=1),
    _field("living_alone_over_65", Kind.NUMBER, "独居老人数", "residents over 65 who live alone", "24", lower=0),
    _field("buildings", Kind.NUMBER, "楼栋数", "buildings", "18", lower=0),
    _field("rental_units", Kind.NUMBER, "出租房数", "rented homes", "60", lower=0),
    _field("density", Kind.NUMBER, "人口密度（人/平方公里）", "residents a square kilometre", "9600", lower=0),
    _field("housing_age", Kind.NUMBER, "房屋平均年限（年）", "mean age of housing in years", "21", lower=0, upper=300),
    _field("built_in", Kind.NUMBER, "建成年代", "year in which the housing was built", "2005", lower=1800, upper=2100),
    _field("area_km2", Kind.NUMBER, "网格面积（平方公里）", "area in square kilometres", "0.1", lower=0),
)  # fmt: skip

INTERVENTIONS = (
    _field("record_id", Kind.DIGEST, "编号", "id of the record: stored as a keyed digest", "FW20260301001", privacy=Privacy.DIGESTED),
    _field("grid_id", Kind.ID, "网格编码", "code of the grid", "G0001", required=True),
    _field("kind", Kind.WORD, "服务类型", "which service", "调解", required=True, vocabulary="service"),
    _field("started_at", Kind.INSTANT, "开始时间", "when it began", "2026-03-03 09:00:00", required=True),
    _field("ended_at", Kind.INSTANT, "结束时间", "when it ended", "2026-03-05 17:00:00", known=_OWN),
    _field("outcome", Kind.WORD, "办理结果", "how it ended", "调解成功", vocabulary="outcome", known=Known.REVISED),
    _field("hours", Kind.NUMBER, "工时", "hours of work", "3.5", lower=0, known=Known.REVISED),
    _field("chosen_by", Kind.WORD, "选取方式", "plan, human or exploration", "计划", vocabulary="chosen_by"),
    _field("propensity", Kind.SHARE, "抽取概率", "probability with which it was chosen", "0.05", lower=0, upper=1),
)  # fmt: skip

TEAMS = (
    _field("team_id", Kind.ID, "队伍编号", "code or name of the team, at most 64 characters; never a person", "石桥调解队", required=True),
    _field("unit", Kind.ID, "服务区域", "code or name of the district, town, community or grid that it answers for", "500105001", required=True),
    _field("services", Kind.LIST, "服务类型，用;分隔", 'services that it gives, separated by ";"', "调解;走访", vocabulary="service"),
    _field("workers", Kind.WHOLE, "队伍人数", "how many work in it; no names", "6", lower=0, upper=10_000),
    _field("hours_a_week", Kind.NUMBER, "每周工时", "hours of work that it has a week", "120", lower=0, upper=400_000),
    _field("notices_a_week", Kind.WHOLE, "每周处置上限", "how many notices it can take a week", "3", lower=0, upper=1_000),
    *_VALID,
)  # fmt: skip

TICKETS = (
    _field("alert_id", Kind.ID, "预警编号", "id of the notice that the ticket answers", "wabcdefghijkl", required=True),
    _field("status", Kind.WORD, "工单状态", "where the ticket stands", "处置中", required=True, vocabulary="ticket_status"),
    _field("updated_at", Kind.INSTANT, "更新时间", "since when it stands so; left empty: since the export", "2026-03-03 09:00:00", required=True),
    _field("closed_at", Kind.INSTANT, "办结时间", "when it was finished", "2026-03-05 17:00:00"),
    _field("outcome", Kind.WORD, "核实结果", "what was found: real, false, prevented or unknown", "属实", vocabulary="alert_outcome"),
    _field("service", Kind.WORD, "处置措施", "what was done", "调解", vocabulary="service"),
)  # fmt: skip
