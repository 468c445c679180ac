"""riskwarn.yaml: what a city declares (period, sources and mappings, targets, horizons, levels).

A wrong key or value is one sentence with its line. Everything that differs by machine is in settings.py.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from riskwarn.errors import ConfigurationInvalid, FileMissing, UnknownTarget
from riskwarn.periods import Calendar, Period
from riskwarn.words import Severity

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Share = Annotated[float, Field(gt=0, le=1)]


#: The packaged mappings of usual departments.
PresetName = Literal["dispute", "petition", "12345", "110", "grid-case", "mediation", "hazard", "wage"]
PRESETS: tuple[str, ...] = get_args(PresetName)


class Declared(BaseModel):
    """A declaration: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PeriodColumns(Declared):
    """Where an aggregated export says which period a row covers."""

    unit: Literal["day", "week", "month"] = Field(description="the period that a row covers: day, week or month")
    start: str | None = Field(default=None, description="column with the first day of the period")
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
    always: dict[Name, str] = Field(
        default={}, description="field: the word that holds for every row, where the export has no such column"
    )
    codes: Literal["mediation", "code24", "code2level"] | None = Field(
        default=None, description="the list by which codes of categories are read: mediation, code24 or code2level"
    )
    order: Literal["ascending", "descending"] | None = Field(
        default=None, description="how bare digits of severity are ordered"
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


class Source(Declared):
    """One source: an event source unless its name is one of the tables of the design."""

    mapping: Mapping = Field(default=Mapping(), description="which column is which field; common headings need none")
    categories: tuple[str, ...] | None = Field(
        default=None, description="categories of a source of your own; the shipped vocabulary where it is not given"
    )


class Target(Declared):
    """What is forecast: dated events of one source."""

    source: Name = Field(description="an event source")
    date: Literal["occurred_at", "escalated_at"] = Field(
        description="occurred_at or escalated_at: what dates the event"
    )
    categories: tuple[str, ...] | None = Field(default=None, description="only these categories; all where not given")
    min_severity: Severity | None = Field(default=None, description="only this severity and graver")
    zh: str | None = Field(default=None, description="the target's Chinese name")
    en: str | None = Field(default=None, description="the target's English name")


class LevelRule(Declared):
    """When a grid has an attention level: among the top share, and so many times the city's mean score."""

    top: Share
    times: Annotated[float, Field(ge=0)]


class Levels(Declared):
    """The rules of the four attention levels."""

    red: LevelRule = Field(
        default=LevelRule(top=0.01, times=4),
        description="among the top share of grids, and so many times the mean score",
    )
    orange: LevelRule = Field(
        default=LevelRule(top=0.03, times=3),
        description="among the top share of grids, and so many times the mean score",
    )
    yellow: LevelRule = Field(
        default=LevelRule(top=0.10, times=2),
        description="among the top share of grids, and so many times the mean score",
    )
    blue: LevelRule = Field(
        default=LevelRule(top=0.20, times=1.5),
        description="among the top share of grids, and so many times the mean score",
    )


class FeatureChoice(Declared):
    """Which features are built, beside what the catalogue holds."""

    modules: tuple[str, ...] = Field(default=(), description="Python modules with features of your own, by dotted name")
    off: tuple[str, ...] = Field(default=(), description="families that are left out")
    on: tuple[str, ...] = Field(default=(), description="families that are off by default (proxies) and wanted here")
    observer: bool = Field(
        default=True, description="whether features of how much is looked at are built; false for audit"
    )

    def check(self, families: set[str]) -> None:
        """Raise UnknownTarget where a family is named that the catalogue does not have."""
        for name in (*self.off, *self.on):
            if name not in families:
                raise UnknownTarget(name=name, what="family of features", known=", ".join(sorted(families)))


DEFAULT_SOURCES = (
    "grids",
    "grid_lineage",
    "places",
    "service_areas",
    "breaks",
    "demographics",
    "interventions",
    "disputes",
    "petitions",
    "hotline",
    "grid_reports",
    "hazards",
    "incidents",
)
DEFAULT_TARGETS = {
    "conflict": Target(source="disputes", date="escalated_at", zh="矛盾升级", en="conflict that escalates"),
    "safety": Target(source="incidents", date="occurred_at", zh="安全事故", en="safety incident"),
}


class Configuration(Declared):
    """The whole of riskwarn.yaml."""

    city: str = Field(default="示例市", description="the city's name, shown on pages")
    period: Period = Field(default=Period.WEEK, description="the step of the panel: day, week or month")
    timezone: str = Field(default="Asia/Shanghai", description="time zone of local dates")
    sources: dict[Name, Source] = Field(
        default={name: Source() for name in DEFAULT_SOURCES}, description="the sources and their mappings"
    )
    targets: dict[Name, Target] = Field(default=DEFAULT_TARGETS, min_length=1, description="what is forecast")
    horizons: tuple[Annotated[int, Field(ge=1, le=104)], ...] = Field(
        default=(1, 4, 12), min_length=1, description="windows to forecast, in periods"
    )
    levels: Levels = Field(default=Levels(), description="rules of the attention levels")
    features: FeatureChoice = Field(default=FeatureChoice(), description="which features are built")
    min_residents: int = Field(
        default=300, ge=0, description="details of a grid with fewer residents are shown from the community up"
    )

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return zone(value).key

    @field_validator("horizons")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("name each horizon once, in rising order")
        return value

    @model_validator(mode="after")
    def _targets_have_sources(self) -> Configuration:
        for name, target in self.targets.items():
            if target.source not in self.sources:
                raise ValueError(f"target {name!r} names the source {target.source!r}, which is not under sources:")
        return self

    @property
    def calendar(self) -> Calendar:
        """Arithmetic of this city's as-ofs."""
        return Calendar(self.period, zone(self.timezone))

    def fingerprint(self) -> str:
        """SHA-256 of the meaning of the configuration: comments and the order of keys do not count."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def chosen_targets(self, name: str | None) -> list[str]:
        """The declared targets, or the one that is named; raise UnknownTarget where it is not declared."""
        if name is not None and name not in self.targets:
            raise UnknownTarget(name=name, what="target", known=", ".join(self.targets))
        return [name] if name else list(self.targets)

    def chosen_horizons(self, horizon: int | None) -> list[int]:
        """The declared horizons, or the one that is named; raise UnknownTarget where it is not declared."""
        if horizon is not None and horizon not in self.horizons:
            raise UnknownTarget(name=horizon, what="horizon", known=", ".join(map(str, self.horizons)))
        return [horizon] if horizon else list(self.horizons)


@cache
def preset_content(name: str) -> dict[str, Any]:
    """A packaged mapping as it stands in its file: `source`, `zh`, `en` and the `mapping`."""
    text = files("riskwarn.contracts").joinpath(f"data/presets/{name}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def chosen_mapping(own: Mapping, file: Path | None, preset: str | None) -> Mapping:
    """The mapping of a load: that of the file, else of the preset, else the source's own; a file builds on the preset.

    Raises FileMissing, ConfigurationInvalid, RefusedWord.
    """
    if file is None:
        return Mapping.model_validate({"preset": preset}) if preset else own
    written = read_yaml(file, Mapping)
    if preset is None or written.preset == preset:
        return written
    content = yaml.safe_load(file.read_text(encoding="utf-8-sig")) or {}
    return Mapping.model_validate({**content, "preset": preset})


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, dictionaries at any depth key by key."""
    laid = dict(below)
    for name, value in above.items():
        under = laid.get(name)
        laid[name] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return laid


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name; raise ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone (write Asia/Shanghai, for example)") from error


Model = TypeVar("Model", bound=Declared)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read and check a YAML file; raise ConfigurationInvalid with the line of the first fault."""
    if not path.is_file():
        raise FileMissing(file=path)
    text = path.read_text(encoding="utf-8-sig")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigurationInvalid(
            file=path.name, line=line, key="YAML", problem=getattr(error, "problem", None) or "it cannot be parsed"
        ) from error
    if content is None:
        content = {}
    _refuse(text, content, path.name)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"]) or "the file"
        raise ConfigurationInvalid(
            file=path.name, line=_line_of(root, fault["loc"]), key=key, problem=_problem(fault)
        ) from error


def line_of(path: Path, location: tuple[str, ...]) -> int:
    """The line of a YAML file in which the key at `location` stands, or the deepest of its parents that does."""
    return _line_of(yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader), location)


def _refuse(text: str, content: object, file: str) -> None:
    """Raise RefusedWord for a refused word anywhere in a file of declarations: a remark is copied with it, too."""
    from riskwarn.contracts.vocabulary import refuse_in, refuse_words  # contracts are built on this module

    for number, line in enumerate(text.splitlines(), start=1):
        refuse_words(line, f"{file}, line {number}")
    refuse_in(content, file)


def _problem(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "there is no such key"
    message = fault["msg"].removeprefix("Value error, ")
    return str(message[0].lower() + message[1:])


def _line_of(root: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line of the deepest node of `location` that the file holds."""
    node, line = root, 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
