"""What each answer holds. This is documentation, from which the OpenAPI description is made; bodies are not built with it,
and the tests check every body against it.

Each field says what class of data it is (`x-data-class`): `place` (names and codes of places and units), `forecast`, `model`
(how it was made), `record` (counted of records, small numbers withheld), `service` (of the server), `operator` (who acts, as an id that
tells nothing, and what that one gave as a reason).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from riskwarn.words import Gap, Level, Unit
from serving.api.queries import Form, Language


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


def place(told: str) -> Any:
    """A field that names a place."""
    return _field("place", told)


def forecast(told: str) -> Any:
    """A field of a forecast."""
    return _field("forecast", told)


def model(told: str) -> Any:
    """A field of how a forecast was made."""
    return _field("model", told)


def record(told: str) -> Any:
    """A field that is counted of records."""
    return _field("record", told)


def service(told: str) -> Any:
    """A field of the server."""
    return _field("service", told)


def operator(told: str) -> Any:
    """A field of who acts."""
    return _field("operator", told)


def _field(kind: str, told: str, default: Any = ...) -> Any:
    # A document with a field `model` names the class so: below that field the function of this name is hidden.
    return Field(default, description=told, json_schema_extra={"x-data-class": kind})


def _more(kind: str) -> ConfigDict:
    """A document with further fields, all of one class."""
    return ConfigDict(extra="allow", json_schema_extra={"additionalProperties": {"x-data-class": kind}})


class Wrong(_Document):
    """One parameter that is wrong."""

    parameter: str = service("its name")
    problem: str = service("what is wrong with it, in the language of Accept-Language (en, zh)")


class Problem(_Document):
    """RFC 9457: why there is no answer."""

    type: str = service("urn:riskwarn:CODE; the codes stand in docs/errors.md")
    title: str = service("what the status says, in words")
    status: int = service("the status of HTTP")
    detail: str = service("one sentence: what, where and the way out")
    instance: str = service("the path that was asked")
    request_id: str = service("under which the server's log knows it")
    errors: list[Wrong] | None = _field("service", "each parameter that is wrong", None)


class Head(_Document):
    """The snapshot that an answer is out of."""

    id: str = model("its id; the same id is the same numbers")
    as_of: date = model("the midnight from which it looks")
    published_at: datetime = model("when it was published")
    valid_until: datetime = model("from when on it is stale")
    stale: bool = model("whether it has passed its end: do not act on it as if it were fresh")
    model: str | None = _field("model", "the version that scored; null where the answer is of several")
    interval_level: float = _field("model", "how often the interval should hold the count")


class Reason(_Document):
    """What moves a score, in words: all of one theme of one source together."""

    feature: str = model("the feature that leads")
    theme: str = model("what it is about, as a word for programs")
    source: str = model("of what records; empty where of none alone")
    zh: str = forecast("in Chinese; counts and times in bands")
    en: str = forecast("in English; counts and times in bands")
    direction: Literal["raises", "lowers"] = forecast("which way it moves the score")
    services: list[str] = service("those that fit")
    effect: float = forecast("what it adds to the city's mean score; of a unit above, the mean of its grids")


class Excess(_Document):
    """The expected count against what is usual of the unit."""

    difference: float = record("expected less usual")
    ratio: float | None = record("expected by usual; null where nothing is usual")
    noise: float = record("deviation of the difference")


class Item(_Document):
    """One unit of a ranking."""

    unit: Unit = place("its kind")
    code: str = place("its code")
    name: str = place("its name")
    rank: int = forecast("1 is the highest; ties by code")
    rank_interval: list[int] | None = forecast(
        "from and to which rank it may stand, by what the model cannot tell apart"
    )
    score: float | None = forecast("probability of at least one event in the window; null above the grid")
    expected_count: float | None = forecast("expected events in the window")
    per_10000: float | None = record("expected events per 10,000 residents; null where residents are unknown or few")
    interval: list[int] = forecast("least and most events that are likely")
    level: Level | None = forecast("attention level; null above the grid")
    change: float | None = forecast("of the score against the snapshot before")
    change_noise: float | None = forecast(
        "what a change may be for no other reason than that the model was learnt twice; null where `change` is, and of a baseline"
    )
    change_beyond_noise: bool | None = forecast("whether the change is larger than that; null where that is not told")
    entered: bool | None = forecast(
        "whether it is among the first tenth of its level now and was not in the snapshot before; null where none was"
    )
    usual: float | None = record(
        "events that are usual of it in such a span, by its two years before; null for grids and where withheld"
    )
    excess: Excess | None = record("the expected count against the usual one; null where that is")
    data_gap: list[str] = service("sources that should have reported of it and have not")
    suppressed: bool = record(
        "whether details are withheld, for it has few residents or would tell of a neighbour that has"
    )
    reasons: list[Reason] = forecast(
        "the strongest; none where `suppressed`, and of a snapshot that an earlier rule of disclosure told"
    )


class Ranking(_Document):
    """Units by rank."""

    snapshot: Head = model("the snapshot that it is out of")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    stability: float | None = forecast(
        "of the first tenth of the level in the snapshot before, the share that is still among it; null where none was"
    )
    items: list[Item] = forecast("the units, the first rank first")
    next: str | None = service("`cursor` of the next answer; null at the end")


class Place(_Document):
    """A unit by code and name."""

    code: str = place("its code")
    name: str = place("its name")


class Standing(Item):
    """A grid for one target and horizon."""

    target: str = model("what is forecast")
    horizon: int = model("periods ahead")


class Portrait(_Document):
    """A grid for every target and horizon."""

    snapshot: Head = model("the snapshot that it is out of")
    grid_id: str = place("its code")
    name: str = place("its name")
    community: Place = place("in which it lies")
    town: Place = place("in which it lies")
    district: Place = place("in which it lies")
    residents: float | None = record("null where unknown or few")
    suppressed: bool = record("whether details are withheld")
    scores: list[Standing] = forecast("one a target and horizon")
    suspended: list[str] = service(
        "targets of which nothing is told: they are suspended, or were when the snapshot was published"
    )


class Explanation(_Document):
    """Why a grid stands where it does."""

    snapshot: Head = model("the snapshot that it is out of")
    grid_id: str = place("its code")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    score: float | None = forecast("probability")
    mean_score: float | None = forecast(
        "the mean of the city's grids; the effects add up to the score less this; null where only a part of the city is seen"
    )
    level: Level | None = forecast("attention level")
    suppressed: bool = record("whether reasons are withheld")
    reasons: list[Reason] = forecast("the strongest first, and last what is not told apart")


class Stood(_Document):
    """A grid in one snapshot."""

    snapshot: str = model("its id")
    as_of: date = model("its as-of")
    model: str | None = _field("model", "the version that scored")
    score: float | None = forecast("null where the grid was not in it, or it cannot be read")
    expected_count: float | None = forecast("expected events")
    rank: int | None = forecast("rank")
    level: Level | None = forecast("attention level")


class History(_Document):
    """A grid over the snapshots."""

    snapshot: Head = model("the snapshot that it is out of")
    grid_id: str = place("its code")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    items: list[Stood] = forecast("one an as-of, the newest first")


class GapOfSource(_Document):
    """A source that fails a place."""

    source: str = service("its name")
    kind: Gap = service("silent or short")
    district: str | None = place("code of the district; null for all")


class Names(_Document):
    """A target's name."""

    zh: str = model("in Chinese")
    en: str = model("in English")


class Publication(_Document):
    """A published snapshot."""

    id: str = model("its id")
    as_of: date = model("the midnight from which it looks")
    published_at: datetime = model("when it was published")
    valid_until: datetime = model("from when on it is stale")
    current: bool = model("whether it is what is served")
    withdrawn: bool = model("whether somebody withdrew it")
    kept: bool = model("whether it can still be asked")
    inputs: dict[str, JsonValue] = model("what it was made from, `disclosure` the rules by which numbers are told")
    previous: str | None = model("the snapshot that it compares with")
    models: dict[str, str] = model("target/horizon: version")
    gaps: list[GapOfSource] = service("which sources failed which place")
    files: dict[str, str] = model("SHA-256 of each file")
    period: Literal["day", "week", "month"] = model("what a horizon counts")
    names: dict[str, Names] = model("of the targets")
    chain: str | None = model("SHA-256 that binds it to all publications before")
    not_replayable: bool | None = model(
        "whether something that it was made from was erased by law; null where only a part of the city is seen"
    )


class Publications(_Document):
    """What was published."""

    items: list[Publication] = model("the newest first")
    suspended: list[str] = service(
        "targets of which the current one tells nothing: they are suspended, or were when it was published"
    )


class Side(_Document):
    """A grid in one of two snapshots."""

    score: float = forecast("probability")
    rank: int = forecast("rank")
    level: Level | None = forecast("attention level")


class Changed(Place):
    """A grid in two snapshots."""

    change: float = forecast("of the score, from a to b")
    change_noise: float | None = forecast(
        "what a change may be for no other reason than that the model of b was learnt twice; null of a baseline"
    )
    change_beyond_noise: bool | None = forecast("whether the change is larger than that; null where that is not told")
    a: Side = forecast("in the older")
    b: Side = forecast("in the newer")


class Comparison(_Document):
    """Two snapshots."""

    a: Head = model("the older snapshot")
    b: Head = model("the newer snapshot")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    compared: int = forecast("grids in both")
    added: int = forecast("grids in b only")
    gone: int = forecast("grids in a only")
    items: list[Changed] = forecast("the largest change first")


class Source(BaseModel):
    """How a source reports; docs/health.md tells every field."""

    model_config = _more("record")

    source: str = service("its name")
    zh: str = service("its Chinese name")
    verdict: str | None = service("sound, or what is wrong; null where only a part of the city is seen and has no gap")
    gap: str | None = service("silent or short; null where it reports")


class Sources(_Document):
    """How the sources report."""

    snapshot: Head = model("the snapshot that it is out of")
    items: list[Source] = service("one a source")


class Card(BaseModel):
    """A version as it was registered."""

    model_config = _more("model")

    kind: str = model("`model`, or the baseline that scores in its place")
    as_of: str | None = model("what it was trained on")
    trained_at: str | None = model("when")
    best_baseline: str | None = model("what it was judged beside")
    metrics: dict[str, float] = model("how it did")


class ModelOfHorizon(_Document):
    """What scored one horizon."""

    horizon: int = model("periods ahead")
    version: str | None = model("its version")
    card: Card | None = model("null in snapshots of older versions of riskwarn")


class Models(_Document):
    """What scored a target."""

    snapshot: Head = model("the snapshot that it is out of")
    target: str = model("what is forecast")
    items: list[ModelOfHorizon] = model("one a horizon")


class Share(_Document):
    """A share and its interval of 95 %."""

    mean: float | None = model("of all that was judged")
    lower: float | None = model("null where it cannot be told")
    upper: float | None = model("null where it cannot be told")


class CaughtByLevel(_Document):
    """What one level would have caught and cost in the back-test."""

    level: Level = model("the attention level, with those above it")
    top: float = model("its rule: among this share of grids")
    times: float = model("its rule: so many times the mean score")
    grids: float | None = model("grids that it lists a period, on average")
    share_of_grids: float | None = model("the same as a share")
    events: int | str = record("events that were judged, about; 1 and 2 are told together")
    caught: int | str | None = record("of these in listed grids; null where their number would tell of single events")
    capture: Share | None = record("the share of events in listed grids; null as `caught` is, and where that is 1–2")
    precision: Share | None = record("the share of listed grids in which something happened")
    of_100_listed: int | None = record("in how many of a hundred listed grids something happened")
    outside: float | None = record("the share of events that happened in grids that are not listed")


class LevelsCaught(_Document):
    """What the levels of a city would have caught."""

    snapshot: Head = model("the snapshot that it is out of")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    items: list[CaughtByLevel] | None = model("the highest first; null where the back-test was not kept")


def _figure(told: str) -> Any:
    return _field("record", told, None)


class Figures(_Document):
    """How one level of places went; null where a figure would tell of few."""

    units: int | None = _figure("places that were judged")
    expected: float | None = _figure("events that were expected")
    poisson_deviance: float | None = _figure("of the counts; less is better")
    calibration_level: float | None = _figure("expected by observed")
    log_loss: float | None = _figure("of the probabilities; grids only; less is better")
    brier: float | None = _figure("of the probabilities; grids only; less is better")
    calibration: float | None = _figure("of the probabilities; grids only")
    capture_1: float | None = _figure("share of events in the first 1 % of places")
    capture_5: float | None = _figure("share of events in the first 5 % of places")
    capture_10: float | None = _figure("share of events in the first 10 % of places")
    inside: float | None = _figure("share of places whose count lies in its interval")


class Missed(_Document):
    """A unit in which more, or less, came than was expected; never a grid."""

    unit: Unit = place("its kind")
    code: str = place("its code")
    name: str = place("its name")
    expected: float = forecast("events that were expected")
    observed: str = record("events that came, in a band")


class JudgedForecast(_Document):
    """How one published forecast went, once its window was over and the reports were in."""

    snapshot: str = model("its snapshot")
    target: str = model("what was forecast")
    horizon: int = model("periods ahead")
    as_of: date = model("the midnight from which it looked")
    window_end: date = model("where its window ended")
    published_at: datetime = model("when it was published")
    judged_at: datetime = model("when it was judged")
    model: str | None = _field("model", "the version that scored")
    late: bool = _field(
        "model", "whether it came out more than a period after its as-of; such are left out of the figures"
    )
    counted: bool = _field(
        "model", "whether it is in the summary; forecasts with one or two events come into it three at a time"
    )
    events: int | str | None = record(
        "events in its window, about: those of each grid and period as they are told; 1 and 2 are told together; null, as all figures, "
        "where only a part of the city is seen, and where it was judged before it was told like this"
    )
    events_before_publication: int | str | None = record("of these in grids where any came before it was published")
    capture_5_after_publication: float | None = record("capture of those in other grids")
    unknown_grids: int | None = service("grids of which nobody knows what came")
    levels: dict[str, Figures] = record("how each level went")
    baselines: dict[str, dict[str, Figures]] = record("how each baseline would have gone")
    misses: list[Missed] = record("units with the most events beyond what was expected")
    false_alarms: list[Missed] = record("units with the fewest below what was expected")
    chain: str | None = _field("model", "SHA-256 that binds it to all rows before")


class SummaryOfLevel(_Document):
    """The means over all counted rows."""

    figures: dict[str, Share | None] = record("of what was published")
    baselines: dict[str, dict[str, Share | None]] = record("of each baseline")
    gains: dict[str, dict[str, Share | None]] = record("by how much each baseline is surpassed; above 0 is better")


class Summary(_Document):
    """All published forecasts of a target and horizon together."""

    target: str = model("what was forecast")
    horizon: int = model("periods ahead")
    judged: int = model("forecasts that were judged")
    counted: int = model("of these in the figures")
    late: int = model("of these too late to count")
    events: int | str | None = record(
        "events in the windows of the counted, about; null where those of any are not told"
    )
    levels: dict[str, SummaryOfLevel] = record("level by level")


class TrackRecord(_Document):
    """How published forecasts went."""

    rows: list[JudgedForecast] = model("the newest as-of first")
    summary: list[Summary] = model("one a target and horizon")
    waiting: int = model("forecasts whose window or reports are not complete yet")
    suspended: list[str] = service("targets of which nothing is told: they are suspended")


class Alert(_Document):
    """A notice about one unit and target."""

    id: int = service("its number; another where only a part of the city is seen")
    snapshot: str = model("the snapshot that raised it")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    unit: Unit = place("its kind")
    code: str = place("the unit's code")
    level: Level = forecast("what was entered")
    score: float = forecast("probability when it was raised")
    status: str = service("where it stands")
    raised_at: datetime = service("when it was raised")
    reasons: list[Reason] = forecast("the strongest")


class Notice(_Document):
    """What a notice is, and what it must not be used for."""

    zh: str = service("in Chinese")
    en: str = service("in English")


class Alerts(_Document):
    """Notices."""

    notice: Notice = service("what it is, and what it must not be used for")
    items: list[Alert] = service("the newest first")
    suspended: list[str] = service("targets of which nothing is told: they are suspended")


class FileAsked(_Document):
    """What a file is asked for by."""

    form: Form = service("what it is written as")
    target: str = model("what is forecast")
    horizon: int = model("periods ahead")
    unit: Unit = place("the kind of its units")
    parent: str | None = place("only units inside the unit of this code")
    lang: Language = service("language of headings and reasons")


class ExportApproval(_Document):
    """A large file that somebody asked for."""

    id: str = service("its id; `approval` of the export")
    state: Literal["waiting", "approved", "refused", "used", "ended"] = service("how it stands")
    snapshot: str = model("the snapshot that the file is out of")
    query: FileAsked = service("what is asked for")
    rows: int = service("units in the file")
    reason: str = operator("what it is needed for")
    asked_by: str = operator("id of the operator, or of the program's key")
    asked_at: datetime = service("when it was asked for")
    ends_at: datetime = service("from when on it opens nothing")
    decided_by: str | None = operator("id of the operator who decided; null while it waits")
    decided_at: datetime | None = service("when that was")


class ExportApprovals(_Document):
    """Large files that were asked for."""

    items: list[ExportApproval] = service("the newest first")


class Alive(_Document):
    """The process answers."""

    status: Literal["ok"] = service("always")


class Ready(_Document):
    """How the server stands."""

    status: Literal["ok", "stale", "degraded", "unavailable"] = service(
        "ok; stale: its snapshot has passed its end; degraded: the newest is not served; unavailable: none is"
    )
    snapshot: str | None = service("what is served")
    newest: str | None = service("what should be served")
    as_of: date | None = service("of what is served")
    published_at: datetime | None = service("of what is served")
    valid_until: datetime | None = service("of what is served")
    stale: bool = service("whether it has passed its end, or none is served")
    suspended: list[str] = service("targets that are suspended: nothing of them is served")
    age_seconds: int | None = service("since it was published")
    problem: str | None = service("code of what stands against serving the newest")
    detail: str | None = service("the same in one sentence")
