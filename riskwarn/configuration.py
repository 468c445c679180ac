"""riskwarn.yaml: what a city declares (period, sources and mappings, targets, horizons, levels).

A wrong key or value is one sentence with its line. Everything that differs by machine is in settings.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from riskwarn.alert_rules import Alerts
from riskwarn.declarations import Declared, Misplaced, Name, Share, zone
from riskwarn.errors import UnknownTarget
from riskwarn.mapping import Mapping
from riskwarn.messages import Listed, Message, Named
from riskwarn.periods import Calendar, Period
from riskwarn.receivers import Delivery
from riskwarn.sign_in import SignIn
from riskwarn.words import Outcome, Role, Severity

#: The horizon that people look at where it is served, else the first.
USUAL_HORIZON = 4


def usual_horizon(horizons: Collection[int]) -> int:
    """The one of some horizons by which people look at a target, and a family of models is judged."""
    return USUAL_HORIZON if USUAL_HORIZON in horizons else min(horizons)


class Source(Declared):
    """One source: an event source unless its name is one of the tables of the design."""

    mapping: Mapping = Field(default=Mapping(), description="which column is which field; common headings need none")
    categories: tuple[str, ...] | None = Field(
        default=None, description="categories of a source of your own; the shipped vocabulary where it is not given"
    )
    zh: str | None = Field(default=None, description="Chinese name of a source of your own")
    en: str | None = Field(default=None, description="English name of a source of your own")
    fields: tuple[str, ...] = Field(
        default=(),
        description="what a source of your own has, of the fields of events: closed_at makes its records cases, answered_at "
        "demand, discovered_by patrolled, escalated_at escalating; of text topics are counted",
    )
    role: tuple[Role, ...] = Field(
        default=(),
        description="what the records of a source of your own are, one word or several: case, demand, patrol, escalating, "
        "repeating, text; the fields say the same but for repeating",
    )

    @field_validator("role", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class Target(Declared):
    """What is forecast: events of one source, by a date or by an outcome."""

    source: Name = Field(description="an event source")
    date: Literal["occurred_at", "escalated_at"] | None = Field(
        default=None, description="occurred_at or escalated_at: what dates the event"
    )
    outcomes: tuple[Outcome, ...] | None = Field(
        default=None,
        description="outcomes that are events (violence, injury …), dated by the latest of closed_at, escalated_at and "
        "ended_at; beside escalated_at, of records that have no such date",
    )
    categories: tuple[str, ...] | None = Field(default=None, description="only these categories; all where not given")
    min_severity: Severity | None = Field(default=None, description="only this severity and graver")
    zh: str | None = Field(default=None, description="the target's Chinese name")
    en: str | None = Field(default=None, description="the target's English name")

    @field_validator("outcomes")
    @classmethod
    def _no_orderly_end(cls, value: tuple[Outcome, ...] | None) -> tuple[Outcome, ...] | None:
        if value is not None and Outcome.REFERRED in value:
            raise ValueError("'referred' is an orderly end (court, arbitration, review) and never a target")
        if value is not None and (not value or len(set(value)) < len(value)):
            raise ValueError("name at least one outcome, and each once")
        return value

    @field_validator("categories")
    @classmethod
    def _some_or_all(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value == ():
            raise ValueError("it names none, and no event is one: name one, or leave it out for all")
        return value

    @model_validator(mode="after")
    def _dated_once(self) -> Target:
        if self.date is None and self.outcomes is None:
            raise ValueError("a target needs a date (occurred_at or escalated_at), outcomes, or both")
        if self.date == "occurred_at" and self.outcomes is not None:
            raise ValueError(
                "date: occurred_at and outcomes exclude each other: an outcome is dated by its own date; "
                "leave date out, or write escalated_at"
            )
        return self


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
                raise UnknownTarget(name=name, what="family of features", known=Listed(sorted(families)))


class AuditRules(Declared):
    """How the audit is kept."""

    algorithm: Literal["sha256", "sm3"] = Field(
        default="sha256", description="the hash that binds its rows, sha256 or sm3; rows that are there keep theirs"
    )
    keep_days: int = Field(
        default=184, ge=180, description="days that rows are kept; then one row stands for those that were removed"
    )
    keep_exports_days: int = Field(
        default=1096, ge=1096, description="days that rows about exports and deliveries are kept"
    )

    @model_validator(mode="after")
    def _exports_longest(self) -> AuditRules:
        if self.keep_exports_days < self.keep_days:
            raise ValueError("keep_exports_days is at least keep_days")
        return self


class Access(Declared):
    """How access is granted. None of it changes a forecast."""

    key_digest: Literal["sha256", "sm3"] = Field(
        default="sha256", description="by what the secrets of new keys are kept: sha256 or sm3"
    )
    days: int = Field(
        default=180,
        ge=1,
        le=366,
        description="for how many days keys and operators are granted where --days is not given",
    )
    idle_days: int = Field(default=90, ge=1, description="a key that nobody used for so many days opens no more")
    confirm: bool | None = Field(
        default=None,
        description="whether what one grants counts only once another has confirmed it; beyond loopback where it is not given",
    )
    requests_a_minute: int = Field(default=1_200, ge=1, description="what one key may ask a minute of each worker")
    refusals_a_minute: int = Field(
        default=60, ge=1, description="how often one address may be refused a minute before it has to wait"
    )
    export_rows: int = Field(
        default=1_000, ge=0, description="a file of more rows needs a reason and a second person's approval"
    )
    approval_hours: int = Field(
        default=24, ge=1, le=720, description="for so many hours an approval is asked for and opens"
    )
    approval_once: bool = Field(
        default=True, description="whether an approval opens one file, or as many as are asked for before its end"
    )


class Console(Declared):
    """How the console looks. None of it changes a forecast."""

    watermark: bool | None = Field(
        default=None,
        description="whether who looks and when stands behind every view; for all but the local operator where it is not given",
    )


DEFAULT_SOURCES = (
    "grids",
    "grid_lineage",
    "places",
    "service_areas",
    "breaks",
    "demographics",
    "interventions",
    "teams",
    "tickets",
    "disputes",
    "petitions",
    "hotline",
    "grid_reports",
    "hazards",
    "incidents",
)
#: Sources of which no forecast knows: who answers, and what became of a notice.
NOT_FORECAST_WITH = ("teams", "tickets")
DEFAULT_TARGETS = {
    "conflict": Target(
        source="disputes",
        date="escalated_at",
        outcomes=(Outcome.VIOLENCE, Outcome.INJURY, Outcome.POLICE_INTERVENTION),
        zh="矛盾升级",
        en="conflict that escalates",
    ),
    "safety": Target(source="incidents", date="occurred_at", zh="安全事故", en="safety incident"),
}


class Configuration(Declared):
    """The whole of riskwarn.yaml."""

    city: str = Field(default="示例市", description="the city's name, shown on pages")
    period: Period = Field(default=Period.WEEK, description="the step of the panel: day, week or month")
    timezone: str = Field(default="Asia/Shanghai", description="time zone of local dates")
    earliest_date: date = Field(
        default=date(1990, 1, 1),
        description="dates of records before this day are none: what systems write for no date",
    )
    sources: dict[Name, Source] = Field(
        default={name: Source() for name in DEFAULT_SOURCES},
        description="the sources and their mappings; those that riskwarn knows are always there",
    )
    targets: dict[Name, Target] = Field(default=DEFAULT_TARGETS, min_length=1, description="what is forecast")
    horizons: tuple[Annotated[int, Field(ge=1, le=104)], ...] = Field(
        default=(1, 4, 12), min_length=1, description="windows to forecast, in periods"
    )
    levels: Levels = Field(default=Levels(), description="rules of the attention levels")
    features: FeatureChoice = Field(default=FeatureChoice(), description="which features are built")
    inbox: str | None = Field(
        default=None,
        description="the folder whose new files riskwarn update loads, in the home where the path is relative; else inbox/ there",
    )
    keep_snapshots: int = Field(
        default=120,
        ge=2,
        description="how many snapshots keep their files; beyond them the oldest lose theirs once their windows are judged",
    )
    audit: AuditRules = Field(default=AuditRules(), description="how the audit is kept")
    min_residents: int = Field(
        default=300, ge=0, description="details of a grid with fewer residents are shown from the community up"
    )

    alerts: Alerts = Field(
        default=Alerts(), description="what raises a notice, how many a week, and until when it is answered"
    )
    access: Access = Field(default=Access(), description="how operators and keys are granted, and what they may ask")
    sign_in: SignIn = Field(default=SignIn(), description="how people sign in with a browser")
    console: Console = Field(default=Console(), description="how the console looks")

    delivery: Delivery = Field(default=Delivery(), description="who may be told of notices, and from where")

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return zone(value).key

    @field_validator("sources")
    @classmethod
    def _beside_the_known(cls, value: dict[str, Source]) -> dict[str, Source]:
        return {name: Source() for name in DEFAULT_SOURCES} | value

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

    @model_validator(mode="after")
    def _rules_look_at_what_is_forecast(self) -> Configuration:
        for row, rule in enumerate(self.alerts.rules):
            for name in rule.targets or ():
                if name not in self.targets:
                    known = Listed(self.targets)
                    problem = Message("there is no target {name!r}; there are {known}", name=name, known=known)
                    raise Misplaced(problem, "alerts", "rules", row, "targets")
            if rule.horizon is not None and rule.horizon not in self.horizons:
                known = Listed(map(str, self.horizons))
                problem = Message("no such horizon is forecast; there are {known}", known=known)
                raise Misplaced(problem, "alerts", "rules", row, "horizon")
        return self

    @property
    def calendar(self) -> Calendar:
        """Arithmetic of this city's as-ofs."""
        return Calendar(self.period, zone(self.timezone))

    @property
    def target_names(self) -> dict[str, dict[str, str]]:
        """What each declared target is called, in both languages."""
        return {name: {"zh": target.zh or name, "en": target.en or name} for name, target in self.targets.items()}

    def target_named(self, code: str) -> Named:
        """A target in a sentence, by what it is called."""
        return Named.among(self.target_names, code)

    def fingerprint(self) -> str:
        """SHA-256 of the meaning of the configuration: comments, the order of keys, where files are fetched, how long
        they are kept, how the audit is, who may see what and what is told to whom do not count."""
        meant = self.model_dump(
            mode="json",
            exclude={"inbox", "keep_snapshots", "audit", "access", "sign_in", "delivery", "alerts", "console"},
        )
        meant["sources"] = {name: one for name, one in meant["sources"].items() if name not in NOT_FORECAST_WITH}
        text = json.dumps(meant, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def chosen_targets(self, name: str | None) -> list[str]:
        """The declared targets, or the one that is named; raise UnknownTarget where it is not declared."""
        if name is not None and name not in self.targets:
            raise UnknownTarget(name=name, what="target", known=Listed(self.targets))
        return [name] if name else list(self.targets)

    def chosen_horizons(self, horizon: int | None) -> list[int]:
        """The declared horizons, or the one that is named; raise UnknownTarget where it is not declared."""
        if horizon is not None and horizon not in self.horizons:
            raise UnknownTarget(name=horizon, what="horizon", known=Listed(self.horizons))
        return [horizon] if horizon else list(self.horizons)
