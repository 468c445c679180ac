"""Notices about units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from riskwarn.words import Level, Unit
from serving.alerts.life import Outcome, Status
from serving.api.documents.fields import Document, field, forecast, model, place, record, service
from serving.api.documents.ranking import Reason

Kind = Literal["level", "jump", "lasting", "gap"]


class UnitAbove(Document):
    """A unit in which another lies."""

    unit: Unit = place("its kind")
    code: str = place("its code")
    name: str = place("its name")


class Member(Document):
    """A grid of which the notice of its town tells."""

    code: str = place("its code")
    name: str = place("its name")
    level: Level = forecast("what it entered")
    score: float | None = forecast("probability when it was told of; null where nobody knows it any more")


class Stated(Document):
    """What was promised of a level: the share of grids that were told of before that had an event in their window."""

    n: int = record(
        "grids that were told of before, whose windows have passed: of the whole city, in groups of 50 as they were judged"
    )
    precision: float = record("the share of them with an event, in steps")
    lower: float = record("of the interval in which that of as many to come will lie, in 95 cases of 100")
    upper: float = record("of the interval in which that of as many to come will lie, in 95 cases of 100")
    usual: float | None = forecast(
        "the mean score of the city's grids when it was raised; null of notices of before it was kept"
    )


class GapReason(Document):
    """A source that fails a district."""

    source: str = service("the source")
    zh: str = service("in Chinese")
    en: str = service("in English")


class AlertHead(Document):
    """A text of a notice in a language, in short."""

    head: str = service(
        "for a phone: where, what help, by when, how often; at most 70 characters in Chinese, 160 in English, with its marks"
    )


class AlertText(AlertHead):
    """A text of a notice in a language."""

    body: str = service("line by line: what changed, how it stands, what to look at, why, by when, whom to ask")
    instruction: str = service("line by line: how to contest it, what it must not be used for, and that people decide")
    contact: str = service("the desk to ask")
    link: str | None = service("the page of the notice; null where `sign_in: address` declares none")


class AlertHeads(Document):
    """What a notice says, in short."""

    version: str = service("of the texts: a number, and behind it eight digits of the city's own, where it has some")
    zh: AlertHead = service("in Chinese")
    en: AlertHead = service("in English")


class AlertTexts(AlertHeads):
    """What a notice says."""

    zh: AlertText = service("in Chinese")
    en: AlertText = service("in English")


class Alert(Document):
    """A notice about one unit and target."""

    id: str = service("its id; opaque")
    version: int = service("counts its changes: what If-Match holds against, in quotation marks")
    kind: Kind = forecast("what raised it: a level that was entered, a jump, a risk that lasts, a data gap")
    snapshot: str = model(
        "the snapshot that its figures are of: the one that raised it, or told of a higher level since"
    )
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    unit: Unit = place("its kind")
    code: str = place("the unit's code")
    name: str = place("the unit's name")
    above: list[UnitAbove] = place("the units above it, the nearest first")
    members: list[Member] = place("of a notice of a town: the grids that it tells of")
    level: Level = forecast("what was entered; of several grids the highest")
    score: float | None = forecast(
        "probability by that snapshot; null above the grid, and where nobody knows it any more"
    )
    expected_count: float | None = forecast("events that it expects; null of several grids")
    stated: Stated | None = record(
        "what was promised of its level; null where too little was known to promise anything"
    )
    status: Status = service("where it stands")
    raised_at: datetime = service("when it was raised")
    acknowledge_by: datetime | None = service("until when it is to be acknowledged, else it goes up; null once it is")
    due_at: datetime | None = service("until when it is to be closed")
    expires_at: datetime | None = service("the end of its window: from then on nobody is told of it")
    acknowledged_at: datetime | None = service("since when its team knows of it")
    ended_at: datetime | None = service("when it was closed, expired or was withdrawn")
    team_id: str | None = service("the team that answers it")
    co_teams: list[str] = service("teams that are told, too: those that handle it together, and those above")
    escalations: int = service("how often it went up")
    paused: bool = service("whether its deadlines rest")
    service: str | None = field("service", "what is done")
    outcome: Outcome | None = field("service", "what was found")
    reasons: list[Reason | GapReason] = forecast("the strongest; of a data gap the sources that fail")
    text: AlertHeads = field("service", "what it says, in short")


class Notice(Document):
    """What a notice is, and what it must not be used for."""

    zh: str = service("in Chinese")
    en: str = service("in English")


class Alerts(Document):
    """Notices."""

    notice: Notice = service("what it is, and what it must not be used for")
    items: list[Alert] = service("the newest first")
    suspended: list[str] = service("targets of which nothing is told: they are suspended")


class Step(Document):
    """How a notice came to stand as it does; who did it is in the audit alone."""

    version: int = service("the version that it made")
    at: datetime = service("when")
    verb: str = service("what was done, or befell it")
    status: Status = service("where it stood after it")
    level: Level = forecast("its level after it")
    team_id: str | None = service("the team that joined by it, else whose it is after it")
    service: str | None = field("service", "what is done")
    outcome: Outcome | None = field("service", "what was found")
    note: str = field("service", "what was said")
    source: str = field("service", "by which way: api, cli, tickets, records, rule")


class AlertDetail(Alert):
    """A notice, with what may be done and how it came to stand so."""

    notice: Notice = service("what it is, and what it must not be used for")
    text: AlertTexts = field("service", "what it says")
    verbs: list[str] = service("what may be done with it now")
    steps: list[Step] = service("the first first")


class ChangedAlert(Document):
    """What became of one of several."""

    id: str = service("its id")
    alert: Alert | None = service("as it stands now; null where it was not changed")
    code: str | None = service("why it was not changed, for programs")
    problem: str | None = service("… and for people")


class ChangedAlerts(Document):
    """What became of several."""

    items: list[ChangedAlert] = service("in the order in which they were named")


class HeldBack(Document):
    """What a publication would have told, and did not, nor did another since."""

    snapshot: str = model("the snapshot")
    at: datetime = service("when last")
    since: datetime = service("since when, without a break")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    unit: Unit = place("its kind")
    code: str = place("the unit's code")
    name: str = place("the unit's name")
    level: Level = forecast("the highest at which it stood since then")
    kind: Kind = forecast("what would have raised it")
    team_id: str | None = service("the team that would have been told")
    reason: Literal["budget", "silenced", "inhibited", "rest", "group", "no_team"] = service("why it was not told")


class HeldAlerts(Document):
    """What was held back."""

    items: list[HeldBack] = service("each unit once, the newest first")


class Silence(Document):
    """A unit of which nobody is told for a while."""

    id: str = service("its id")
    unit: Unit = place("its kind")
    code: str = place("the unit's code")
    target: str | None = model("only of this target; null: of all")
    reason: str = service("why")
    author: str | None = service("the id of the key or the operator who said so; null without the scope `act`")
    created_at: datetime = service("since when")
    ends_at: datetime = service("until when")
    ended_by: str | None = service("the id of who ended it before its time; null without the scope `act`")


class Silences(Document):
    """Silences."""

    items: list[Silence] = service("the newest first")


class LevelFigures(Document):
    """How notices of a level went, of the whole city or a district."""

    unit: Literal["city", "district"] = place("of what")
    code: str | None = place("the district's code; null of the city")
    target: str = model("what is forecast")
    level: Level = forecast("the level")
    grids: int | None = record(
        "grids that were told of, whose windows have passed, in groups of 50; null where they are fewer"
    )
    precision: float | None = record("the share of them with an event, in steps; null where they are few")
    lower: float | None = record("of the interval in which that of as many to come will lie")
    upper: float | None = record("of the interval in which that of as many to come will lie")
    stated: float | None = record("what was promised of them on the mean; null where nothing was of 50")
    kept: bool | None = record(
        "whether what came, in steps, lies in the interval that was promised; null where nothing was promised of 50"
    )
    caught: float | None = record(
        "the share of all events of two years that came where a notice of this level had told of it, in steps; null where they are few"
    )
    lead_weeks: float | None = record("weeks since that was told, on the mean, in steps; null where they are few")


class WeekFigures(Document):
    """What was told in a unit in a week."""

    unit: Unit = place("its kind")
    code: str = place("its code")
    name: str = place("its name")
    week: date = service("its Monday")
    alerts: str | None = service(
        "notices that were raised, in bands; null where few work there or nobody knows how many"
    )
    acknowledged_within: str | None = service("the middle time to acknowledge, in bands")
    missed: str | None = record(
        "events of the week of which no notice had told, in bands; null until their reports have come, below the town, and as alerts"
    )
    caught: str | None = record("events of the week of which one had told, in bands")
    lead: str | None = record("weeks since that was told, on the mean, in bands; null where none was")
    budget: int | None = service("notices of the week's budget")


class AlertFigures(Document):
    """How notices went; never of a person."""

    levels: list[LevelFigures] = service("by target and level")
    weeks: list[WeekFigures] = service("by unit and week, the newest first")


class WeekBudget(Document):
    """The budget of a week."""

    used: str | None = service("notices that took it, in bands; null as the others")
    of: int = service("notices that the teams that are seen may be sent")


class EarlierAlerts(Document):
    """Notices of before a week that somebody has to do with still."""

    live: str = service("how many, in bands")
    late: str = service("of them past a deadline, in bands")


class AlertWeek(Document):
    """What became of the notices of a week. Of a part of the city in which fewer than five work, or nobody knows how many, no count is told,
    nor of the whole city where it is known that fewer do."""

    notice: Notice = service("what it is, and what it must not be used for")
    week: date = service("its Monday")
    notices: str | None = service("raised in it, in bands; null where few work")
    levels: dict[str, str] | None = service("how many of them by level, in bands")
    statuses: dict[str, str] | None = service(
        "how many of them stand so, in bands; `suspended` where the deadlines of a live one rest, as its ticket says"
    )
    outcomes: dict[str, str] | None = service("what was found of them, in bands")
    closed: dict[str, str] | None = service("what was found of all that were closed in it, in bands")
    budget: WeekBudget = service("of its notices")
    held: dict[str, str] | None = service("units that were held back in it by the last reason, in bands")
    earlier: EarlierAlerts | None = service("those of before it")
    late: list[Alert] = forecast("live ones of it and of before it that are past a deadline, the highest level first")
    suspended: list[str] = model("targets that are suspended; nothing of them is told")
