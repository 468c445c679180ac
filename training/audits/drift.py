"""Whether the world has moved: two test martingales on what came in each period beside what was forecast, each with half of the capital.

Of the city and of each district, every origin gives the randomised probability integral transform of the count of its first
period: these periods do not overlap. What a forecast of several periods says of one is the mean of all that held it, whose windows lie
evenly around it: a season that rises within them is as it was forecast. Its rank among those before is uniform as long as nothing
changes, however well or badly the forecast is calibrated (conformal; Vovk, Gammerman & Shafer 2022, Algorithmic Learning in a Random
World, 2nd ed., chapter 8); a jumper
(algorithm 8.1) bets against that, by powers of the rank: of 52 origins whose last 13 are 2 deviations higher that found 66 % where
its linear bets found 19 %. The other half bets on a change of rate (:mod:`training.audits.rates`): of 5 events a week that become 9
both find 90 % in half a year where ranks alone find 74 %. Their capital is evidence: without a change, and with a forecast whose level
is right within .7 to 1.4, it exceeds 100 at any time in about 1 % of cases at most. That of the city and the mean of the districts' are
halves of one capital, whose highest is the evidence: it may be stopped at any time (Ville's inequality), and where a forecast has since
followed what changed it falls again. It recommends to look and to train anew; nothing acts on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from riskwarn.messages import Message
from riskwarn.words import Unit
from training.audits.audit import Audit, Value
from training.audits.rates import rate_evidence
from training.evaluation.outcomes import Outcomes
from training.evaluation.rolling import Fold, RollingForecasts
from training.intervals.counts import CountDistribution, Reals
from training.intervals.units import sums
from training.models.ensemble import Ensemble
from training.models.forecast import Forecast, Forecaster

#: Evidence beyond which somebody should look: as unlikely as one in a hundred without a change.
LIMIT = 100.0
#: Beyond this it is told as that.
_SAYS_NO_MORE = 1_000_000

#: Bets are the densities of a power of this on high ranks, on low ones, and none; so much of the capital goes over to all of them at
#: each step.
_POWER = 3.0
_JUMP = 0.05

#: All capital together, to which the limit belongs; and the city as a whole.
ALL, CITY = "all", "city"


@dataclass(frozen=True)
class Path:
    """What one unit shows; arrays (periods,)."""

    unit: str
    place: npt.NDArray[np.int64]  # of its origins
    transforms: Reals
    ranks: Reals  # conformal p-values
    capital: Reals

    def at(self, origins: int) -> Reals:
        """(origins,) the capital after each of so many origins: where nothing was seen it stays, and at first it is 1."""
        seen = np.searchsorted(self.place, np.arange(origins), side="right")
        return np.asarray(np.concatenate([[1.0], self.capital])[seen])

    def began(self, top: int) -> int | None:
        """The origin from which the capital rose to what it was at `top`: after its lowest point; None where it did not rise."""
        seen = int(np.searchsorted(self.place, top, side="right"))
        lowest = int(np.argmin(np.concatenate([[1.0], self.capital])[: seen + 1]))
        return int(self.place[lowest]) if lowest < seen else None


def drift(
    forecast: Forecast, periods: int, outcomes: Outcomes, origins: Sequence[date], last_fit: date | None = None
) -> Audit:
    """One row a unit and origin; first of all together, to which alone the limit belongs: what is told of the evidence of the city, the
    districts and the strongest unit are parts of it, at the origin at which it was highest.

    Origins are one period apart; `forecast` is of `periods` from each, the fewer the better: a period is looked at once so many forecasts
    have held it. `last_fit` is when what forecasts the newest of them was trained, if that is told.
    """
    paths = list(_paths(forecast, periods, outcomes))
    capitals = np.stack([one.at(len(origins)) for one in paths])
    # Half of the capital is the city's, the other half its districts'.
    districts = len(paths) - 1
    share = np.array([0.5, *[0.5 / districts] * districts] if districts else [1.0])
    parts = share[:, None] * capitals
    together = parts.sum(axis=0)
    top = int(np.argmax(together))
    evidence = float(together[top])
    strongest = int(np.argmax(capitals[:, top]))
    most = paths[strongest]
    began = most.began(top)
    since = origins[began] if began is not None and evidence > LIMIT else None
    facts: dict[str, Value] = {
        "evidence": evidence,
        "limit": LIMIT,
        "moved": int(evidence > LIMIT),
        "highest_at": origins[top].isoformat(),
        "evidence_last": float(together[-1]),
        "evidence_city": float(parts[0, top]),
        "evidence_districts": float(parts[1:, top].sum()),
        "strongest": most.unit,
        "strongest_evidence": float(parts[strongest, top]),
        "since": since.isoformat() if since is not None else None,
        "more": _more(most, began, top) if since is not None else None,
        "first": origins[0].isoformat(),
        "last": origins[-1].isoformat(),
        "last_fit": last_fit.isoformat() if last_fit is not None else None,
    }
    rows: list[dict[str, Value]] = [
        {"unit": ALL, "origin": origin.isoformat(), "transform": None, "rank": None, "evidence": float(together[place])}
        for place, origin in enumerate(origins)
    ]
    rows += [
        {
            "unit": one.unit,
            "origin": origins[place].isoformat(),
            "transform": float(one.transforms[index]),
            "rank": float(one.ranks[index]),
            "evidence": float(one.capital[index]),
        }
        for one in paths
        for index, place in enumerate(one.place)
    ]
    return Audit("drift", facts, tuple(rows))


def recommendation(found: Audit, target: str, version: str, newest: str | None = None) -> Message | None:
    """What is recommended where the evidence exceeds the limit, in one sentence; None where the world stands still.

    `newest` is the newest version of the target where it was trained of all that is known: to train once more would find nothing else.
    """
    if not found.facts["moved"]:
        return None
    if newest is None:
        advice = Message("then riskwarn retrain and compare")
    elif newest == version:
        advice = Message(
            "{version} was trained of all that is known: retrain when newer records are loaded", version=version
        )
    else:
        advice = Message(
            "then compare {newest}, which was trained of all that is known, and promote the better", newest=newest
        )
    told = {
        "target": target,
        "version": version,
        "since": found.facts["since"],
        "unit": Message("the city as a whole") if found.facts["strongest"] == CITY else found.facts["strongest"],
        "evidence": told_evidence(float(found.facts["evidence"])),  # type: ignore[arg-type]
        "advice": advice,
    }
    if found.facts["more"]:
        return Message(
            "“{target}” has come more often than {version} forecast since about {since}, most of all in {unit} (evidence {evidence}, over "
            "100 is rare by chance): look what has changed; {advice}", **told,
        )  # fmt: skip
    return Message(
        "“{target}” has come less often than {version} forecast since about {since}, most of all in {unit} (evidence {evidence}, over "
        "100 is rare by chance): look what has changed; {advice}", **told,
    )  # fmt: skip


def told_evidence(evidence: float) -> str:
    """Evidence as it is told: beyond a million its size says nothing more.

    >>> told_evidence(1234.5), told_evidence(1e213)
    ('1,234', '> 1,000,000')
    """
    return f"{evidence:,.0f}" if evidence <= _SAYS_NO_MORE else f"> {_SAYS_NO_MORE:,}"


def shortest(forecasts: RollingForecasts, name: str) -> tuple[RollingForecasts, int]:
    """(forecasts of the fewest periods that a forecaster tells apart, their number)."""
    own = [first_span(fold.forecasters[name]) for fold in forecasts.folds]
    folds = (Fold(fold.origins, {name: one}) for fold, one in zip(forecasts.folds, own, strict=True))
    return RollingForecasts(forecasts.inputs, tuple(folds)), own[0].horizon


def first_span(forecaster: Forecaster) -> Forecaster:
    """A model of its first span alone; a baseline, which tells no parts of its window apart, as it is."""
    return forecaster.shortest() if isinstance(forecaster, Ensemble) else forecaster


def _paths(forecast: Forecast, periods: int, outcomes: Outcomes) -> Iterator[Path]:
    """That of the city, then of each district where there are several."""
    assert outcomes.next_period is not None, "the counts of the first periods are needed"
    observed = np.where(np.isnan(outcomes.observed), np.nan, outcomes.next_period)[periods - 1 :]
    # (periods that are looked at, forecasts that hold each)
    held_by = np.arange(len(observed))[:, None] + np.arange(periods)
    district = outcomes.places.units[Unit.DISTRICT]
    names = outcomes.places.names.get(Unit.DISTRICT) or tuple(str(one) for one in range(int(district.max()) + 1))
    whole = np.zeros(len(district), dtype=np.int64)
    # The districts' common factor stands for the city's: no fit has one of the city.
    divisions = [((CITY,), whole), *([(names, district)] if len(np.unique(district)) > 1 else [])]
    rng = np.random.default_rng(0)
    for called, unit in divisions:
        told = forecast.summed(Unit.DISTRICT, unit)
        first = CountDistribution(told.mean[held_by].mean(axis=1) / periods, told.dispersion[periods - 1 :])
        seen = sums(observed, unit)
        below, up_to = first.beside(np.nan_to_num(seen, nan=0.0))
        found = below + rng.random(seen.shape) * (up_to - below)
        for index, name in enumerate(called):
            known = np.flatnonzero(~np.isnan(seen[:, index]))
            own = found[known, index]
            ranked = ranks(own, rng)
            rates = rate_evidence(seen[known, index], first.mean[known, index], first.dispersion[known, index])
            yield Path(name, known + periods - 1, own, ranked, (capital(ranked) + rates) / 2)


def ranks(values: Reals, rng: np.random.Generator) -> Reals:
    """(n,) the rank of each value among itself and those before, in (0, 1), ties broken at random: uniform and independent where the
    values are exchangeable."""
    lower = np.array(
        [np.count_nonzero(values[:index] < values[index]) for index in range(len(values))], dtype=np.float64
    )
    equal = np.array([np.count_nonzero(values[: index + 1] == values[index]) for index in range(len(values))])
    return np.asarray((lower + rng.random(len(values)) * equal) / np.arange(1, len(values) + 1))


def capital(ranked: Reals) -> Reals:
    """(n,) what 1 has grown to by betting that high, or low, ranks will be the more."""
    bets = np.stack(
        [np.ones_like(ranked), _POWER * ranked ** (_POWER - 1), _POWER * (1 - ranked) ** (_POWER - 1)], axis=1
    )
    own = np.full(bets.shape[1], 1 / bets.shape[1])
    found = np.empty(len(ranked))
    for index, bet in enumerate(bets):
        own = own * bet
        found[index] = own.sum()
        own = (1 - _JUMP) * own + _JUMP * found[index] / len(own)
    return found


def _more(path: Path, began: int | None, top: int) -> int:
    """Whether more came than was forecast until the capital was highest: 1, or 0 where less did."""
    since = path.ranks[(path.place >= (0 if began is None else began)) & (path.place <= top)]
    return int(float(since.mean()) > 0.5)
