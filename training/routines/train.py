"""From a city to registered versions: fit, evaluate, register, promote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from features import City, FeatureMatrix, catalogue_version, read_city
from riskwarn.errors import (
    FeaturesChanged,
    HistoryTooShort,
    ModelDamaged,
    PromotionRefused,
    PurposeUnknown,
    RiskwarnError,
    TrainedForOther,
)
from riskwarn.health.learnable import JUDGED_ORIGINS, LEAST_JUDGED, prospects
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from training.evaluation.comparison import LEAST_EFFECTIVE, Evaluation, evaluate
from training.evaluation.outcomes import outcomes_of
from training.evaluation.rolling import best_baseline, rolling
from training.labels.task import ForecastTask, make_task
from training.models.baselines import fit_baselines
from training.models.blend import fit_blend
from training.models.forecast import Forecaster
from training.registry.purpose import check_purpose
from training.registry.tracking import check_tracking
from training.registry.versions import load_version, register, run_of, set_alias, split, version_with_alias
from training.routines.backtest import build_features

#: Judged origins between two fits, at least: fewer than twice as many are judged by one fit.
REFIT = 26


@dataclass(frozen=True)
class Trained:
    """One registered version."""

    target: str
    horizon: int
    version: str
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

    Where several are trained, one that cannot be is skipped with its reason; raises that reason where nothing is left.
    The first version of a (target, horizon) becomes champion: the model if it beats the best baseline beyond the interval
    of the difference, else that baseline. Later ones become challengers; with `renew` they take the place of a champion
    that can no longer score, as the first would.

    Raises TrackingServerUnusable, TrackingStoreUnusable before anything is fitted.
    """
    pairs = [
        (name, periods)
        for name in home.configuration.chosen_targets(target)
        for periods in home.configuration.chosen_horizons(horizon)
    ]
    check_tracking(home)
    city = city or read_city(home, as_of, now=datetime.now(UTC))
    store = Store(home, city.store_version)
    foretold = {one.target: one for one in prospects(store, home.configuration, targets=[name for name, _ in pairs])}
    trained: list[Trained] = []
    skipped: list[Skipped] = []
    faults: list[RiskwarnError] = []
    for index, (name, periods) in enumerate(pairs):
        progress(f"training {name}, horizon {periods}", index, len(pairs))
        try:
            # The target is looked at first: features take longer than finding that it has nothing to learn from.
            if (obstacle := foretold[name].obstacle) is not None:
                raise obstacle
            matrix = matrix or build_features(city, progress, home.settings)
            one = _train_one(home, make_task(city, name, periods, matrix), renew)
            trained.append(replace(one, notes=tuple(foretold[name].notes)))
        except RiskwarnError as error:
            faults.append(error)
            skipped.append(Skipped(name, periods, str(error)))
    if not trained and faults:
        raise faults[0]
    return trained, skipped


def promote(home: Home, version: str) -> dict[str, str]:
    """Make a version champion; raise PromotionRefused where it is one already or is worse than the best baseline.

    Raises TrainedForOther, FeaturesChanged, PurposeUnknown where it could not score what is declared now.
    """
    run = run_of(home, version)
    name, _ = split(version)
    target, horizon = run.data.tags["target"], int(run.data.tags["horizon"])
    current = version_with_alias(home, target, horizon, "champion")
    if current == version:
        raise PromotionRefused(version=version, reason=f"it is the champion of {name} already")
    gain = run.data.metrics.get("gain_over_best_baseline", 0.0)
    if run.data.params.get("kind") == "model" and gain <= 0:
        raise PromotionRefused(
            version=version, reason=f"its log loss is {-gain:.4g} worse than that of {run.data.params['best_baseline']}"
        )
    check_purpose(home.configuration, target, version, load_version(home, version).purpose)
    set_alias(home, version, "champion")
    return {"version": version, "replaced": current or "", "name": name}


def judge(task: ForecastTask, at: date, threads: int) -> Evaluation:
    """How a version fitted on the past does on the newest mature origins."""
    ripe = task.mature(at)
    held = ripe[-min(JUDGED_ORIGINS, len(ripe) // 3) :] if len(ripe) >= 3 else []
    if len(held) < LEAST_JUDGED:
        raise HistoryTooShort(origins=len(ripe), as_of=at, horizon=task.horizon, needed=3 * LEAST_JUDGED)
    fits = max(1, len(held) // REFIT)
    forecasts = rolling(task, held, -(-len(held) // fits), threads)
    return evaluate(forecasts, outcomes_of(task, held, at), best_baseline(task, held[0]))


def _unfit(home: Home, version: str, target: str) -> RiskwarnError | None:
    """Why a champion can no longer score; None where it can."""
    try:
        check_purpose(home.configuration, target, version, load_version(home, version).purpose)
    except (TrainedForOther, FeaturesChanged, PurposeUnknown, ModelDamaged) as error:
        return error
    return None


def _train_one(home: Home, task: ForecastTask, renew: bool) -> Trained:
    at, threads = task.as_of, home.settings.threads
    name, horizon = task.target, task.horizon
    evaluation = judge(task, at, threads)
    best = evaluation.best_baseline
    current = version_with_alias(home, name, horizon, "champion")
    unfit = _unfit(home, current, name) if current is not None else None
    replaced = None
    if unfit is not None and renew:
        current, replaced = None, current
    gain = evaluation.decisive
    said = f"log loss gain over {best} {gain.gain:.4g} [{gain.lower:.4g}, {gain.upper:.4g}]"
    forecaster: Forecaster
    if current is None and not evaluation.model_wins:
        forecaster = next(one for one in fit_baselines(task, at, task.mature(at)) if one.name == best)
        reason = f"the model does not beat {best} beyond its interval ({said}): {best} scores"
        if not gain.enough:
            reason = (
                f"there is not enough evidence to choose the model: {gain.effective:.2g} origins whose windows do not overlap, "
                f"{LEAST_EFFECTIVE:g} needed ({said}): {best} scores"
            )
    else:
        forecaster = fit_blend(task, at, threads)
        reason = said if current is None else f"challenger of {current}; {said}"
    if replaced is not None:
        reason = f"{reason}. It takes the place of {replaced}, which could no longer score"
    elif unfit is not None:
        reason = f"{reason}. {unfit}"
    numbers = {key: value for key, value in evaluation.metrics["model"].items() if value is not None}
    version, run_id = register(
        home,
        name,
        horizon,
        forecaster,
        {
            "as_of": at.isoformat(),
            "kind": forecaster.name,
            "best_baseline": best,
            "store_version": task.store_version,
            "configuration": home.configuration.fingerprint(),
            "catalogue": catalogue_version(home.configuration),
            "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        {**numbers, "gain_over_best_baseline": gain.gain, "n_events": float(evaluation.n_events)},
    )
    set_alias(home, version, "champion" if current is None else "challenger")
    return Trained(name, horizon, version, current is None, forecaster.name, evaluation, run_id, reason)
