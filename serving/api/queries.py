"""What each route may be asked: a parameter that no model here declares is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from riskwarn.contracts.because import MOST_CHARACTERS
from riskwarn.days import NotADay, day_of, day_of_a_week, instant_of
from riskwarn.words import Level, Unit
from serving.access.granted import Standing
from serving.access.grants import MOST_DAYS
from serving.access.keys import OVERLAP_DAYS
from serving.access.scopes import Purpose, Role, Scope
from serving.alerts.acting import Asked
from serving.alerts.life import SERVICES, Outcome, Status, Verb


class MinLevel(StrEnum):
    """A level that is raised."""

    RED = Level.RED
    ORANGE = Level.ORANGE
    YELLOW = Level.YELLOW
    BLUE = Level.BLUE


class Language(StrEnum):
    """A language of ours."""

    ZH = "zh"
    EN = "en"


class Form(StrEnum):
    """What a file is written as."""

    CSV = "csv"
    PARQUET = "parquet"
    GEOJSON = "geojson"
    XLSX = "xlsx"


def _asked(kind: str, told: str, default: Any = None, **limits: Any) -> Any:
    """A parameter, with the class of data that it names, as fields of answers have it."""
    return Field(default, description=told, json_schema_extra={"x-data-class": kind}, **limits)


_Read = TypeVar("_Read")


def _read(reads: Callable[[str], _Read]) -> BeforeValidator:
    """Days and instants as they are written: Pydantic takes numbers of seconds for them, too, and either for the other. What is wrong is
    told in the sentence of who reads."""

    def read(value: object) -> _Read:
        try:
            return reads(value if isinstance(value, str) else "")
        except NotADay as error:
            raise PydanticCustomError("unread", "{problem}", {"problem": error.problem}) from error

    return BeforeValidator(read)


Day = Annotated[date, _read(day_of)]
DayOfAWeek = Annotated[date, _read(day_of_a_week)]
Instant = Annotated[datetime, _read(instant_of)]

#: Characters of what names something: what does not fit is none of ours, and is not repeated in a refusal.
_OF_NAME = 64

_TARGET = _asked("model", "declared target; the first where not given", max_length=_OF_NAME)
_HORIZON = _asked("model", "periods ahead; 4 where served, else the first")
_AS_OF = _asked("model", "the newest snapshot of this as-of")
_UNIT = _asked("place", "grid, community, town, district or city", Unit.GRID)
_PARENT = _asked("place", "only units inside the unit of this code", max_length=256)
_MIN_LEVEL = _asked("forecast", "only this attention level and higher")
_SEARCH = _asked(
    "place",
    "only units whose name or code holds this text, or whose name has these initials in pinyin",
    min_length=1,
    max_length=_OF_NAME,
)


class Nothing(BaseModel):
    """A route without parameters."""

    model_config = ConfigDict(extra="forbid")


class ScoresQuery(Nothing):
    """A ranking."""

    target: str | None = _TARGET
    horizon: int | None = _HORIZON
    unit: Unit = _UNIT
    parent: str | None = _PARENT
    min_level: MinLevel | None = _MIN_LEVEL
    search: str | None = _SEARCH
    limit: int = _asked("service", "units an answer", 50, ge=1, le=1000)
    cursor: str | None = _asked("service", "`next` of the answer before; goes on in its snapshot while that is kept")
    as_of: Day | None = _AS_OF


class Measure(StrEnum):
    """A number that a map shows."""

    SCORE = "score"
    PER_10000 = "per_10000"
    CHANGE = "change"
    EXCESS = "excess"


class MapQuery(Nothing):
    """The numbers of a map."""

    target: str | None = _TARGET
    horizon: int | None = _HORIZON
    unit: Unit = _UNIT
    measure: Measure = _asked(
        "model",
        "the probability, the expected count per 10,000 residents, the change, or the excess over the own past",
        Measure.SCORE,
    )
    as_of: Day | None = _AS_OF


class GridQuery(Nothing):
    """A portrait."""

    as_of: Day | None = _AS_OF


class ExplanationQuery(GridQuery):
    """An explanation."""

    target: str | None = _TARGET
    horizon: int | None = _HORIZON


class HistoryQuery(Nothing):
    """A grid over the snapshots."""

    target: str | None = _TARGET
    horizon: int | None = _HORIZON
    limit: int = _asked("service", "snapshots, one an as-of", 12, ge=1, le=60)
    reasons: bool = _asked("service", "whether to tell what each reason added there, too", False)


class LevelsQuery(ExplanationQuery):
    """What levels would have caught."""


class TrackRecordQuery(Nothing):
    """How published forecasts went."""

    target: str | None = _asked("model", "only this declared target", max_length=_OF_NAME)
    horizon: int | None = _asked("model", "only this declared horizon, in periods")
    limit: int = _asked("service", "rows an answer; the summary is of all", 50, ge=1, le=1000)


class CompareQuery(Nothing):
    """Two snapshots, the older first."""

    a: str = _asked("model", "id of the older snapshot", ..., max_length=_OF_NAME)
    b: str = _asked("model", "id of the newer snapshot", ..., max_length=_OF_NAME)
    target: str | None = _TARGET
    horizon: int | None = _HORIZON
    limit: int = _asked("service", "grids an answer", 50, ge=1, le=1000)


class FileQuery(ExplanationQuery):
    """What stands in a file."""

    unit: Unit = _UNIT
    parent: str | None = _PARENT
    min_level: MinLevel | None = _MIN_LEVEL
    search: str | None = _SEARCH
    lang: Language = _asked("service", "language of headings and reasons", Language.ZH)


class ExportQuery(FileQuery):
    """A file."""

    approval: str | None = _asked(
        "service",
        "id of the approval that a large file needs; the file is out of the snapshot that was approved",
        max_length=_OF_NAME,
    )


class ExportAsked(FileQuery):
    """A large file, and what it is needed for."""

    form: Form = _asked("service", "what the file is written as", ...)
    reason: str = _asked(
        "operator",
        "what it is needed for; kept in the audit, and names nobody",
        ...,
        pattern=r"\S",
        max_length=MOST_CHARACTERS,
    )


class ListQuery(Nothing):
    """A list, the newest first."""

    limit: int = _asked("service", "rows an answer", 50, ge=1, le=1000)


class GrantsQuery(ListQuery):
    """What is granted."""

    state: Standing | None = _asked("service", "only what stands so")


class ReasonAsked(Nothing):
    """Why something is done."""

    reason: str = _asked(
        "operator", "why; kept in the audit, and names nobody", ..., pattern=r"\S", max_length=MOST_CHARACTERS
    )


_DAYS = _asked(
    "service", "for how long; as `access: days` in riskwarn.yaml says where not given", None, ge=1, le=MOST_DAYS
)
_OF_AREA = _asked(
    "place", "units that may be seen, `code` or `kind:code`; all that one sees oneself where not given", max_length=50
)


class OperatorAsked(Nothing):
    """A person who may sign in."""

    name: str = _asked(
        "operator", "a person's name or staff number; told by no answer", ..., min_length=1, max_length=_OF_NAME
    )
    role: Role = _asked("operator", "what that one is there for", ...)
    area: list[str] | None = _OF_AREA
    days: int | None = _DAYS
    subject: str | None = _asked(
        "operator", "what the city's sign-on calls this person; kept as a digest", max_length=255
    )


class KeyAsked(Nothing):
    """A key of a program, or of an operator."""

    name: str = _asked("service", "what the program is called; names nobody", ..., min_length=1, max_length=_OF_NAME)
    scopes: list[Scope] | None = _asked("service", "what it may do; `read` where not given", min_length=1, max_length=9)
    area: list[str] | None = _OF_AREA
    purpose: Purpose | None = _asked("service", "for what it is used")
    networks: list[str] = _asked("service", "from where it opens, as CIDR; from anywhere where none", [], max_length=20)
    days: int | None = _DAYS
    operator: str | None = _asked(
        "operator", "id of an operator whose own key it is, with that one's scopes and area", max_length=16
    )


class RotateAsked(Nothing):
    """Another term, or another key in the place of one."""

    days: int | None = _DAYS
    overlap_days: int = _asked("service", "days for which both keys open", OVERLAP_DAYS, ge=0, le=MOST_DAYS)


class AuditQuery(ListQuery):
    """A page of the audit."""

    cursor: int | None = _asked("service", "`next` of the answer before: only rows before it", ge=1, le=2**62)


class AlertsQuery(ListQuery):
    """Notices."""

    target: str | None = _asked("model", "only this target", max_length=_OF_NAME)
    level: MinLevel | None = _asked("forecast", "only this attention level")
    status: Status | None = _asked("service", "only those that stand so")
    live: bool | None = _asked("service", "only those that somebody has to do with still, or only the others")
    overdue: bool = _asked("service", "only those of these that should be closed, or acknowledged, by now", False)
    code: str | None = _asked(
        "place", "only about the unit of this code, or a town's that tell of this grid", max_length=_OF_NAME
    )
    parent: str | None = _asked(
        "place", "only about units inside the unit of this code, or about itself", max_length=_OF_NAME
    )
    team_id: str | None = _asked("service", "only those of this team, or that it is told of, too", max_length=_OF_NAME)


class WeekQuery(ListQuery):
    """A week of notices."""

    week: DayOfAWeek | None = _asked("service", "the week of this day; this week where not given")


class VerbAsked(Nothing):
    """What is said with what is done to a notice."""

    service: str | None = _asked("service", f"what is done: {', '.join(SERVICES)}")
    outcome: Outcome | None = _asked("service", "what was found; `close` needs it")
    note: str = _asked(
        "operator", "why, or what was seen; kept in the audit, and names nobody", "", max_length=MOST_CHARACTERS
    )
    team_id: str | None = _asked("service", "the team; `assign` and `co_handle` need it", max_length=_OF_NAME)

    def of(self, verb: Verb) -> Asked:
        """It, for a verb. Raises QueryInvalid, and what a note may not hold."""
        outcome = None if self.outcome is None else self.outcome.value
        return Asked(verb, self.note.strip(), self.service, outcome, self.team_id)


class ManyAsked(VerbAsked):
    """The same for several notices."""

    ids: list[str] = _asked("service", "their ids", ..., min_length=1, max_length=200)


class SilenceAsked(Nothing):
    """A silence."""

    code: str = _asked("place", "the unit's code; `town:CODE` where several units bear it", ..., max_length=80)
    target: str | None = _asked("model", "only of this target", max_length=_OF_NAME)
    reason: str = _asked(
        "operator", "why; kept in the audit, and names nobody", ..., pattern=r"\S", max_length=MOST_CHARACTERS
    )
    ends_at: Instant = _asked("service", "until when, with its offset", ...)


class Received(StrEnum):
    """What messages are, as CAP has it."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"


class Channel(StrEnum):
    """How a receiver is told."""

    WEBHOOK = "webhook"
    MAIL = "mail"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"


class FeedQuery(Nothing):
    """The newest notices."""

    target: str | None = _asked("model", "only this target", max_length=_OF_NAME)
    level: MinLevel | None = _asked("forecast", "only this attention level and higher")
    cap_status: Received = _asked("service", "Actual, or what is told in exercises and tests alone", Received.ACTUAL)
    limit: int = _asked("service", "notices an answer", 50, ge=1, le=200)
    lang: Language = _asked("service", "language of texts", Language.ZH)


class StreamQuery(Nothing):
    """A stream of messages."""

    target: str | None = _asked("model", "only this target", max_length=_OF_NAME)
    level: MinLevel | None = _asked("forecast", "only this attention level and higher")
    cap_status: Received = _asked("service", "Actual, or what is told in exercises and tests alone", Received.ACTUAL)
    seconds: int | None = _asked(
        "service", "for how long it goes on, an hour where not given; 0 until all that is kept was told", ge=0, le=3600
    )


class SubscriptionAsked(Nothing):
    """A receiver of notices."""

    name: str = _asked("service", "what it is called; names nobody", ..., min_length=1, max_length=_OF_NAME)
    channel: Channel = _asked("service", "how it is told", Channel.WEBHOOK)
    address: str = _asked("service", "of a webhook, or of a mailbox", "", max_length=512)
    token: str = _asked(
        "service", "what opens a robot, and behind a blank its secret where it is signed", "", max_length=400
    )
    language: Language = _asked("service", "of texts", Language.ZH)
    target: str | None = _asked("model", "only of this target", max_length=_OF_NAME)
    min_level: MinLevel | None = _asked("forecast", "only of this attention level and higher")
    team_id: str | None = _asked("service", "only what goes to this team", max_length=_OF_NAME)
    area: list[str] | None = _asked(
        "place", "only of these units, `code` or `kind:code`; all that one sees where not given", max_length=50
    )
    status: Received = _asked("service", "what it receives", Received.ACTUAL)


class HealthQuery(Nothing):
    """The health of sources."""

    source: str | None = _asked("service", "only this source", max_length=_OF_NAME)
