"""From a city to registered versions: fit, evaluate, register. What is made for a target is a family, a version a horizon."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from features import Catalogue, City, FeatureMatrix, catalogue_version
from features.incremental.incremental import known_city
from features.panel.panel import Encoded, encoded
from riskwarn.audit import Action, Entry, record
from riskwarn.configuration import usual_horizon
from riskwarn.errors import DiskFull, RiskwarnError, TrackingServerUnusable, TrackingStoreUnusable
from riskwarn.health.learnable import prospects
from riskwarn.health.prospect import Prospect
from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from riskwarn.store.writing import one_at_a_time, routine
from training.evaluation.comparison import Evaluation
from training.labels.task import ForecastTask, make_task
from training.models.baselines import fit_baselines
from training.models.forecast import Forecaster
from training.models.tuning import Budget, Tuned, check_tuner, tune
from training.models.workers import chosen_workers
from training.registry.loading import load_forecaster, why_unfit
from training.registry.registration import clear_half_registered, together
from training.registry.tracking import check_tracking
from training.registry.versions import Version, finish_begun, put_whole, set_alias, versions
from training.reports.facts import Source
from training.routines.auditing import audit_horizon
from training.routines.backtest import features_for
from training.routines.judging import Judged, judge
from training.routines.promotion import WAITING
from training.routines.recording import Judgement, keep_pages, register_judged
from training.routines.reporting import sources_of

#: File of a home with the searches for what to learn with.
STUDIES = "tuning.db"


@dataclass(frozen=True)
class Trained:
    """One registered version."""

    target: str
    horizon: int
    version: str
    family: str
    champion: bool
    kind: str  # `model`, or the name of the baseline that won
    evaluation: Evaluation
    run_id: str
    reason: str
    notes: tuple[str, ...] = ()  # what of its source does not count

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn train --json`` prints."""
        return {
            "target": self.target,
            "horizon": self.horizon,
            "version": self.version,
            "family": self.family,
            "champion": self.champion,
            "kind": self.kind,
            "reason": self.reason,
            "notes": list(self.notes),
            "n_events": self.evaluation.n_events,
            "metrics": self.evaluation.as_dict(),
            "run_id": self.run_id,
        }


@dataclass(frozen=True)
class Skipped:
    """A target and horizon that could not be trained, and why."""

    target: str
    horizon: int
    reason: str


def train(
    home: Home,
    *,
    target: str | None = None,
    horizon: int | None = None,
    as_of: date | None = None,
    city: City | None = None,
    matrix: FeatureMatrix | None = None,
    renew: bool = False,
    budget: Budget | None = None,
    progress: Progress = silent,
) -> tuple[list[Trained], list[Skipped]]:
    """Train the declared targets and horizons, or the named ones.

    Where several are trained, one that cannot be is skipped with its reason; raises that reason where nothing is left. The first
    family of a target becomes champion: the model where it beats the best baseline beyond the interval of the difference at the
    usual horizon and is not worse beyond it at another, else that baseline. Later ones become challengers; with `renew` they take
    the place of champions that can no longer score, as the first would. Two trainings at once register one after the other.

    With a `budget` the penalty and the trees of each target are searched for before, in what was known before the first judged origin.

    Raises TrackingAddressInvalid, TrackingServerUnusable, TrackingStoreUnusable, TunerMissing before anything is fitted, and HomeBusy while
    an update runs.
    """
    if budget is not None:
        check_tuner()
    names = home.configuration.chosen_targets(target)
    horizons = sorted(home.configuration.chosen_horizons(horizon))
    check_tracking(home)
    with routine(home):
        workers = chosen_workers(home.settings.dask, home.settings.threads)
        numbers: Encoded | None = None
        if city is None:
            city, numbers = known_city(home, as_of, now=datetime.now(UTC), progress=progress)
        foretold = {
            one.target: one for one in prospects(Store(home, city.store_version), home.configuration, targets=names)
        }
        trained: list[Trained] = []
        skipped: list[Skipped] = []
        faults: list[RiskwarnError] = []
        for index, name in enumerate(names):
            progress(Message("training {name}", name=home.configuration.target_named(name)), index, len(names))
            try:
                # The target is looked at first: features take longer than finding that it has nothing to learn from.
                if (obstacle := foretold[name].obstacle) is not None:
                    raise obstacle
                numbers = encoded(city) if numbers is None else numbers
                own = matrix
                if own is None:
                    own = features_for(city, name, progress, home.settings, home.features, numbers)
                task = make_task(city, name, usual_horizon(horizons), own, numbers)
                tuner = _tuner(home, budget, progress)
                judged, too_short = judge(task, horizons, home.settings.threads, progress, workers, tuner)
                skipped += [Skipped(name, periods, error.message) for periods, error in too_short]
                faults += [error for _, error in too_short]
                if judged is not None:
                    trained += _register_family(
                        home, city, sources_of(city, numbers), task, judged, foretold[name], renew, progress
                    )
            except (TrackingServerUnusable, TrackingStoreUnusable, DiskFull):
                raise  # nothing else could be registered either
            except RiskwarnError as error:
                faults.append(error)
                skipped += [Skipped(name, periods, error.message) for periods in horizons]
        if not trained and faults:
            raise faults[0]
        return trained, skipped


def _register_family(
    home: Home,
    city: City,
    sources: Sequence[Source],
    task: ForecastTask,
    judged: Judged,
    prospect: Prospect,
    renew: bool,
    progress: Progress,
) -> list[Trained]:
    """The versions of one target, one a horizon; champions where there is none, else challengers."""
    notes = (*prospect.said(city.as_of), *([judged.fits.tuned.note] if judged.fits.tuned else []))
    family, now = judged.fits.at(task.as_of), datetime.now(UTC)
    name = f"{task.target}-{task.as_of}-{hashlib.sha256(now.isoformat().encode()).hexdigest()[:6]}"
    made: list[Trained] = []
    finish_begun(home)
    with one_at_a_time(home.artifacts, progress, WAITING):
        clear_half_registered(home)
        standing = {one.horizon: one for one in versions(home) if (one.target, one.alias) == (task.target, "champion")}
        catalogue = Catalogue.of(city.configuration)
        with together(home) as registered:
            for horizon, evaluation in judged.evaluations.items():
                stood = standing.get(horizon)
                unfit = why_unfit(home, stood.version, task.target, catalogue) if stood is not None else None
                current = None if unfit is not None and renew else stood
                own = task.at_horizon(horizon)
                forecaster: Forecaster = (
                    _baseline(own, judged.best_baseline)
                    if current is None and not judged.model_wins
                    else family.served(horizon)
                )
                progress(Message("auditing {target}, horizon {horizon}", target=task.called, horizon=horizon))
                told = (*notes, *judged.blown_up(horizon).values())
                scoring = _scoring(home, stood) if stood is not None and unfit is None else None
                judgement = Judgement(
                    own, forecaster, evaluation, judged.origins[horizon], _reason(judged, evaluation, stood, current, unfit), told,
                    _parameters(home, task, judged, forecaster, evaluation, now), stood, unfit is None,
                    tuple(audit_horizon(task, judged, horizon, forecaster.name, city, prospect, scoring)), tuple(sources), judged.inner.get(forecaster.name),
                )  # fmt: skip
                version = register_judged(home, judgement, name)
                registered.append((version.version, version.run_id))
                keep_pages(home, version, "champion" if current is None else "challenger")
                made.append(
                    Trained(
                        task.target, horizon, version.version, name, current is None, forecaster.name, evaluation, version.run_id,
                        judgement.reason, told,
                    )
                )  # fmt: skip
        put_whole(home, [one.version for one in made if one.champion], now)
        for one in made:
            if not one.champion:
                set_alias(home, one.version, "challenger")
        result = "champion" if any(one.champion for one in made) else "challenger"
        record(home, Entry(Action.MODEL_TRAINED, name, result=result), at=now)
    return made


def _reason(
    judged: Judged,
    evaluation: Evaluation,
    stood: Version | None,
    current: Version | None,
    unfit: RiskwarnError | None,
) -> str:
    """Why a version scores or does not, beside the champion that stood, that which goes on to score, and why the former can no longer."""
    gained = f"log loss gain over {evaluation.best_baseline} {evaluation.decisive.shown}"
    reason = judged.why_not or gained if current is None else f"challenger of {current.version}; {gained}"
    if stood is not None and current is None:
        reason = f"{reason}. It takes the place of {stood.version}, which could no longer score"
    elif unfit is not None:
        reason = f"{reason}. {unfit}"
    return reason


def _parameters(
    home: Home, task: ForecastTask, judged: Judged, forecaster: Forecaster, evaluation: Evaluation, now: datetime
) -> dict[str, Any]:
    """What a version was made with and of."""
    return {
        "as_of": task.as_of.isoformat(),
        "kind": forecaster.name,
        "best_baseline": evaluation.best_baseline,
        "store_version": task.store_version,
        "configuration": home.configuration.fingerprint(),
        "catalogue": catalogue_version(home.configuration),
        "trained_at": now.isoformat(timespec="seconds"),
        **judged.fits.at(task.as_of).choices.as_parameters(),
        **(judged.fits.tuned.as_parameters() if judged.fits.tuned is not None else {}),
    }


def _scoring(home: Home, stood: Version) -> tuple[str, Forecaster, date] | None:
    """(version, forecaster, as-of) of a champion that can score; None where it does not say when it was trained."""
    if stood.as_of is None:
        return None
    return stood.version, load_forecaster(home, stood.version), date.fromisoformat(stood.as_of)


def _tuner(home: Home, budget: Budget | None, progress: Progress) -> Callable[[ForecastTask], Tuned | None] | None:
    """A search whose studies lie in the home; None where nothing is searched for."""
    if budget is None:
        return None
    return lambda task: tune(task, home.path / STUDIES, budget, home.settings.threads, progress)


def _baseline(task: ForecastTask, name: str) -> Forecaster:
    every = fit_baselines(task, task.as_of, task.mature(task.as_of))
    return next(one for one in every if one.name == name)
