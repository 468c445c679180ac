"""What was judged becomes a version with all that is told of it: figures, facts, drawings, page and card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskwarn.home import Home
from riskwarn.words import Unit
from training.audits.audit import Audit
from training.evaluation.comparison import Evaluation, Gain
from training.evaluation.ranked import FILE as RANKED
from training.labels.task import ForecastTask
from training.models.forecast import Forecaster
from training.registry.communities import Communities
from training.registry.facts import made_with
from training.registry.kept import Kept
from training.registry.registration import keep_with, register
from training.registry.runs import RUN_NAME
from training.registry.series import Series
from training.registry.versions import Version, run_of
from training.reports import FILE, model_card, plots, version_page
from training.reports.facts import ReportFacts, Since, Source
from training.reports.note import NOTE, changed_words, gain_words, note
from training.routines.auditing import evidence
from training.routines.gains import INNER, Record, gain_over_champion
from training.routines.reporting import CARD, PAGE, beside, drawn, facts_of, since_champion

#: Figures of the champion that stand among those of a run.
_SHOWN = ("log_loss", "capture_5", "average_precision", "calibration_level")


@dataclass(frozen=True)
class Judgement:
    """A forecaster that is to be registered, how it did, and why it is to score or not."""

    task: ForecastTask  # of its horizon
    forecaster: Forecaster
    evaluation: Evaluation
    origins: tuple[date, ...]
    reason: str
    notes: tuple[str, ...]
    parameters: Mapping[str, Any]
    champion: Version | None  # that which stands
    comparable: bool  # whether the champion could still score: else its losses may be those of another target
    audits: tuple[Audit, ...] = ()
    sources: tuple[Source, ...] = ()  # what it was learnt from
    inner: tuple[float, float] | None = None  # its log loss on inner origins, and that of the city's mean


@dataclass(frozen=True)
class Registered:
    """A version, its run, and what its pages are made of."""

    version: str
    run_id: str
    facts: ReportFacts
    audits: Mapping[str, Audit]


def register_judged(home: Home, judgement: Judgement, family: str) -> Registered:
    """Register it with its facts and drawings; its run goes on, for its pages name the version."""
    forecaster, evaluation, task = judgement.forecaster, judgement.evaluation, judgement.task
    own = forecaster.name
    communities, of_grid = _communities(judgement)
    kept = None
    if evaluation.cells is not None:
        kept = Kept("model", judgement.origins, tuple(task.inputs.matrix.grid_ids), evaluation.cells, of_grid)
    labels = kept.digests() if kept is not None else ()
    series = Series(task.horizon, judgement.origins, evaluation.series, labels)
    kept = kept if own == "model" else None  # a baseline stands beside every version
    champion, gain = judgement.champion, None
    since = None
    if champion is not None:
        told = Record(
            own,
            str(judgement.parameters["as_of"]),
            str(judgement.parameters["trained_at"]),
            series,
            communities,
            lambda: kept,
        )
        gain = gain_over_champion(home, told, champion) if judgement.comparable else None
        now = {**judgement.parameters, **series.as_parameters(), **made_with(forecaster)}
        since = since_champion(champion, run_of(home, champion.version).data.params, now, gain)
    facts = facts_of(
        home.configuration, task, forecaster, evaluation, judgement.origins, kind=own, reason=judgement.reason, notes=judgement.notes,
        parameters=judgement.parameters, since=since, sources=judgement.sources,
    )  # fmt: skip
    metrics = {
        **{key: value for key, value in evaluation.metrics[own].items() if value is not None},
        "gain_over_best_baseline": evaluation.decisive.gain,
        "n_events": float(evaluation.n_events),
        **beside(evaluation, own),
        **_of_champion(champion, gain),
        **(dict(zip(INNER, judgement.inner, strict=True)) if judgement.inner is not None else {}),
        **evidence(judgement.audits),
    }
    version, run_id = register(
        home, task.target, task.horizon, forecaster, judgement.parameters, metrics, family=family, series=series, kept=kept, communities=communities,
        drawn=drawn(evaluation, own),
        files={FILE: facts.as_json(), RANKED: evaluation.rankings[own].as_json(), **plots(facts), **{one.path: one.as_json() for one in judgement.audits}},
        tags=_tags(since), finish=False,
    )  # fmt: skip
    return Registered(version, run_id, facts, {one.name: one for one in judgement.audits})


def keep_pages(home: Home, made: Registered, alias: str) -> None:
    """Put the page and the card of a version beside its other files."""
    version, facts = made.version, made.facts
    files = {
        PAGE: version_page(facts, version=version, alias=alias, audits=made.audits),
        CARD: model_card(facts, version=version, alias=alias),
    }
    keep_with(home, made.run_id, files, {NOTE: note(facts, version, alias), RUN_NAME: f"{version} {facts.kind}"})


def _communities(judgement: Judgement) -> tuple[Communities, tuple[str, ...]]:
    """(losses by community, the code of each grid's)."""
    units = judgement.task.geography.units[Unit.COMMUNITY]
    judged, lost = judgement.evaluation.judged, judgement.evaluation.lost
    told = Communities(judgement.origins, units.codes[: judged.shape[1]], judged, lost)
    return told, tuple(units.codes[place] for place in units.of_grid)


def _of_champion(champion: Version | None, gain: Gain | None) -> dict[str, float]:
    """The champion's figures beside those of a run, and the gain over it."""
    if champion is None:
        return {}
    found = {f"{name}/champion": value for name, value in champion.metrics.items() if name in _SHOWN}
    if gain is not None and gain.gain == gain.gain:
        found["gain_over_champion"] = gain.gain
    return found


def _tags(since: Since | None) -> dict[str, str]:
    """What is said of the champion that stood, so that runs can be searched by it."""
    if since is None:
        return {}
    return {
        "champion_then": since.version,
        "gain_over_champion": gain_words(since),
        "changed_since_champion": changed_words(since),
    }
