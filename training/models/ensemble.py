"""The model: LightGBM boosted from the margin of a Poisson regression, for each of the disjoint spans that make a horizon.

The expected count of a horizon is the sum over its spans, and the score is P(N >= 1) of the one distribution that is published:
neither falls as the horizon grows, and nothing is cut or raised afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from riskwarn.files import write_text
from riskwarn.words import Unit
from training.intervals.counts import Reals
from training.intervals.dispersion import Dispersion
from training.labels.task import ForecastInputs
from training.models.design import ROWS as BLOCK
from training.models.design import Design, design
from training.models.effects import SpanTerms, effects
from training.models.forecast import Forecast, Forecaster, Reasons
from training.models.leaves import Leaves, leaves_of
from training.models.linear import Linear
from training.models.margins import Margins
from training.models.poisson import LEAST_MARGIN, MOST_MARGIN, margins
from training.models.shap import tables_of
from training.models.trees import raw_margin

#: Rows that are forecast at once.
ROWS = 200_000


@dataclass(frozen=True)
class Alone:
    """LightGBM from the city's mean."""

    mean: float  # log
    trees: lgb.Booster


@dataclass(frozen=True)
class SpanModel:
    """The rate of [start, stop) periods after an origin. Its margin, a log mean, is the plain mean of those of its parts."""

    start: int
    stop: int
    linear: Linear | None
    trees: lgb.Booster | None  # from the margin of the regression
    alone: Alone | None
    deviations: Reals | None = None  # (members, 1 + columns) see :mod:`training.models.members`

    def margin(
        self, columns: Callable[[], Design], origins: Sequence[date], threads: int, kept: Margins | None = None
    ) -> Reals:
        """(origins, grids) log means; `columns` gives the rows of these origins where they are not `kept` from before."""
        kept = Margins() if kept is None else kept

        def grown(booster: lgb.Booster, leaves: Callable[[], Leaves | None]) -> Reals:
            def make(held: Design) -> Reals:
                rows = held.rows(origins)
                return raw_margin(booster, rows, threads, leaves=leaves()).reshape(len(origins), held.grids)

            return kept.of(booster, origins, columns, make)

        found = []
        if (linear := self.linear) is not None:
            found.append(kept.of(linear, origins, columns, lambda held: margins(held, origins, linear)))
            if self.trees is not None:
                found[0] = found[0] + grown(self.trees, lambda: self._leaves[0])
        if self.alone is not None:
            found.append(self.alone.mean + grown(self.alone.trees, lambda: self._leaves[1]))
        return np.asarray(np.clip(np.mean(found, axis=0), LEAST_MARGIN, MOST_MARGIN))

    def explained(self, columns: Design, origin: date, threads: int) -> SpanTerms:
        """What each column adds to the margin: SHAP values of trees (Lundberg et al. 2020), and the terms of the regression."""
        drawn = columns.rows([origin]).T
        found, bases = np.zeros(drawn.shape), []
        if self.linear is not None:
            # Column by column: of a large city all at once would leave the core's memory with each step.
            for column, (own, mean) in enumerate(zip(drawn, self.linear.mean, strict=True)):
                np.subtract(own, mean, out=found[column], dtype=np.float64)
                found[column] *= self.linear.coefficients[column] / self.linear.scale[column]
            base = 0.0 if self.trees is None else _add_shap(self.trees, drawn, found, threads)
            bases.append(self.linear.intercept + base)
        if self.alone is not None:
            bases.append(self.alone.mean + _add_shap(self.alone.trees, drawn, found, threads))
        parts = len(bases)
        margin = (sum(bases) + found.sum(axis=0)) / parts
        terms = found.astype(np.float32)
        if parts > 1:
            terms /= parts
        return SpanTerms(np.exp(np.clip(margin, LEAST_MARGIN, MOST_MARGIN)), terms)

    def same(self, other: SpanModel) -> bool:
        """Whether it is the same model, though it was read from other files."""
        return self is other or (self.start, self.stop, self._texts) == (other.start, other.stop, other._texts)

    @cached_property
    def _leaves(self) -> tuple[Leaves | None, Leaves | None]:
        """Of the trees, and of those that stand alone; LightGBM's text is read once."""
        boosters = self.trees, None if self.alone is None else self.alone.trees
        trees, alone = (None if booster is None else leaves_of(booster) for booster in boosters)
        return trees, alone

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        linear = "" if self.linear is None else json.dumps(self.linear.as_dict())
        alone = ("", "") if self.alone is None else (repr(self.alone.mean), self.alone.trees.model_to_string())
        return linear, "" if self.trees is None else self.trees.model_to_string(), *alone


@dataclass(frozen=True)
class KnownSpan:
    """What the columns of these names add to a span."""

    span: SpanModel
    names: tuple[str, ...]
    terms: SpanTerms


@dataclass(frozen=True)
class Calibration:
    """log mean -> level + slope * log mean; (0, 1) unless a year of predictions shows that it helps."""

    level: float = 0.0
    slope: float = 1.0

    def of(self, mean: Reals) -> Reals:
        """The calibrated mean."""
        if (self.level, self.slope) == (0.0, 1.0):
            return mean
        return np.asarray(
            np.exp(np.clip(self.level + self.slope * np.log(np.maximum(mean, 1e-9)), LEAST_MARGIN, MOST_MARGIN))
        )


@dataclass(frozen=True)
class Ensemble:
    """A fitted model of one target and horizon."""

    names: tuple[str, ...]
    horizon: int
    spans: tuple[SpanModel, ...]  # those of the horizon, from the first period on
    dispersion: Dispersion
    calibration: Calibration
    together: Mapping[Unit, float] = field(default_factory=dict)
    name: str = "model"
    threads: int = 1
    kept: Margins | None = field(default=None, repr=False, compare=False)  # while the model is judged

    def shortest(self) -> Ensemble:
        """The same model of its first span alone: what comes until the shortest horizon that was learnt."""
        return replace(self, horizon=self.spans[0].stop, spans=self.spans[:1])

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast from the features as of each origin."""
        return self._forecast(cache(partial(design, inputs.matrix, origins, self.names)), inputs.grids, origins)

    def forecast(self, columns: Design, origins: Sequence[date]) -> Forecast:
        """Forecast from columns that are at hand: those of `names`, in their order."""
        return self._forecast(lambda: columns, columns.grids, origins)

    def _forecast(self, columns: Callable[[], Design], grids: int, origins: Sequence[date]) -> Forecast:
        rate = np.zeros((len(origins), grids))
        # Whole blocks of a design, so that no number depends on how many origins are asked for at once.
        block = max(1, BLOCK // grids)
        step = block * max(1, ROWS // (block * grids))
        for begin in range(0, len(origins), step):
            some = origins[begin : begin + step]
            held = cache(partial(_only, columns, some))
            for span in self.spans:
                rate[begin : begin + step] += np.exp(span.margin(held, some, self.threads, self.kept))
        return Forecast(self.dispersion.around(self.calibration.of(rate)), self.together)

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """What each feature adds, in probability points: they add up to a grid's score minus the city's mean score."""
        return self.explained(inputs, origin, [])

    def explained(self, inputs: ForecastInputs, origin: date, known: list[KnownSpan]) -> Reasons:
        """The same, with what is `known` of its spans from other horizons of its family; what is not is added there."""
        held = cache(partial(design, inputs.matrix, [origin], self.names))
        spans = []
        for span in self.spans:
            own = next((one.terms for one in known if one.names == self.names and one.span.same(span)), None)
            if own is None:
                own = span.explained(held(), origin, self.threads)
                known.append(KnownSpan(span, self.names, own))
            spans.append(own)
        features = inputs.matrix.select_features(self.names)
        return Reasons(features, effects(spans, self._probability).T)

    def contributions(self, inputs: ForecastInputs, origin: date, every: int = 1) -> Reasons:
        """What each feature adds to the logarithm of the expected count, spans weighed by what they add to the count, of every
        so many-th grid."""
        columns = design(inputs.matrix, [origin], self.names).some_grids(every)
        spans = [span.explained(columns, origin, self.threads) for span in self.spans]
        rate = np.sum([span.rate for span in spans], axis=0)
        added = np.sum([span.terms * (span.rate / rate) for span in spans], axis=0)
        return Reasons(columns.features, added.T)

    def _probability(self, rate: Reals) -> Reals:
        return self.dispersion.around(self.calibration.of(rate)).probability

    def save(self, folder: Path) -> None:
        """Write `model.json`, and LightGBM's text for the trees of each span: `trees-1-4.txt`, `alone-1-4.txt`; and its
        members: `members-1-4.json`."""
        content = {
            "kind": "ensemble",
            "name": self.name,
            "names": list(self.names),
            "horizon": self.horizon,
            "dispersion": asdict(self.dispersion),
            "calibration": asdict(self.calibration),
            "together": {unit.value: value for unit, value in self.together.items()},
            "spans": [
                {
                    "start": span.start,
                    "stop": span.stop,
                    "linear": span.linear.as_dict() if span.linear is not None else None,
                    "trees": span.trees is not None,
                    "alone": span.alone.mean if span.alone is not None else None,
                }
                for span in self.spans
            ],
        }
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))
        for span in self.spans:
            if span.trees is not None:
                write_text(folder / f"trees-{span.start}-{span.stop}.txt", span.trees.model_to_string())
            if span.deviations is not None:
                write_text(folder / f"members-{span.start}-{span.stop}.json", json.dumps(span.deviations.tolist()))
            if span.alone is not None:
                write_text(folder / f"alone-{span.start}-{span.stop}.txt", span.alone.trees.model_to_string())


def explain_family(forecasters: Sequence[Forecaster], inputs: ForecastInputs, origin: date) -> Iterator[Reasons]:
    """The reasons of each of a target's forecasters: spans that their horizons share are explained once."""
    known: list[KnownSpan] = []
    for one in forecasters:
        yield one.explained(inputs, origin, known) if isinstance(one, Ensemble) else one.explain(inputs, origin)


def _only(columns: Callable[[], Design], origins: Sequence[date]) -> Design:
    return columns().only(origins)


def load_ensemble(folder: Path, content: dict[str, Any], threads: int = 1) -> Ensemble:
    """Read a saved model; the caller has verified the checksums."""

    def trees(part: str, told: dict[str, Any]) -> lgb.Booster:
        return lgb.Booster(model_file=str(folder / f"{part}-{told['start']}-{told['stop']}.txt"))

    def members(told: dict[str, Any]) -> Reals | None:
        file = folder / f"members-{told['start']}-{told['stop']}.json"
        return np.array(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None

    spans = tuple(
        SpanModel(
            told["start"],
            told["stop"],
            Linear.from_dict(told["linear"]) if told["linear"] is not None else None,
            trees("trees", told) if told["trees"] else None,
            Alone(told["alone"], trees("alone", told)) if told["alone"] is not None else None,
            members(told),
        )
        for told in content["spans"]
    )
    return Ensemble(
        tuple(content["names"]),
        content["horizon"],
        spans,
        Dispersion(**content["dispersion"]),
        Calibration(**content["calibration"]),
        {Unit(unit): value for unit, value in content["together"].items()},
        content["name"],
        threads,
    )


def _add_shap(trees: lgb.Booster, drawn: npt.NDArray[np.float32], found: Reals, threads: int) -> float:
    """Add the SHAP values of trees to `found`, of (columns, rows); gives the usual margin."""
    tables = tables_of(trees)
    if tables is not None:
        tables.added(drawn, found)
        return tables.base
    told = np.asarray(trees.predict(drawn.T, pred_contrib=True, num_threads=threads), dtype=np.float64)
    found += told[:, :-1].T
    return float(told[0, -1])
