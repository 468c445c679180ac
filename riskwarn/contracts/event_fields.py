"""The fields of every event source: disputes, petitions, hotline, grid reports, hazards, incidents, and one's own."""

from __future__ import annotations

from riskwarn.contracts.fields import Field, Kind, Known, Privacy

_FIXED = Known.FIXED
_OWN = Known.OWN_TIME


def _locating(name: str, kind: Kind, zh: str, en: str, example: str) -> Field:
    return Field(name, kind, zh, en, known=_FIXED, privacy=Privacy.LOCATES, example=example, stored=False)


#: Used to find the place, not stored: the place is stored as `grid_id`, or as `unit` above the grid.
_LOCATING = (
    _locating("grid_name", Kind.NAME, "网格名称", "name of the grid", "第1网格"),
    _locating("community", Kind.ID, "社区（村）代码", "code of the community", "500105001001"),
    _locating("community_name", Kind.NAME, "社区（村）名称", "name of the community", "青山社区"),
    _locating("town", Kind.ID, "镇街代码", "code of the town or subdistrict", "500105001"),
    _locating("town_name", Kind.NAME, "镇街名称", "name of the town or subdistrict", "石桥街道"),
    _locating("district_name", Kind.NAME, "区县名称", "name of the district", "江北区"),
    _locating("path", Kind.NAME, "从区县到网格的名称路径", "path of names from the district down", "江北区/石桥街道/青山社区/第1网格"),
    _locating("place", Kind.NAME, "小区、村组、市场等名称", "a residential quarter, village group or market of `places`", "青山花园"),
    _locating("service_area", Kind.NAME, "派出所、学区、供电等辖区", "a police, school or power area of `service_areas`", "石桥派出所"),
    _locating("coordinates", Kind.PAIR, "经纬度同在一格", "longitude and latitude in one cell", "106.532100,29.571400"),
    _locating("address", Kind.TEXT, "地址，只用于定位，不留存", "address: used to find the place, never stored", "石桥街道青山路8号"),
)  # fmt: skip

_STORED_PLACE = (
    Field("grid_id", Kind.ID, "网格编码", "code of the grid", known=_FIXED, example="G0001"),
    Field(
        "unit", Kind.ID, "只能定位到社区或镇街时的代码", "code of the community or town where the record is located above the grid",
        known=_FIXED, exported=False,
    ),
    Field("located_by", Kind.NAME, "定位方式", "rung of the ladder of places", known=_FIXED, exported=False),
    Field("district", Kind.ID, "区县代码", "code of the district", known=_FIXED, example="500105"),
    Field(
        "longitude", Kind.DEGREES, "经度", "longitude; stored as WGS-84", lower=-180, upper=180, known=_FIXED, example="106.5321",
    ),
    Field(
        "latitude", Kind.DEGREES, "纬度", "latitude; stored as WGS-84", lower=-90, upper=90, known=_FIXED, example="29.5714",
    ),
)  # fmt: skip

_WHAT = (
    Field("occurred_at", Kind.INSTANT, "发生时间", "when it happened", required=True, known=_FIXED, example="2026-03-01 08:05:00"),
    Field("category", Kind.CATEGORY, "类别（大类）", "category", known=_FIXED),
    Field("category_final", Kind.CATEGORY, "办理后认定的类别", "category as found afterwards, never merged with the first"),
    Field("severity", Kind.WORD, "严重程度", "how grave it is", vocabulary="severity", known=_FIXED, example="一般"),
    Field("grade", Kind.WORD, "隐患等级", "grade of a hazard; not its severity", vocabulary="grade", example="一般隐患"),
    Field("urgency", Kind.WORD, "紧急程度", "how urgent it is", vocabulary="urgency", example="普通"),
    Field("kind", Kind.WORD, "诉求或信访的性质", "what is asked for", vocabulary="kind", known=_FIXED),
    Field("form", Kind.WORD, "提出的形式", "how it was brought", vocabulary="form", known=_FIXED),
    Field(
        "discovered_by", Kind.WORD, "发现方式", "who found it: residents, a patrol, another department",
        vocabulary="discovered_by", known=_FIXED, example="群众上报",
    ),
    Field("count", Kind.WHOLE, "件数", "how many events the row stands for", lower=0, known=_FIXED, example="1"),
    Field(
        "people", Kind.BAND, "涉及人数（按档留存；信访不用）", "people concerned: kept as a band, ignored for petitions",
        lower=0, privacy=Privacy.BANDED, example="2",
    ),
    Field("injured", Kind.BAND, "受伤人数（按档留存）", "people injured, as a band", lower=0, privacy=Privacy.BANDED),
    Field("killed", Kind.BAND, "死亡人数（按档留存）", "people killed, as a band", lower=0, privacy=Privacy.BANDED),
    Field("topics", Kind.TOPICS, "由文字得出的主题", "topics found in free text", privacy=Privacy.FLAGGED, exported=False),
    Field("due_at", Kind.INSTANT, "办理时限", "by when it must be answered", known=_FIXED, example="2026-04-30"),
    Field("due_derived", Kind.FLAG, "时限为推算", "whether `due_at` was derived from the statutory times", exported=False),
)  # fmt: skip

_OWN_TIMES = (
    Field("accepted_at", Kind.INSTANT, "受理时间", "when it was accepted", known=_OWN, example="2026-03-02 09:00:00"),
    Field("assigned_at", Kind.INSTANT, "交办时间", "when it was assigned", known=_OWN, example="2026-03-02 10:30:00"),
    Field("answered_at", Kind.INSTANT, "答复时间", "when it was answered", known=_OWN, example="2026-03-10 15:00:00"),
    Field("closed_at", Kind.INSTANT, "办结时间", "when it was closed", known=_OWN, example="2026-03-12 16:00:00"),
    Field("escalated_at", Kind.INSTANT, "升级时间", "when it escalated", known=_OWN),
    Field("reopened_at", Kind.INSTANT, "重新办理时间", "when it was reopened", known=_OWN),
    Field("ended_at", Kind.INSTANT, "结束时间", "when it ended", known=_OWN),
)

_COURSE = (
    Field(
        "status", Kind.WORD, "办理状态", "state; void words withdraw the record", vocabulary="status", example="已办结"
    ),
    Field("outcome", Kind.WORD, "办理结果", "how it ended; known from the date it belongs to", vocabulary="outcome"),
    Field("resolved", Kind.FLAG, "是否解决", "whether it was resolved", vocabulary="flag", example="是"),
    Field("satisfaction", Kind.WORD, "满意度", "how satisfied people are", vocabulary="satisfaction", example="满意"),
    Field("is_repeat", Kind.FLAG, "是否重复", "whether it repeats an earlier one", vocabulary="flag", example="否"),
    Field("is_joint", Kind.FLAG, "是否多人共同提出", "whether several brought it together", vocabulary="flag"),
    Field("repeat_of", Kind.DIGEST, "原编号", "id of the record that it repeats", privacy=Privacy.DIGESTED),
    Field("linked_to", Kind.DIGEST, "关联编号", "id of a record that it belongs to", privacy=Privacy.DIGESTED),
)

_READ_ONLY = (
    Field("confidential", Kind.FLAG, "是否保密（保密件不加载）", "whether it is confidential: then it is not loaded", vocabulary="flag", known=_FIXED, stored=False),
    Field("void", Kind.FLAG, "是否作废", "whether it is void: then the record is withdrawn", vocabulary="flag", stored=False),
    Field(
        "escalation", Kind.WORD, "有无激化、激化后果（并入办理结果）", "whether and how it turned violent: counts as the outcome, before any orderly end",
        vocabulary="escalation", stored=False,
    ),
    Field("category_detail", Kind.CATEGORY, "类别（小类）", "second level of the category", known=_FIXED, stored=False),
    Field(
        "text", Kind.TEXT, "文字描述，只提取主题，不留存", "free text: read for topics, never stored",
        privacy=Privacy.FLAGGED, stored=False,
    ),
)  # fmt: skip

#: Filled in while loading; `known_at` and `updated_at` may be columns of an export.
VERSION_FIELDS = (
    Field("known_at", Kind.INSTANT, "登记时间", "when it was registered", known=_FIXED, example="2026-03-01 10:00:00"),
    Field("updated_at", Kind.INSTANT, "更新时间", "when the row last changed", example="2026-03-12 16:00:00"),
)

RECORD_ID = Field(
    "record_id", Kind.DIGEST, "编号", "id of the record: stored as a keyed digest", required=True, known=_FIXED,
    privacy=Privacy.DIGESTED, example="JF20260301001",
)  # fmt: skip

#: Every field of an event source, in the order of the store; those that are only read stand at the end.
EVENT_FIELDS: tuple[Field, ...] = (
    RECORD_ID,
    *_STORED_PLACE,
    *_WHAT,
    *_OWN_TIMES,
    *_COURSE,
    *VERSION_FIELDS,
    *_LOCATING,
    *_READ_ONLY,
)
