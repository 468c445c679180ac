"""What raises a notice, what keeps them few, and until when each is to be answered. None of it changes a forecast."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from riskwarn.alert_texts import Texts
from riskwarn.declarations import Declared, Misplaced, Name
from riskwarn.holidays import is_holiday
from riskwarn.words import RANKED_LEVELS, Level, Unit

RaisedLevel = Literal["red", "orange", "yellow", "blue"]

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Rule(Declared):
    """One thing that raises a notice."""

    on: Literal["level", "jump", "lasting", "gap"] = Field(
        description="level: a level is entered; jump: more than in all of its own past; lasting: a level that stays; gap: a source "
        "that fails a district"
    )
    targets: tuple[Name, ...] | None = Field(default=None, description="only these targets; all where not given")
    horizon: int | None = Field(
        default=None, ge=1, description="periods ahead; 4 where it is served, else the first, where not given"
    )
    unit: Unit = Field(
        default=Unit.GRID, description="of which units; levels are of grids, jumps of any, gaps of districts"
    )
    kinds: tuple[Literal["basic", "micro", "special"], ...] | None = Field(
        default=None, description="only grids of these kinds"
    )
    level: RaisedLevel = Field(
        default="orange",
        description="this level and higher; each that is entered is an entry of its own; jumps of grids are told from it on, too",
    )
    times: float = Field(
        default=2.0, ge=1, allow_inf_nan=False, description="of a jump: so many times the mean of the unit's own past"
    )
    least: float = Field(
        default=0.1,
        gt=0,
        allow_inf_nan=False,
        description="of a jump: at least this score, or above the grid this expected count",
    )
    years: float = Field(
        default=3.0,
        gt=0,
        le=10,
        description="of a jump: not seen for so many years, as far as snapshots are kept (`keep_snapshots`), and for twelve periods at least",
    )
    periods: int = Field(default=6, ge=2, le=52, description="of what lasts: for so many periods without a break")

    @model_validator(mode="after")
    def _of_units(self) -> Rule:
        if self.on in ("level", "lasting") and self.unit is not Unit.GRID:
            raise Misplaced("only grids have a level: leave unit out", "unit")
        if self.on == "gap" and "unit" in self.model_fields_set and self.unit is not Unit.DISTRICT:
            raise Misplaced("gaps are of districts: leave unit out", "unit")
        return self

    @model_validator(mode="after")
    def _looks_at_something(self) -> Rule:
        for name in ("targets", "kinds"):
            if getattr(self, name) == ():
                raise Misplaced("it names none, and the rule raises nothing: name one, or leave it out for all", name)
        return self

    @property
    def height(self) -> int:
        """How high the least level stands."""
        return HEIGHTS[Level(self.level)]


#: How high each level stands; what is unknown stands nowhere.
HEIGHTS = {Level.UNKNOWN: 0, Level.NONE: 0} | {level: 4 - row for row, level in enumerate(RANKED_LEVELS)}


class Quiet(Declared):
    """When nobody is woken."""

    start: str = Field(default="21:00", description="from this hour, local time")
    end: str = Field(default="07:30", description="to this hour; what came in between is told then")
    but: tuple[RaisedLevel, ...] = Field(default=(), description="levels that are told at once all the same")

    @field_validator("start", "end", mode="before")
    @classmethod
    def _clock(cls, value: object) -> object:
        # YAML takes 21:00 for a number in sixties where it stands without quotation marks.
        if not (isinstance(value, str) and _CLOCK.fullmatch(value)):
            raise ValueError("it takes a time such as '07:30', in quotation marks")
        return value

    @model_validator(mode="after")
    def _lasts(self) -> Quiet:
        if self.start == self.end:
            raise Misplaced("hours that end when they start are none: write quiet: null", "end")
        return self

    @property
    def between(self) -> tuple[time, time]:
        """Both ends."""
        return time.fromisoformat(self.start), time.fromisoformat(self.end)


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS = get_args(Weekday)


class WorkingDays(Declared):
    """The days on which somebody is there to read a notice."""

    days: tuple[Weekday, ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri"), min_length=1, description="of the week"
    )
    holidays: bool = Field(
        default=True, description="whether the public holidays that follow from the calendar are days off"
    )
    off: tuple[date, ...] = Field(default=(), description="days off beside")
    worked: tuple[date, ...] = Field(
        default=(), description="days that are worked all the same, as a holiday is made up for"
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> WorkingDays:
        if any(day in self.off for day in self.worked):
            raise Misplaced("a day is off or worked, and not both", "worked")
        return self

    def works(self, day: date) -> bool:
        """Whether a day is one of them."""
        if day in self.worked or day in self.off:
            return day in self.worked
        return _WEEKDAYS[day.weekday()] in self.days and not (self.holidays and is_holiday(day))


Hours = Annotated[int, Field(ge=1, le=24 * 90)]
Days = Annotated[int, Field(ge=1, le=90)]


class Alerts(Declared):
    """Notices."""

    rules: tuple[Rule, ...] = Field(
        default=(
            Rule(on="level"),
            Rule(on="jump", level="yellow"),
            Rule(on="lasting"),
            Rule(on="gap", unit=Unit.DISTRICT),
        ),
        description="what raises a notice; the first rule that a unit meets counts",
    )
    notices_a_week: int = Field(
        default=3, ge=0, le=100, description="how many a team is sent a week at most, where its table does not say so"
    )
    hysteresis: float = Field(
        default=0.2, ge=0, lt=1, description="a level is left only where its rule, loosened by this share, is not met"
    )
    dwell: int = Field(default=2, ge=0, le=52, description="… and for so many periods; then it can be entered again")
    group_from: int = Field(
        default=3, ge=2, description="so many grids of a town in one publication are one notice of the town"
    )
    group_most: int = Field(default=8, ge=2, le=50, description="so many grids are named in it at most")
    rest_days: int = Field(
        default=28, ge=0, le=366, description="after a notice has ended, days without another of the same unit"
    )
    rest_times: float = Field(
        default=1.5,
        ge=1,
        allow_inf_nan=False,
        description="a higher level, with so many times the score, is told of all the same",
    )
    repeat_days: int = Field(
        default=7, ge=1, le=90, description="days after which one that nobody acknowledged is told again"
    )
    reminders: int = Field(default=2, ge=0, le=20, description="how often at most")
    quiet: Quiet | None = Field(default=Quiet(), description="the hours in which nobody is woken; null: none")
    working: WorkingDays | None = Field(
        default=WorkingDays(),
        description="the days whose hours count until a notice is to be acknowledged, but of levels that are told in quiet hours; null: all",
    )
    acknowledge_hours: dict[RaisedLevel, Hours] = Field(
        default={},
        description="hours of working days within which each level is acknowledged; else the unit above is told, too",
    )
    close_days: dict[RaisedLevel, Days] = Field(default={}, description="days within which each level is closed")
    escalations: int = Field(default=2, ge=0, le=3, description="how far up it goes: to the district, to the city")
    extend_days: int = Field(default=7, ge=1, le=90, description="by how many days `extend` moves the deadline")
    extensions: int = Field(default=2, ge=0, le=20, description="how often")
    outcome_days: int = Field(
        default=14,
        ge=1,
        le=90,
        description="days after its end, after which whoever was told of one is told what became of it",
    )
    texts: Texts = Field(
        default=Texts(),
        description="what notices say where the city says it otherwise; riskwarn alerts preview shows it",
    )
    idempotency_days: int = Field(default=7, ge=1, le=90, description="days for which an Idempotency-Key is remembered")

    @model_validator(mode="after")
    def _names_what_it_groups(self) -> Alerts:
        if "group_most" in self.model_fields_set and self.group_most < self.group_from:
            raise Misplaced("a group has group_from grids at least, and so many are named", "group_most")
        return self

    @model_validator(mode="after")
    def _names_each_once(self) -> Alerts:
        for number, rule in enumerate(self.rules):
            if rule in self.rules[:number]:
                raise Misplaced("the same rule stands here twice: leave one out", "rules", number)
        return self

    @property
    def raise_nothing(self) -> bool:
        """Whether there will never be a notice: there is no rule."""
        return not self.rules

    def hours_to_acknowledge(self, level: str) -> int:
        """Hours within which a notice of a level is acknowledged, of days that count."""
        hours: dict[str, int] = {
            **_ACKNOWLEDGE_HOURS,
            **{str(one): told for one, told in self.acknowledge_hours.items()},
        }
        return hours.get(level, 72)

    def counts(self, level: str, day: date) -> bool:
        """Whether the hours of a day count until a notice of a level is to be acknowledged; those of a level that wakes people always do."""
        wakes = self.quiet is not None and level in self.quiet.but
        return self.working is None or wakes or self.working.works(day)

    def days_to_close(self, level: str) -> int:
        """Days within which it is closed."""
        days: dict[str, int] = {**_CLOSE_DAYS, **{str(one): told for one, told in self.close_days.items()}}
        return days.get(level, 14)


_ACKNOWLEDGE_HOURS = {"red": 24, "orange": 48, "yellow": 72, "blue": 72}
_CLOSE_DAYS = {"red": 7, "orange": 14, "yellow": 14, "blue": 14}
