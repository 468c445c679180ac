"""The sentences of reasons: which theme of which source says what, out of the packaged list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from features import Feature
from features.families.plain import LEAST, MOST, PAST_YEARS, plain_name
from features.windows import PERIOD_EN, PERIOD_ZH, SHORT_AND_LONG
from riskwarn.configuration import Configuration
from riskwarn.contracts import Contract, contract
from riskwarn.periods import Period, day_named
from riskwarn.words import Role
from serving.columns.reasons import REST
from serving.scoring.shown import NEXT_DOOR, OF_COMMUNITY

Words = Mapping[str, str]  # by language

LANGUAGES = ("zh", "en")

#: The one theme of all that is of the city and its time.
CITY = "city"

#: What is not told apart.
REST_ABOVE = "rest_above"

#: What a baseline's terms are about; the others are of the city.
_BASELINES = {
    **dict.fromkeys(("last_value", "all_history", "rate_12", "shrunk_history", "conflictology"), "escalation"),
    "near_repeat": "escalation",
}

_OWN = "local"

#: Themes that are told with another: apart they would seem to contradict each other.
_TOGETHER = {"pace": "volume", "crossing": "volume", "position": "volume", "near_repeat": "neighbours"}

#: The longer windows in words.
_LONG, _YEAR = {"zh": "半年", "en": "half year"}, {"zh": "一年", "en": "year"}

#: The longest window in words, and what stands for it where the record is shorter.
_PAST = {"zh": "近五年", "en": "in the last five years"}
_SINCE = {"zh": "自{day:%Y}年{day.month}月有记录以来", "en": "since records began in {day:%B %Y}"}
assert PAST_YEARS == 5


@dataclass(frozen=True)
class Statement:
    """One thing that may be said of a number."""

    words: Words
    number: str | None = None
    second: str | None = None
    past: bool = False  # compared with the place's own past
    zero: Words | None = None
    never: Words | None = None  # where there is none, and never was


@dataclass(frozen=True)
class Theme:
    """What features of one source say together."""

    name: str
    source: str
    statements: tuple[Statement, ...]
    all: Words  # what else it looks at
    all_of_none: Words  # the same where there is none of what it counts
    services: tuple[str, ...]
    names: Mapping[str, str]  # number -> the plain number of that name
    before: Words = field(default_factory=dict)  # how a number is compared with the place's own past

    @property
    def directed(self) -> bool:
        """Whether a sentence tells where it moves the score: not of what is told together."""
        return self.name not in (CITY, REST)


@cache
def sentences() -> dict[str, Any]:
    """The packaged list."""
    text = files("serving").joinpath("scoring/sentences.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def key_of(feature: Feature, target: str, configuration: Configuration) -> tuple[str, str]:
    """(theme, source) under which a feature is told; of an analyst's own theme each feature stands alone."""
    if feature.family == "baseline":
        rule = feature.name.removeprefix("baseline_")
        return (_BASELINES[rule], configuration.targets[target].source) if rule in _BASELINES else (CITY, "")
    if feature.source == "calendar":
        return CITY, ""
    theme = _TOGETHER.get(feature.theme, feature.theme)
    if theme == "volume" and contract(feature.source, configuration).demand_only:
        theme = "waiting"
    known = theme in sentences()["themes"] and theme != _OWN
    return (theme if known else feature.name), feature.source


def theme_of(
    key: tuple[str, str],
    target: str,
    configuration: Configuration,
    own: Feature | None = None,
    since: date | None = None,
) -> Theme:
    """What is said under a key. Of a theme that the list does not have, `own` is the feature whose words are said; `since` is when the
    records of its source begin, where that is later than the longest window."""
    name, source = key
    if name == CITY:
        return of_all(CITY)
    declared = contract(source, configuration)
    by_role = sentences()["themes"].get(name)
    if by_role is None:
        assert own is not None, key
        name, by_role = own.theme or own.family, sentences()["themes"][_OWN]
    told = by_role[_role(by_role, declared)]
    subject = _target_of(source, target, configuration)
    filled = _filled(declared, subject, configuration, own, since)
    said = [number for one in told["statements"] for number in (one.get("number"), one.get("with"), "half") if number]
    names = {
        number: plain_name(subject if number.startswith("events") and subject else source, number) for number in said
    }
    statements = tuple(
        Statement(
            _fill(one, filled),
            one.get("number"),
            one.get("with"),
            one.get("against") == "past",
            _fill(one["zero"], filled) if "zero" in one else None,
            _fill(one["never"], filled) if "never" in one else None,
        )
        for one in told["statements"]
    )
    statements += (Statement(_fill(sentences()["whole"], filled)),)
    return Theme(
        name,
        source,
        statements,
        told["all"],
        told.get("all_of_none", told["all"]),
        _services(name, declared),
        names,
        _fill(sentences()["usual"]["past"], filled),
    )


def of_all(name: str) -> Theme:
    """What is said of the city, or of the rest: no number, and no direction but that of its effect."""
    nothing = {"zh": "", "en": ""}
    return Theme(REST if name == REST_ABOVE else name, "", (Statement(sentences()[name]),), nothing, nothing, (), {})


def direction_said(up: bool, also: Words | None = None, *, opposed: bool = False) -> Words:
    """Where a reason moves the score; `also` is what else it looks at, and `opposed` whether a number stands apart against it."""
    said = sentences()["opposed" if opposed else "direction"]["up" if up else "down"]
    return {language: said[language].replace("{all}", (also or {}).get(language, "")).strip() for language in LANGUAGES}


def until_said(until: date | None) -> Words | None:
    """What is said beside a reason of when the records are counted to; None where that is the as-of."""
    if until is None:
        return None
    return {language: sentences()["until"][language].format(day=day_named(until, language)) for language in LANGUAGES}


def services_of(theme: Theme, feature: str) -> tuple[str, ...]:
    """The services that fit a theme where a feature leads."""
    for category, services in sentences()["services_of_categories"].items():
        if f"_{category}_" in feature:
            return tuple(services)
    return theme.services


def _role(by_role: Mapping[str, Any], declared: Contract) -> str:
    for role, name in ((Role.DEMAND, "demand"), (Role.CASE, "case")):
        if role in declared.roles and name in by_role:
            return name
    return declared.source if declared.source in by_role else "other"


def _services(theme: str, declared: Contract) -> tuple[str, ...]:
    listed = sentences()["services"]
    by_theme = sentences()["services_of_themes"].get(f"{declared.source}/{theme}")
    role = "demand" if Role.DEMAND in declared.roles else "case" if Role.CASE in declared.roles else "other"
    found = by_theme or listed.get(declared.source)
    return tuple(listed[role] if found is None else found)


def _target_of(source: str, target: str, configuration: Configuration) -> str | None:
    """The target whose events are those of a source: the one that is explained, if it is one."""
    targets = [name for name, one in configuration.targets.items() if one.source == source]
    return target if target in targets else next(iter(targets), None)


def _filled(
    declared: Contract, target: str | None, configuration: Configuration, own: Feature | None, since: date | None
) -> dict[str, dict[str, str]]:
    """By language: what stands for the placeholders that are the same everywhere."""
    opened = sentences()["open"].get(declared.source, sentences()["open"]["other"])
    named = configuration.targets.get(target or "")
    found = {}
    for language in LANGUAGES:
        records = declared.records_zh if language == "zh" else declared.records_en
        event = (named.zh if language == "zh" else named.en) if named is not None else None
        escalated = f"{records}升级" if language == "zh" else f"escalation of {records}"
        found[language] = {
            "records": records or (declared.zh if language == "zh" else declared.en),
            "open": opened[language],
            "target": event or target or escalated,
            "short": _short(configuration.period, language),
            "long": _LONG[language],
            "year": _YEAR[language],
            "past": _PAST[language] if since is None else _SINCE[language].format(day=since),
            "own": "" if own is None else own.zh if language == "zh" else own.en,
        }
    return found


def _short(period: Period, language: str) -> str:
    window = SHORT_AND_LONG[period][0]
    return f"{window}{PERIOD_ZH[period]}" if language == "zh" else f"{window} {PERIOD_EN[period]}"


def _fill(words: Mapping[str, Any], filled: Mapping[str, Mapping[str, str]]) -> Words:
    """The words with what is the same everywhere filled in; {value} and {second} stay."""
    found = {}
    for language in LANGUAGES:
        text = words[language]
        for name, value in filled[language].items():
            text = text.replace(f"{{{name}}}", value.replace("{", "(").replace("}", ")"))
        found[language] = text
    return found


def numbers_of(themes: Sequence[Theme]) -> list[str]:
    """The plain numbers that some themes are told with, those of single grids that are summed around a grid, and the ends of counts."""
    wanted: dict[str, None] = {}
    for theme in themes:
        for one in theme.statements:
            for number in (one.number, one.second, "half" if one.past else None):
                if number is not None:
                    name, around = theme.names[number], {**NEXT_DOOR, **OF_COMMUNITY}.get(number)
                    if number not in OF_COMMUNITY:
                        wanted[name] = None
                    if around is not None:
                        wanted[name.removesuffix(number) + around] = None
    return [one for name in wanted for one in (name, f"{name}_{LEAST}", f"{name}_{MOST}")]
