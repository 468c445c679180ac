"""A contract told to people and to programs: what each column means, which words it takes, and a JSON schema of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from riskwarn.contracts.contract import Contract
from riskwarn.contracts.fields import Field, Kind, Known, Privacy
from riskwarn.contracts.vocabulary import categories_of, field_words, shipped, template_heading
from riskwarn.words import Role

#: What the cells of each kind hold, in Chinese and English.
HOLDS: dict[Kind, tuple[str, str]] = {
    Kind.ID: ("编码（文本格式）", "code, as text"),
    Kind.DIGEST: ("编号（文本格式）", "id, as text"),
    Kind.NAME: ("名称", "name"),
    Kind.WORD: ("词语", "word"),
    Kind.CATEGORY: ("类别词语；词表以外的保留为本地类别", "word; one that the list lacks is kept as a local category"),
    Kind.INSTANT: ("日期时间，如 2026-03-01 08:05:00", "date and time, as 2026-03-01 08:05:00"),
    Kind.DATE: ("日期，如 2026-03-01", "date, as 2026-03-01"),
    Kind.WHOLE: ("整数", "whole number"),
    Kind.NUMBER: ("数字", "number"),
    Kind.SHARE: ("比例，如 0.123 或 12.3%", "share, as 0.123 or 12.3%"),
    Kind.DEGREES: ("度，小数", "decimal degrees"),
    Kind.PAIR: ("经度,纬度", "longitude,latitude"),
    Kind.FLAG: ("是或否", "yes or no"),
    Kind.BAND: ("整数", "whole number"),
    Kind.TOPICS: ("主题", "topics"),
    Kind.GEOMETRY: ("GeoJSON 或 WKT", "GeoJSON or WKT"),
    Kind.LIST: ("编码，用;分隔", 'codes separated by ";"'),
    Kind.HASH: ("数字", "number"),
    Kind.TEXT: ("文字", "text"),
}

KNOWN: dict[Known, tuple[str, str]] = {
    Known.FIXED: ("登记时填写", "fixed at registration"),
    Known.REVISED: ("可修改", "may be revised"),
    Known.OWN_TIME: ("自带时间", "has its own time"),
}

PRIVACY: dict[Privacy, tuple[str, str]] = {
    Privacy.OPEN: ("留存", "stored"),
    Privacy.DIGESTED: ("只留加密摘要", "stored as a keyed digest"),
    Privacy.BANDED: ("按档留存", "stored as a band"),
    Privacy.LOCATES: ("只用于定位，不留存", "used to find the place, not stored"),
    Privacy.FLAGGED: ("只提取主题，不留存", "read for topics, not stored"),
}


#: What the records of a source are, for each role that its contract gives them.
ROLES: dict[Role, tuple[str, str]] = {
    Role.CASE: ("办结前一直未了结的事项", "cases that stay open until they are closed"),
    Role.DEMAND: ("等待答复的诉求", "demand that waits for an answer"),
    Role.PATROL: ("既有群众反映，也有巡查发现", "found by patrols as well as by residents"),
    Role.ESCALATING: ("可能升级", "some turn to harm"),
    Role.REPEATING: ("一处发生后附近更易发生", "one makes another nearby likelier"),
    Role.TEXT: ("附有文字，只提取主题", "free text comes with them, of which topics are left"),
}


@dataclass(frozen=True)
class Column:
    """One column of an export, explained."""

    heading: str  # the Chinese heading of the template
    field: str
    required: str  # yes, "one of a, b", or empty
    zh: str
    en: str
    words: tuple[str, ...]  # Chinese words that are understood, one a code; empty where any are
    example: str


def columns(contract: Contract) -> list[Column]:
    """Every column that an export of a source may have, those of the template first."""
    first = contract.templated
    rest = [field for field in contract.exported if field not in first]
    return [_explained(contract, field) for field in (*first, *rest)]


def words_of(contract: Contract, field: Field) -> tuple[str, ...]:
    """One Chinese word for each code that a field may have; empty where it has no list."""
    if field.kind is Kind.CATEGORY:
        known = categories_of(contract.source)
        return tuple(known[code][0] if code in known else code for code in contract.categories)
    if field.vocabulary is None:
        return ()
    listed: dict[str, list[str]] = shipped("words")["fields"][field.vocabulary]
    return tuple(str(words[0]) if words else code for code, words in listed.items())


def needed(contract: Contract, field: Field) -> str:
    """Whether a column is needed: `yes`, `one of …`, or empty."""
    if field.required:
        return "yes"
    for group in contract.any_of:
        if any(field.name in name.split("+") for name in group):
            return "one of " + ", ".join(group)
    return ""


def _explained(contract: Contract, field: Field) -> Column:
    words = words_of(contract, field)
    return Column(
        heading=template_heading(contract.kind, field.name),
        field=field.name,
        required=needed(contract, field),
        zh=f"{field.zh}：{HOLDS[field.kind][0]}",
        en=f"{field.en}: {HOLDS[field.kind][1]}",
        words=words,
        example=example(contract, field),
    )


def example(contract: Contract, field: Field) -> str:
    """A cell as a department would write it; empty where such a cell is usually empty."""
    if field.kind is Kind.CATEGORY and field.name == "category":
        return (words_of(contract, field) or ("其他",))[0]
    if field.kind is Kind.WORD and not field.example and field.name in contract.usual:
        return words_of(contract, field)[0]
    return field.example


def json_schema(contract: Contract) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one row of an export with the English names as keys, as in JSON lines."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": contract.source,
        "description": f"{contract.zh} · {contract.en}",
        "type": "object",
        "properties": {field.name: _property(contract, field) for field in contract.exported},
        "required": [field.name for field in contract.exported if field.required],
    }
    if contract.any_of:
        schema["allOf"] = [{"anyOf": [{"required": name.split("+")} for name in group]} for group in contract.any_of]
    return schema


def _property(contract: Contract, field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"description": f"{field.zh} · {field.en}", **_type(contract, field)}
    told |= {name: end for name, end in (("minimum", field.lower), ("maximum", field.upper)) if end is not None}
    told["x-known"], told["x-privacy"] = field.known.value, field.privacy.value
    return told


def _type(contract: Contract, field: Field) -> dict[str, Any]:
    if field.kind is Kind.FLAG:
        return {"enum": [True, False, *(word for word in field_words("flag") if word not in ("yes", "no"))]}
    if field.kind is Kind.WORD and field.vocabulary is not None:
        return {"enum": list(field_words(field.vocabulary))}
    if field.kind is Kind.CATEGORY:
        return {"type": "string", "examples": list(contract.categories)}
    if field.kind in (Kind.WHOLE, Kind.BAND):
        return {"type": "integer"}
    if field.kind in (Kind.NUMBER, Kind.SHARE, Kind.DEGREES):
        return {"type": "number"}
    if field.kind is Kind.DATE:
        return {"type": "string", "format": "date"}
    if field.kind is Kind.INSTANT:
        return {"type": "string", "format": "date-time"}
    return {"type": "string", **({"maxLength": 32} if field.name == "grid_id" else {})}
