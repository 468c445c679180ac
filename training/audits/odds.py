"""How sure it is that records of some places become events so many times as often as those of the same kind elsewhere: an exact test.

In a table of one unit and one kind of records (of the same category, severity and age), with so many events, so many others and so many
records inside, the number of events inside has a distribution that depends on the odds ratio alone, whatever the chance of an event is
(Fisher's noncentral hypergeometric; Cornfield 1956, A statistical problem arising from retrospective studies; Breslow & Day 1980,
Statistical methods in cancer research 1, section 4.4). Tables of many units and kinds, however sparse, are put together by adding their
log likelihoods. A likelihood ratio against the odds ratio that is supposed exceeds e^x with a probability of e^-x at most, and so does the
largest of several on the same side (Chernoff 1952): that holds for any number of records, and needs no other approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from riskwarn.arrays import Indices, Reals

#: Odds ratios that are set against the one that is supposed, in multiples of it: the nearest tells nearly as much as the likeliest would.
STEPS = (1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1e4)


@dataclass(frozen=True)
class Tables:
    """Tables of events and others, inside and outside; arrays (tables,)."""

    events_inside: Indices
    others_inside: Indices
    events_outside: Indices
    others_outside: Indices


def ratios(tables: Tables, odds: float) -> Reals:
    """(steps, tables) logarithms of the likelihood ratios against an odds ratio of at most `odds`; of at least `odds` where that is below 1.

    Their sums over any tables are those of these tables together.
    """
    side = 1.0 if odds >= 1 else -1.0
    log_odds = np.log(odds) + side * np.log([1.0, *STEPS])
    inside = tables.events_inside + tables.others_inside
    outside = tables.events_outside + tables.others_outside
    events = tables.events_inside + tables.events_outside
    least, most = np.maximum(0, events - outside), np.minimum(events, inside)
    found = np.zeros((len(STEPS), len(inside)))
    telling = np.flatnonzero(most > least)
    if not len(telling):
        return found
    least, size = least[telling], (most - least + 1)[telling]
    start = np.cumsum(size) - size
    # Every number of events inside that a table may have, table after table.
    number = np.arange(size.sum()) - np.repeat(start - least, size)
    ways = _log_choose(np.repeat(inside[telling], size), number)
    ways += _log_choose(np.repeat(outside[telling], size), np.repeat(events[telling], size) - number)
    likelihoods = []
    for one in log_odds:
        terms = ways + one * number
        top = np.maximum.reduceat(terms, start)
        whole = np.log(np.add.reduceat(np.exp(terms - np.repeat(top, size)), start)) + top
        likelihoods.append(one * tables.events_inside[telling] - whole)
    found[:, telling] = np.stack(likelihoods[1:]) - likelihoods[0]
    return found


def _log_choose(among: Indices, number: Indices) -> Reals:
    return np.asarray(gammaln(among + 1) - gammaln(number + 1) - gammaln(among - number + 1))
