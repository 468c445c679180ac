"""The back-test: forecasts as they would have been made, from rolling origins, beside every baseline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from features import City, FeatureMatrix, catalogue_version
from features.incremental.incremental import known_city
from features.panel.panel import Encoded, encoded
from riskwarn.errors import AsOfInvalid, HistoryTooShort
from riskwarn.files import atomic, sha256
from riskwarn.health import prospects
from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from riskwarn.settings import Settings
from riskwarn.store import Store
from training.audits.audit import Audit
from training.evaluation.comparison import Evaluation, evaluate
from training.evaluation.outcomes import outcomes_of
from training.evaluation.rolling import best_baseline, every, rolling
from training.labels.task import ForecastTask, learnable_origins, make_task
from training.models.family import Fits
from training.models.workers import chosen_workers
from training.registry.backtests import backtest_run, log_backtest
from training.registry.facts import environment
from training.registry.series import Series
from training.registry.tracking import check_tracking
from training.reports import FILE, plots, version_page
from training.reports.note import NOTE, note
from training.routines.auditing import audit_backtest, evidence
from training.routines.judging import blown_up
from training.routines.predictions import write_predictions
from training.routines.reporting import PAGE, beside, drawn, facts_of

DEFAULT_ORIGINS = 26
DEFAULT_REFIT = 13


@dataclass(frozen=True)
class Backtest:
    """What a back-test found."""

    target: str
    horizon: int
    origins: tuple[date, ...]
    evaluation: Evaluation
    predictions: Path
    notes: tuple[str, ...] = ()  # what of its source does not count
    judged: tuple[date, ...] = ()  # origins with a ripe label
    run_id: str = ""  # in the tracking store
    audits: tuple[Audit, ...] = ()  # where they were asked for

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn backtest --json`` prints."""
        return {
            "target": self.target,
            "horizon": self.horizon,
            "origins": [origin.isoformat() for origin in self.origins],
            "n_events": self.evaluation.n_events,
            "effective_origins": self.evaluation.effective_origins,
            "metrics": self.evaluation.as_dict(),
            "predictions": str(self.predictions),
            "notes": list(self.notes),
            "run_id": self.run_id,
            "audits": {one.name: one.as_dict() for one in self.audits},
        }


def backtest(
    home: Home,
    *,
    target: str,
    horizon: int,
    start: date | None = None,
    end: date | None = None,
    refit_every: int = DEFAULT_REFIT,
    city: City | None = None,
    matrix: FeatureMatrix | None = None,
    audit: bool = False,
    progress: Progress = silent,
) -> Backtest:
    """Forecast from every origin of [start, end], refitting every few origins on what was known then.

    By default the last 26 origins with a ripe label. Metrics are over ripe origins. With `audit` all audits are made, for which the
    features of observers are built as well. Raises HistoryTooShort,
    TargetSourceMissing, TargetWithoutEvents, AsOfInvalid.
    """
    check_tracking(home)
    if city is None:
        city, numbers = known_city(home, now=datetime.now(UTC), progress=progress)
    else:
        numbers = encoded(city)
    with backtest_run(home, target, horizon) as run_id:
        found, task = _backtest(home, city, numbers, matrix, target, horizon, start, end, refit_every, audit, progress)
        found = replace(found, run_id=run_id)
        _record(home, task, found, refit_every)
    return found


def _backtest(
    home: Home,
    city: City,
    numbers: Encoded,
    matrix: FeatureMatrix | None,
    target: str,
    horizon: int,
    start: date | None,
    end: date | None,
    refit_every: int,
    audit: bool,
    progress: Progress,
) -> tuple[Backtest, ForecastTask]:
    origins = tuple(learnable_origins(city)) if matrix is None else matrix.origins
    # Which origins are ripe is known before any feature is built.
    task = make_task(city, target, horizon, FeatureMatrix.bare(origins, city.geography.grid_ids), numbers)
    ripe = task.mature(city.as_of)
    if not ripe:
        raise HistoryTooShort(origins=0, as_of=city.as_of, horizon=horizon, needed=1)
    last = end or ripe[-1]
    chosen = [origin for origin in origins if (start is None or origin >= start) and origin <= last]
    chosen = chosen if start is not None else chosen[-DEFAULT_ORIGINS:]
    if not set(chosen) & set(ripe):
        asked = start or last
        raise AsOfInvalid(
            value=f"{start} … {end}" if start and end else asked,
            problem="no origin with a ripe label lies there",
            nearest=min(ripe, key=lambda origin: abs(origin - asked)),
        )
    if matrix is None:
        matrix = features_for(city, target, progress, home.settings, home.features, numbers)
    task = task.with_matrix(matrix)
    horizons = sorted({*home.configuration.horizons, horizon})
    workers = chosen_workers(home.settings.dask, home.settings.threads)
    fits, folds = (
        Fits(task, horizons, home.settings.threads, up_to=horizon, workers=workers),
        every(chosen, refit_every),
    )
    progress(Message("fitting {target}", target=task.called), 0, len(folds))
    fits.prepare([at for at, _ in folds])
    forecasts = rolling(task, folds, fits.members(horizon), progress)
    judged = [origin for origin in chosen if origin in set(ripe)]
    path = home.artifacts / "backtests" / f"{target}-{horizon}-{chosen[0]}-{chosen[-1]}.parquet"
    with atomic(path) as temporary:
        write_predictions(temporary, task, forecasts, city.as_of, set(judged))
    outcomes = outcomes_of(task, judged, city.as_of)
    evaluation = evaluate(forecasts.at(judged), outcomes, best_baseline(task, chosen[0]))
    [foretold] = prospects(Store(home, city.store_version), home.configuration, targets=[target])
    notes = (*foretold.said(city.as_of), *blown_up(evaluation, horizon).values())
    audits: tuple[Audit, ...] = ()
    if audit:
        progress(Message("auditing {target}, horizon {horizon}", target=task.called, horizon=horizon))
        observing = _observing(home, city, numbers, matrix, progress)
        audits = tuple(audit_backtest(task, forecasts, fits, judged, outcomes, city, foretold, observing))
    return Backtest(target, horizon, tuple(chosen), evaluation, path, notes, tuple(judged), audits=audits), task


def _observing(
    home: Home, city: City, numbers: Encoded, matrix: FeatureMatrix, progress: Progress
) -> FeatureMatrix | None:
    """The features of observers that a matrix does not have, as of its origins."""
    from features import build_features as build
    from features import catalogue, chosen_executor

    held = set(matrix.names)
    names = [one.name for one in catalogue(city.configuration) if one.observer and one.name not in held]
    if not names:
        return None
    executor = chosen_executor(home.settings.dask, home.settings.threads)
    scratch = home.features
    return build(city, matrix.origins, progress, executor=executor, numbers=numbers, names=names, scratch=scratch)


def _record(home: Home, task: ForecastTask, found: Backtest, refit_every: int) -> None:
    """Note a back-test in its run: what it was made of, every figure beside every baseline, and where its forecasts lie."""
    evaluation = found.evaluation
    parameters = {
        "as_of": task.as_of.isoformat(),
        "kind": "model",
        "best_baseline": evaluation.best_baseline,
        "store_version": task.store_version,
        "configuration": home.configuration.fingerprint(),
        "catalogue": catalogue_version(home.configuration),
        "refit_every": refit_every,
        "first_origin": found.origins[0].isoformat(),
        "last_origin": found.origins[-1].isoformat(),
        "predictions": found.predictions.relative_to(home.path).as_posix(),
        "predictions_sha256": sha256(found.predictions),
        **{f"version.{name}": one for name, one in environment().items()},
    }
    reason = f"log loss gain over {evaluation.best_baseline} {evaluation.decisive.shown}"
    facts = facts_of(
        home.configuration,
        task,
        None,
        evaluation,
        found.judged,
        kind="model",
        reason=reason,
        notes=found.notes,
        parameters=parameters,
    )
    name = f"{found.target}-{found.horizon}"
    audits = {one.name: one for one in found.audits}
    files = {
        FILE: facts.as_json(),
        **plots(facts),
        PAGE: version_page(facts, version=name, alias=None, audits=audits),
        **{one.path: one.as_json() for one in found.audits},
    }
    metrics = {
        **evidence(found.audits),
        **{key: value for key, value in evaluation.metrics["model"].items() if value is not None},
        "n_events": float(evaluation.n_events),
        **beside(evaluation, "model"),
    }
    series = Series(found.horizon, found.judged, evaluation.series)
    dataset, shown = f"{found.target} as of {task.as_of}", drawn(evaluation, "model")
    tags = {NOTE: note(facts, name, None)}
    log_backtest(home, found.run_id, dataset, parameters, metrics, series, shown, files, tags)


def build_features(city: City, progress: Progress = silent, settings: Settings | None = None) -> FeatureMatrix:
    """The features as of every origin that can be learnt from; on the cluster or the threads that the settings name."""
    from features import build_features as build
    from features import chosen_executor

    executor = chosen_executor(settings.dask, settings.threads) if settings else chosen_executor(None, 1)
    return build(city, learnable_origins(city), progress, executor=executor)


def features_for(
    city: City,
    target: str,
    progress: Progress = silent,
    settings: Settings | None = None,
    scratch: Path | None = None,
    numbers: Encoded | None = None,
) -> FeatureMatrix:
    """The core columns of a target as of every origin that can be learnt from; on the cluster or the threads of the settings.

    Of a large city they lie in a file in the folder `scratch`, which is gone with the matrix. `numbers` is the encoded city where it
    is at hand.
    """
    from features import build_features as build
    from features import chosen_executor, core

    executor = chosen_executor(settings.dask, settings.threads) if settings else chosen_executor(None, 1)
    names = core(city.configuration, target)
    return build(
        city, learnable_origins(city), progress, executor=executor, numbers=numbers, names=names, scratch=scratch
    )
