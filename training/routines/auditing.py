"""The audits of a version before it is registered, and of a back-test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from features import City, FeatureMatrix
from riskwarn.health.prospect import Prospect
from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.store import Store
from training.audits.audit import FOLDER, Audit, from_json
from training.audits.drift import LIMIT, drift, first_span, recommendation, shortest
from training.audits.every import Leaned, every_audit
from training.evaluation.outcomes import Outcomes
from training.evaluation.rolling import RollingForecasts
from training.labels.task import ForecastTask
from training.models.design import design
from training.models.family import Fits
from training.models.forecast import Forecast, Forecaster
from training.registry.loading import load_texts
from training.registry.versions import Version
from training.routines.judging import Judged

#: The names of audits of drift: over the judged origins, and since the training of the champion that stands.
DRIFT, SINCE = "drift", "drift_since"

#: Origins since a training, fewer of which show no drift.
LEAST_SINCE = 8


def audit_horizon(
    task: ForecastTask,
    judged: Judged,
    horizon: int,
    kind: str,
    city: City,
    prospect: Prospect,
    champion: tuple[str, Forecaster, date] | None = None,
) -> list[Audit]:
    """The audits of what scores a horizon: the model, or the baseline `kind`. What it leans on is asked at the usual horizon alone.

    `champion` is the version that stands, its forecaster and its as-of: whether the world has moved since then is asked, too.
    """
    origins, forecasts, own = judged.origins[horizon], judged.forecasts[horizon], task.at_horizon(horizon)
    outcomes = judged.outcomes[horizon]
    leaned = None
    if horizon == judged.usual:
        leaned = Leaned(judged.fits.columns, judged.fits.by(origins[0]).choices)
    found = every_audit(own, forecasts, origins, outcomes, kind, city.demographics, prospect, leaned)
    since = drift_since(own, forecasts, origins, outcomes, *champion) if champion is not None else None
    return found if since is None else [*found, since]


def audit_backtest(
    task: ForecastTask,
    forecasts: RollingForecasts,
    fits: Fits,
    origins: Sequence[date],
    outcomes: Outcomes,
    city: City,
    prospect: Prospect,
    observing: FeatureMatrix | None,
) -> list[Audit]:
    """The audits of a back-test of the model; `observing` holds the columns of observers that it does not have."""
    beside = design(observing) if observing is not None and observing.features else None
    leaned = Leaned(fits.columns, fits.by(origins[0]).choices, beside)
    return every_audit(task, forecasts, origins, outcomes, "model", city.demographics, prospect, leaned)


def drift_since(
    task: ForecastTask,
    forecasts: RollingForecasts,
    origins: Sequence[date],
    outcomes: Outcomes,
    version: str,
    champion: Forecaster,
    trained: date,
) -> Audit | None:
    """Whether the world has moved since the training of what scores now: its own forecasts since then, after those of a back-test.

    None where it was trained too lately, uses features that are not at hand, or was trained for other horizons.
    """
    earlier = [origin for origin in origins if origin < trained]
    since = [origin for origin in origins if origin >= trained]
    if (
        len(since) < LEAST_SINCE
        or champion.name not in forecasts
        or not {*champion.names} <= {*task.inputs.matrix.names}
    ):
        return None
    scoring, (first, periods) = first_span(champion), shortest(forecasts, champion.name)
    if scoring.horizon != periods:
        return None
    parts = [scoring.predict(task.inputs, since)]
    if earlier:
        parts.insert(0, first.over(champion.name, earlier))
    told = drift(Forecast.joined(parts), periods, outcomes, origins, last_fit=trained)
    return replace(told, name=SINCE, facts={"version": version, **told.facts})


def evidence(audits: Iterable[Audit]) -> dict[str, float]:
    """Name -> the evidence of each audit of drift: figures of a run, by which versions are told apart without their files."""
    return {one.name: float(one.facts["evidence"] or 0.0) for one in audits if one.name in (DRIFT, SINCE)}


def recommendations(home: Home, listed: Sequence[Version]) -> list[Message]:
    """What drift recommends, a sentence for each target at most: of champions, and of what a newer training found of them."""
    found: dict[str, tuple[float, Message]] = {}
    newest: dict[tuple[str, int], Version] = {}
    for one in listed:
        # The newest of a target and horizon comes first.
        latest = newest.setdefault((one.target, one.horizon), one)
        for name, speaks in ((DRIFT, one.alias == "champion"), (SINCE, latest is one)):
            strength = one.metrics.get(name, 0.0)
            if speaks and strength > max(LIMIT, found.get(one.target, (0.0, None))[0]):
                path = f"{FOLDER}/{name}.json"
                audit = from_json(load_texts(home, one.version, path)[path])
                told = str(audit.facts.get("version", one.version))
                said = recommendation(
                    audit,
                    home.configuration.target_named(one.target),
                    told,
                    latest.version if _knows_all(home, latest) else None,
                )
                if said is not None:
                    found[one.target] = (strength, said)
    return [said for _, said in found.values()]


def _knows_all(home: Home, version: Version) -> bool:
    """Whether nothing has become known since a period after a training's as-of."""
    known, calendar = Store(home).newest_known_at(), home.configuration.calendar
    if known is None or version.as_of is None:
        return False
    return calendar.midnight_after(known) < calendar.shift(date.fromisoformat(version.as_of), 1)
