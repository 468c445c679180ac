"""How a family does before it is registered: every horizon beside every baseline, on origins that no fit had seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskwarn.configuration import usual_horizon
from riskwarn.errors import HistoryTooShort, RiskwarnError, TargetEverywhere, TargetWithoutEvents
from riskwarn.health.history import JUDGED_ORIGINS, LEAST_JUDGED
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from training.evaluation.comparison import LEAST_EFFECTIVE, Evaluation, evaluate
from training.evaluation.outcomes import Outcomes, outcomes_of
from training.evaluation.rolling import RollingForecasts, best_baseline, between, rolling
from training.labels.cut import cut_before
from training.labels.task import ForecastTask
from training.models.blown import what_blew_up
from training.models.family import PARTS, Fits
from training.models.tuning import Tuned
from training.models.workers import Workers

#: Judged origins between two fits, at least: fewer than twice as many are judged by one fit.
REFIT = 26


@dataclass(frozen=True)
class Judged:
    """The evaluations of a family by horizon, and what follows from them."""

    fits: Fits
    origins: dict[int, tuple[date, ...]]
    evaluations: dict[int, Evaluation]
    forecasts: dict[int, RollingForecasts]  # made anew when they are asked for
    outcomes: dict[int, Outcomes]  # what they were judged by

    @property
    def usual(self) -> int:
        """The horizon by which the family is judged."""
        return usual_horizon(self.evaluations)

    @property
    def best_baseline(self) -> str:
        """The one to beat at the usual horizon: it serves all horizons where the model does not."""
        return self.evaluations[self.usual].best_baseline

    @property
    def inner(self) -> Mapping[str, tuple[float, float]]:
        """Part -> its log loss on inner origins of the fit that is registered, and that of the city's mean."""
        return self.fits.at(self.fits.task.as_of).choices.inner

    def blown_up(self, horizon: int) -> dict[str, str]:
        """Model or part -> what is told of it where it is far worse than the city's mean, on judged or on inner origins."""
        return blown_up(self.evaluations[horizon], horizon, self.inner)

    @property
    def model_wins(self) -> bool:
        """Better than the best baseline beyond the interval at the usual horizon, and at none worse beyond it."""
        return self.why_not is None

    @property
    def why_not(self) -> str | None:
        """Why the model does not score; None where it does."""
        decisive, best = self.evaluations[self.usual].decisive, self.best_baseline
        blown = next(filter(None, (self.blown_up(horizon).get("model") for horizon in self.evaluations)), None)
        if blown is not None:
            return Message("{blown}: {best} scores", blown=blown, best=best)
        said = f"log loss gain over {best} {decisive.shown}"
        if not decisive.enough:
            return Message(
                "there is not enough evidence to choose the model: {effective} origins whose windows do not overlap, {needed} needed "
                "({said}): {best} scores",
                effective=f"{decisive.effective:.2g}", needed=f"{LEAST_EFFECTIVE:g}", said=said, best=best,
            )  # fmt: skip
        if decisive.loses:
            return Message(
                "the model is worse than {other} beyond its interval at horizon {horizon} ({said}): {best} scores",
                other=best, horizon=self.usual, said=said, best=best,
            )  # fmt: skip
        if not decisive.wins:
            return Message(
                "the model does not beat {other} beyond its interval at horizon {horizon} ({said}): {best} scores",
                other=best, horizon=self.usual, said=said, best=best,
            )  # fmt: skip
        loses = next((horizon for horizon, one in self.evaluations.items() if one.decisive.loses), None)
        if loses is not None:
            return Message(
                "the model is worse than the best baseline beyond its interval at horizon {horizon}: {best} scores",
                horizon=loses, best=best,
            )  # fmt: skip
        return None


def blown_up(
    evaluation: Evaluation, horizon: int, inner: Mapping[str, tuple[float, float]] | None = None
) -> dict[str, str]:
    """Model or part -> what is told of it where it is far worse than the city's mean."""
    found: dict[str, str] = {}
    for name in ("model", *PARTS):
        pairs = [evaluation.of_mean(name), *([inner[name]] if inner and name in inner else [])]
        told = next(filter(None, (what_blew_up(name, horizon, *pair) for pair in pairs)), None)
        found |= {} if told is None else {name: told}
    return found


def judge(
    task: ForecastTask,
    horizons: Sequence[int],
    threads: int,
    progress: Progress = silent,
    workers: Workers | None = None,
    tuner: Callable[[ForecastTask], Tuned | None] | None = None,
) -> tuple[Judged | None, list[tuple[int, RiskwarnError]]]:
    """(the judged family, horizons of which too little is known to be learnt, each with its reason); None where none is left.

    The family is fitted as of the task's as-of, too, so that what is judged can also be registered. A `tuner` is handed the task of
    the usual horizon as it was before the first judged origin: what it searches with cannot be what it is judged by.
    """
    too_short: list[tuple[int, RiskwarnError]] = []
    origins: dict[int, tuple[date, ...]] = {}
    for horizon in horizons:
        try:
            origins[horizon] = _to_be_judged(task.at_horizon(horizon))
        except HistoryTooShort as error:
            too_short.append((horizon, error))
    tuned = None
    if tuner is not None and origins:
        untouched = min(one[0] for one in origins.values())
        tuned = tuner(cut_before(task.at_horizon(usual_horizon(origins)), untouched))
    while origins:
        fits = Fits(task, list(origins), threads, tuned=tuned, workers=workers)
        try:
            evaluations, forecasts, outcomes = _evaluations(task, origins, fits, progress)
            fits.at(task.as_of)
            return Judged(fits, origins, evaluations, forecasts, outcomes), too_short
        except (HistoryTooShort, TargetWithoutEvents, TargetEverywhere) as error:
            # The longest begins to be judged first, so that a shorter one may have enough origins, events and quiet windows without it.
            longest = max(origins)
            del origins[longest]
            too_short.append((longest, _told_of(task.at_horizon(longest), error)))
    return None, too_short


def _told_of(task: ForecastTask, error: RiskwarnError) -> RiskwarnError:
    """What a fit lacked, told of the horizon that is left out for it: where a shorter one has too little it has no more."""
    at = error.fields["as_of"]
    assert isinstance(at, date)
    mature = task.mature(at)
    own = {"origins": len(mature), "events": task.distinct_events(mature, at), "horizon": task.horizon}
    return type(error)(**{name: own.get(name, told) for name, told in error.fields.items()})


def _to_be_judged(task: ForecastTask) -> tuple[date, ...]:
    """The newest mature origins of a horizon, at most a third of all."""
    mature = task.mature(task.as_of)
    held = mature[-min(JUDGED_ORIGINS, len(mature) // 3) :] if len(mature) >= 3 else []
    if len(held) < LEAST_JUDGED:
        raise HistoryTooShort(origins=len(mature), as_of=task.as_of, horizon=task.horizon, needed=3 * LEAST_JUDGED)
    return tuple(held)


def _evaluations(
    task: ForecastTask, origins: dict[int, tuple[date, ...]], fits: Fits, progress: Progress
) -> tuple[dict[int, Evaluation], dict[int, RollingForecasts], dict[int, Outcomes]]:
    """How each horizon does on its origins; fits are shared, and each saw only what was known before the origins that it serves."""
    first, last = min(one[0] for one in origins.values()), max(one[-1] for one in origins.values())
    every = [origin for origin in task.origins if first <= origin <= last]
    number = max(1, len(every) // REFIT)
    fitted = every[:: -(-len(every) // number)]
    # With that of the as-of, which will be registered: side by side they take the least time.
    fits.prepare([*fitted, task.as_of])
    found, made, came = {}, {}, {}
    for horizon, judged in origins.items():
        own = task.at_horizon(horizon)
        made[horizon] = rolling(own, between(judged, fitted), fits.members(horizon), progress)
        came[horizon] = outcomes_of(own, judged, task.as_of)
        found[horizon] = evaluate(made[horizon], came[horizon], best_baseline(own, judged[0]), threads=fits.threads)
    return found, made, came
