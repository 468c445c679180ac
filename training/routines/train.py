"""From a city to registered versions: fit, evaluate, register. What is made for a target is a family, a version a horizon."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from features import City, FeatureMatrix, catalogue_version, read_city
from features.panel.panel import encoded
from riskwarn.errors import HistoryTooShort, RiskwarnError
from riskwarn.health.learnable import JUDGED_ORIGINS, LEAST_JUDGED, Prospect, prospects
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from riskwarn.store.writing import one_at_a_time
from training.evaluation.comparison import LEAST_EFFECTIVE, Evaluation, Gain, evaluate
from training.evaluation.outcomes import outcomes_of
from training.evaluation.rolling import best_baseline, between, rolling
from training.labels.task import ForecastTask, make_task
from training.models.baselines import fit_baselines
from training.models.family import Fits, usual_horizon
from training.models.forecast import Forecaster
from training.registry.series import Series
from training.registry.tracking import check_tracking
from training.registry.versions import register, set_alias, set_champion, version_with_alias, why_unfit
from training.routines.backtest import features_for

#: Judged origins between two fits, at least: fewer than twice as many are judged by one fit.
REFIT = 26


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
    progress: Progress = silent,
) -> tuple[list[Trained], list[Skipped]]:
    """Train the declared targets and horizons, or the named ones.

    Where several are trained, one that cannot be is skipped with its reason; raises that reason where nothing is left. The first
    family of a target becomes champion: the model where it beats the best baseline beyond the interval of the difference at the
    usual horizon and is not worse beyond it at another, else that baseline. Later ones become challengers; with `renew` they take
    the place of champions that can no longer score, as the first would. Two trainings at once register one after the other.

    Raises TrackingServerUnusable, TrackingStoreUnusable before anything is fitted.
    """
    names = home.configuration.chosen_targets(target)
    horizons = sorted(home.configuration.chosen_horizons(horizon))
    check_tracking(home)
    city = city or read_city(home, as_of, now=datetime.now(UTC))
    foretold = {
        one.target: one for one in prospects(Store(home, city.store_version), home.configuration, targets=names)
    }
    trained: list[Trained] = []
    skipped: list[Skipped] = []
    faults: list[RiskwarnError] = []
    for index, name in enumerate(names):
        progress(f"training {name}", index, len(names))
        try:
            # The target is looked at first: features take longer than finding that it has nothing to learn from.
            if (obstacle := foretold[name].obstacle) is not None:
                raise obstacle
            own = matrix if matrix is not None else features_for(city, name, progress, home.settings, home.features)
            task = make_task(city, name, usual_horizon(horizons), own, encoded(city))
            made, left, errors = _train_family(home, task, horizons, foretold[name], renew, progress)
            trained += made
            skipped += left
            faults += errors
        except RiskwarnError as error:
            faults.append(error)
            skipped += [Skipped(name, periods, str(error)) for periods in horizons]
    if not trained and faults:
        raise faults[0]
    return trained, skipped


@dataclass(frozen=True)
class _Judged:
    """A horizon with the origins on which it is judged."""

    task: ForecastTask
    origins: tuple[date, ...]
    evaluation: Evaluation | None = None


def _train_family(
    home: Home, task: ForecastTask, horizons: Sequence[int], foretold: Prospect, renew: bool, progress: Progress
) -> tuple[list[Trained], list[Skipped], list[RiskwarnError]]:
    """The versions of one target; horizons whose history is too short are left out."""
    at = task.as_of
    left: list[Skipped] = []
    errors: list[RiskwarnError] = []
    possible: list[_Judged] = []
    for horizon in horizons:
        try:
            possible.append(_to_be_judged(task.at_horizon(horizon)))
        except HistoryTooShort as error:
            left.append(Skipped(task.target, horizon, str(error)))
            errors.append(error)
    while possible:
        fits = Fits(task, [one.task.horizon for one in possible], home.settings.threads)
        try:
            judged = judge(possible, fits, progress)
            family = fits.at(at)
            break
        except HistoryTooShort as error:
            longest = possible.pop()
            left.append(Skipped(task.target, longest.task.horizon, str(error)))
            errors.append(error)
    else:
        return [], left, errors
    usual = usual_horizon([one.task.horizon for one in judged])
    by_horizon = {one.task.horizon: one.evaluation for one in judged}
    evaluation = by_horizon[usual]
    assert evaluation is not None
    loses = [horizon for horizon, one in by_horizon.items() if one is not None and one.decisive.loses]
    best = evaluation.best_baseline
    wins = evaluation.model_wins and not loses
    said = f"log loss gain over {best} {_told(evaluation.decisive)}"
    why_not = (
        f"the model does not beat {best} beyond its interval at horizon {usual} ({said}): {best} scores"
        if not evaluation.model_wins
        else f"the model is worse than the best baseline beyond its interval at horizon {loses[0] if loses else ''}: {best} scores"
    )
    if not evaluation.decisive.enough:
        why_not = (
            f"there is not enough evidence to choose the model: {evaluation.decisive.effective:.2g} origins whose windows do not "
            f"overlap, {LEAST_EFFECTIVE:g} needed ({said}): {best} scores"
        )
    now = datetime.now(UTC)
    name = f"{task.target}-{at}-{hashlib.sha256(now.isoformat().encode()).hexdigest()[:6]}"
    made = []
    with one_at_a_time(home.artifacts, progress, "waiting for another training to register"):
        for one in judged:
            horizon = one.task.horizon
            assert one.evaluation is not None
            current = version_with_alias(home, task.target, horizon, "champion")
            unfit = why_unfit(home, current, task.target) if current is not None else None
            replaced = current if unfit is not None and renew else None
            current = None if replaced is not None else current
            forecaster: Forecaster
            if current is None and not wins:
                every = fit_baselines(one.task, at, one.task.mature(at))
                forecaster = next(each for each in every if each.name == best)
                reason = why_not
            else:
                forecaster = family.served(horizon)
                own = f"log loss gain over {one.evaluation.best_baseline} {_told(one.evaluation.decisive)}"
                reason = own if current is None else f"challenger of {current}; {own}"
            if replaced is not None:
                reason = f"{reason}. It takes the place of {replaced}, which could no longer score"
            elif unfit is not None:
                reason = f"{reason}. {unfit}"
            figures = one.evaluation.metrics[forecaster.name]
            version, run_id = register(
                home,
                task.target,
                horizon,
                forecaster,
                {
                    "as_of": at.isoformat(),
                    "kind": forecaster.name,
                    "best_baseline": one.evaluation.best_baseline,
                    "store_version": task.store_version,
                    "configuration": home.configuration.fingerprint(),
                    "catalogue": catalogue_version(home.configuration),
                    "trained_at": now.isoformat(timespec="seconds"),
                    **family.choices.as_parameters(),
                },
                {
                    **{key: value for key, value in figures.items() if value is not None},
                    "gain_over_best_baseline": one.evaluation.decisive.gain,
                    "n_events": float(one.evaluation.n_events),
                },
                family=name,
                series=Series(horizon, one.origins, one.evaluation.series),
            )
            if current is None:
                set_champion(home, version, now)
            else:
                set_alias(home, version, "challenger")
            made.append(
                Trained(
                    task.target, horizon, version, name, current is None, forecaster.name, one.evaluation, run_id,
                    reason, tuple(foretold.said(at)),
                )
            )  # fmt: skip
    return made, left, errors


def _to_be_judged(task: ForecastTask) -> _Judged:
    """The newest mature origins of a horizon, at most a third of all."""
    mature = task.mature(task.as_of)
    held = mature[-min(JUDGED_ORIGINS, len(mature) // 3) :] if len(mature) >= 3 else []
    if len(held) < LEAST_JUDGED:
        raise HistoryTooShort(origins=len(mature), as_of=task.as_of, horizon=task.horizon, needed=3 * LEAST_JUDGED)
    return _Judged(task, tuple(held))


def judge(horizons: Sequence[_Judged], fits: Fits, progress: Progress = silent) -> list[_Judged]:
    """How each horizon does on its origins; fits are shared, and each saw only what was known before the origins that it serves."""
    first = min(one.origins[0] for one in horizons)
    last = max(one.origins[-1] for one in horizons)
    every = [origin for origin in horizons[0].task.origins if first <= origin <= last]
    number = max(1, len(every) // REFIT)
    fitted = every[:: -(-len(every) // number)]
    found = []
    for one in horizons:
        forecasts = rolling(one.task, between(one.origins, fitted), fits.members(one.task.horizon), progress)
        came = outcomes_of(one.task, one.origins, one.task.as_of)
        evaluation = evaluate(forecasts, came, best_baseline(one.task, one.origins[0]))
        found.append(_Judged(one.task, one.origins, evaluation))
    return found


def _told(gain: Gain) -> str:
    return f"{gain.gain:.4g} [{gain.lower:.4g}, {gain.upper:.4g}]"
