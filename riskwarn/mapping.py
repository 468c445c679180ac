"""Mappings: which column of an export is which field, and the packaged mappings of usual departments."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from riskwarn.declarations import Declared, Name, loaded, read_yaml, zone
from riskwarn.files import packaged
from riskwarn.words import PRESETS, PresetName

#: In which order dates are written that do not begin with a year of four digits.
DateOrder = Literal["ymd", "mdy", "dmy"]


#: A word of an export; numbers in YAML are words, too.
Word = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, (int, float)) else value)]


class PeriodColumns(Declared):
    """Where an aggregated export says which period a row covers."""

    unit: Literal["day", "week", "month", "quarter"] = Field(
        description="the period that a row covers: day, week, month or quarter"
    )
    start: str | None = Field(
        default=None, description="column with the period (2024-01, 2024Q1, 2024-W05 …), or with its first day"
    )
    year: str | None = Field(default=None, description="column with the year")
    month: str | None = Field(default=None, description="column with the number of the month")

    @model_validator(mode="after")
    def _one_way(self) -> PeriodColumns:
        by_start = self.start is not None and self.year is None and self.month is None
        by_month = self.start is None and self.year is not None and self.month is not None and self.unit == "month"
        if not (by_start or by_month):
            raise ValueError("name either `start`, or `year` and `month` with `unit: month`")
        return self


class Mapping(Declared):
    """Which column of an export is which field, how its words translate, and who delivers it for what."""

    preset: PresetName | None = Field(
        default=None, description="packaged mapping of a usual department, on which the other keys build"
    )
    provider: str | None = Field(default=None, description="the department that delivers the export")
    purpose: str | None = Field(default=None, description="the purpose for which it was given")
    retention: Annotated[str, Field(pattern=r"^[1-9]\d{0,4} (days|months|years)$")] | None = Field(
        default=None, description="how long its records may be kept: 90 days, 24 months, 5 years"
    )
    columns: dict[Name, str] = Field(default={}, description="field: heading of the export; a load fails without it")
    headings: dict[Name, tuple[str, ...]] = Field(
        default={}, description="field: [further headings by which it is known, where the export has one of them]"
    )
    identity: tuple[str, ...] = Field(
        default=(), description="headings that together tell a record from others, where the export has no id"
    )
    period: PeriodColumns | None = Field(default=None, description="for aggregated exports: the period of a row")
    words: dict[Name, dict[str, str]] = Field(
        default={}, description="field: {word of the export: word of the vocabulary}"
    )
    empty: tuple[Word, ...] = Field(default=(), description="further words that stand for nothing in any column")
    always: dict[Name, Word] = Field(
        default={}, description="field: the word that holds for every row, where the export has no such column"
    )
    codes: Literal["mediation", "code24", "code2level"] | None = Field(
        default=None, description="the list by which codes of categories are read: mediation, code24 or code2level"
    )
    order: Literal["ascending", "descending"] | None = Field(
        default=None, description="how bare digits of severity are ordered"
    )
    separator: Annotated[str, Field(pattern=r"^[\t !#$%&*+,./:;<=>?@^_|~-]$")] | None = Field(
        default=None, description='what stands between the cells of a CSV, where it is not found: ";", "\\t", "|", "^"'
    )
    fill_down: tuple[Name, ...] = Field(
        default=(), description="fields whose empty cells take the value above: blanks left by merged cells"
    )
    times: dict[Name, str] = Field(
        default={}, description="field: heading of its time of day, where its day stands in another column"
    )
    dates: DateOrder | dict[Name, DateOrder] = Field(
        default={},
        description="order of day, month and year (ymd, mdy or dmy) where a column leaves it open, for all or by field",
    )
    decimal: Literal[",", "."] | None = Field(
        default=None, description="the decimal mark of its numbers, where a column leaves it open"
    )
    timezone: str | None = Field(default=None, description="time zone of local times; the city's where it is not given")
    delay_days: float = Field(default=0, ge=0, description="known_at = occurred_at + delay where no column says it")
    delivery_days: float = Field(default=0, ge=0, description="lag between the department and us, added to known times")
    coordinates: Literal["wgs84", "gcj02", "bd09"] = Field(
        default="wgs84", description="system of the coordinates: wgs84 (also CGCS2000), gcj02 or bd09"
    )
    fixed: dict[Name, bool] = Field(default={}, description="field: whether it was written once at registration")

    @model_validator(mode="before")
    @classmethod
    def _on_the_preset(cls, content: object) -> object:
        """Lay the keys over those of the preset: dictionaries key by key, everything else as a whole."""
        if isinstance(content, dict) and str(content.get("preset")) in PRESETS:
            # 12345 and 110 are numbers in YAML.
            name = str(content["preset"])
            return _over(preset_content(name)["mapping"], {**content, "preset": name})
        return content

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        return value if value is None else zone(value).key

    @property
    def told(self) -> str:
        """Who delivers it for what and how long it is kept, in one line; empty where nothing is declared."""
        parts = (("provider", self.provider), ("purpose", self.purpose), ("kept for", self.retention))
        return "; ".join(f"{name}: {value}" for name, value in parts if value)


@cache
def preset_content(name: str) -> dict[str, Any]:
    """A packaged mapping as it stands in its file: `source`, `zh`, `en` and the `mapping`."""
    return packaged(f"contracts/data/presets/{name}.yaml")


def chosen_mapping(own: Mapping, file: Path | None, preset: str | None) -> Mapping:
    """The mapping of a load: that of the file, else of the preset, else the source's own; a file builds on the preset.

    Raises FileMissing, ConfigurationInvalid, RefusedWord.
    """
    if file is None:
        return Mapping.model_validate({"preset": preset}) if preset else own
    written = read_yaml(file, Mapping)
    if preset is None or written.preset == preset:
        return written
    content = loaded(file.read_text(encoding="utf-8-sig")) or {}
    return Mapping.model_validate({**content, "preset": preset})


def laid_over(own: Mapping, keys: dict[str, Any]) -> Mapping:
    """A mapping with further keys laid over its own, dictionaries key by key."""
    return Mapping.model_validate(_over(own.model_dump(exclude_unset=True), keys))


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, dictionaries at any depth key by key."""
    laid = dict(below)
    for name, value in above.items():
        under = laid.get(name)
        laid[name] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return laid
