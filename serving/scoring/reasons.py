"""The strongest reasons of each place, theme by theme, in sentences: numbers of texts and what each adds to the score.

What a grid's reasons add, they add to the city's mean score; what is not told of it is added up in the last. Of a unit above, each
is the mean of its grids'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from features import Catalogue, City, Feature
from features.encoding.standing import in_force
from features.families.plain import PAST_YEARS
from features.panel.panel import Encoded
from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract, declared
from riskwarn.disclosure import is_sensitive
from riskwarn.geography.units import Units
from riskwarn.words import Role, Unit
from serving.columns.reasons import MILLION, REASONS_SHOWN, REST, Reasons
from serving.scoring.numbers import Numbers
from serving.scoring.places import Placed
from serving.scoring.sentences import (
    REST_ABOVE,
    Theme,
    Words,
    key_of,
    numbers_of,
    of_all,
    services_of,
    theme_of,
    until_said,
)
from serving.scoring.statements import said_of
from training import Champion, Forecaster
from training import Reasons as Effects

REASONS_KEPT = 12

#: What makes less of all that moves a place is told with the rest.
LEAST_SHARE = 0.02

#: Millionths that are nothing in percentage points of one digit: told with the rest, where anything moves a place by more.
LEAST_SHOWN = 500

Millionths = npt.NDArray[np.int32]


class Texts:
    """Texts, each held once, by number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, str, str], int] = {}
        self._texts: list[dict[str, Any]] = []

    @property
    def all(self) -> tuple[dict[str, Any], ...]:
        """By number."""
        return tuple(self._texts)

    def number(self, theme: Theme, feature: str, words: dict[str, str], up: bool, needed: bool = True) -> int:
        """The number of a text. Where there is nothing to do anything about, no service is `needed`."""
        direction = "raises" if up else "lowers"
        key = (f"{theme.name}/{theme.source}", feature, words["en"], direction)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._texts)
            self._texts.append(
                {
                    "feature": feature,
                    "theme": theme.name,
                    "source": theme.source,
                    **words,
                    "direction": direction,
                    "services": list(services_of(theme, feature)) if needed else [],
                }
            )
        return found


@dataclass(frozen=True)
class Group:
    """The features that are told together."""

    theme: Theme
    members: tuple[int, ...]
    leading: tuple[int, ...]  # of these one may be named


#: This share of the records of a source, and one more, may lie before its beginning: dates that somebody mistyped.
_STRAY = 0.001

#: What is told of a grid's surroundings is of the records themselves in the units above.
_AROUND = ("neighbours", "near_repeat", "roll-ups", "position")


def numbers_wanted(catalogue: Catalogue, loaded: Sequence[tuple[Champion, Forecaster]]) -> list[str]:
    """The plain numbers with which the reasons of some champions may be told."""
    known, configuration = catalogue.features, catalogue.configuration
    themes = []
    for champion, forecaster in loaded:
        target = champion.target
        features = [known[name] for name in forecaster.names if name in known]
        for grids in (True, False):
            themes += [group.theme for group in groups_of(features, target, configuration, grids)]
        # A baseline tells of the target's own past.
        themes.append(theme_of(("escalation", configuration.targets[target].source), target, configuration))
    there = {row.feature.name for row in catalogue.plain}
    return [name for name in numbers_of(themes) if name in there]


def groups_of(
    features: Sequence[Feature],
    target: str,
    configuration: Configuration,
    grids: bool,
    since: Mapping[str, date] = MappingProxyType({}),
) -> list[Group]:
    """What is told of a grid, or of a unit above. Of a grid petitions are not, and sensitive categories are told with all of their source
    and never named; of a unit what is around its grids is told with what is in them. `since` is as :func:`begun` gives it."""
    members: dict[tuple[str, str], list[int]] = {}
    for index, feature in enumerate(features):
        if not (grids and declared(feature.source).demand_only):
            theme, source = key_of(feature, target, configuration)
            if not grids and theme in _AROUND:
                theme = "waiting" if contract(source, configuration).roles & {Role.CASE, Role.DEMAND} else "volume"
            members.setdefault((theme, source), []).append(index)
    groups = []
    for key, own in members.items():
        named = [index for index in own if not (grids and sensitive(features[index]))]
        if named:
            told = theme_of(key, target, configuration, features[named[0]], since.get(key[1]))
            groups.append(Group(told, tuple(own), tuple(named)))
    return groups


def begun(city: City, numbers: Encoded) -> dict[str, date]:
    """When the records of the sources begin of which there is less than the longest window; a stray early record is no beginning."""
    found = {}
    for source in (name for name, one in city.contracts.items() if one.events):
        days = in_force(numbers, source, "day")["day"]
        days = days[days != 0]  # the day of what has no date
        if len(days):
            place = min(len(days) - 1, 1 + int(_STRAY * len(days)))
            first = date(1970, 1, 1) + timedelta(days=int(np.partition(days, place)[place]))
            if first + timedelta(days=PAST_YEARS * 365) > city.as_of:
                found[source] = first
    return found


def away_from_mean(score: Reals) -> Millionths:
    """(grids,) by how much each published score differs from their mean, in millionths."""
    whole = np.round(score * MILLION)
    return np.asarray(whole - np.round(whole.mean()), dtype=np.int32)


def reasons_of(
    city: City,
    where: Placed,
    target: str,
    why: Effects,
    away: Millionths,
    numbers: Mapping[Unit, Numbers],
    texts: Texts,
    since: Mapping[str, date],
) -> tuple[Reasons, dict[Unit, Reasons]]:
    """(the reasons of each grid, in the order of the places; the means by level above); none where details are withheld. `since` is as
    :func:`begun` gives it."""
    grids, order = where.places[Unit.GRID], where.order[Unit.GRID]
    until = until_said(city.calendar.counted_until(city.as_of))
    effects = np.asarray(why.effects).T
    groups = groups_of(why.features, target, city.configuration, grids=True, since=since)
    own = _told(why.features, effects[:, order], groups, away, grids.suppressed, numbers[Unit.GRID], texts, REST, until)
    groups = groups_of(why.features, target, city.configuration, grids=False, since=since)
    back = np.empty_like(away)
    back[order] = away
    above = {}
    for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT):
        units, rows = city.geography.units[unit], where.order[unit]
        size = np.maximum(np.bincount(units.of_grid, minlength=len(units.codes)), 1)

        def mean(values: npt.NDArray[Any], units: Units = units, size: Indices = size) -> Reals:
            return np.asarray(np.bincount(units.of_grid, values, len(units.codes)) / size)

        means = np.array([mean(one)[rows] for one in effects]).reshape(len(effects), len(rows))
        total = np.round(mean(back)[rows]).astype(np.int32)
        above[unit] = _told(
            why.features, means, groups, total, where.places[unit].suppressed, numbers[unit], texts, REST_ABOVE, until
        )
    return own, above


def _told(
    features: Sequence[Feature],
    effects: npt.NDArray[np.floating],
    groups: Sequence[Group],
    total: Millionths,
    hidden: Flags,
    numbers: Numbers,
    texts: Texts,
    last: str,
    until: Words | None = None,
) -> Reasons:
    places = len(total)
    together = np.zeros((len(groups), places), dtype=np.int32)
    for index, group in enumerate(groups):
        together[index] = np.round(effects[list(group.members)].sum(axis=0, dtype=np.float64) * MILLION)
    kept = min(REASONS_KEPT, len(groups))
    sizes = np.abs(together)
    shown = np.where(sizes.max(axis=0, initial=0) >= LEAST_SHOWN, LEAST_SHOWN, 1)
    least = np.maximum(LEAST_SHARE * sizes.sum(axis=0), shown)
    first = np.argsort(-sizes, axis=0, kind="stable")[:kept]
    text = np.full((places, kept + 1), -1, dtype=np.int32)
    effect = np.zeros((places, kept + 1), dtype=np.int32)
    ranks = np.full((len(groups), places), -1, dtype=np.int8)
    np.put_along_axis(ranks, first, np.arange(kept, dtype=np.int8)[:, None], axis=0)
    told = (ranks >= 0) & (sizes >= least) & ~hidden
    bearing = _bearing(groups, told, ranks, together) if until is not None else np.full(places, -1)
    for index, group in enumerate(groups):
        chosen = np.flatnonzero(told[index])
        if len(chosen):
            own, place = together[index, chosen], ranks[index, chosen]
            beside = until or {}, bearing[chosen] == index
            text[chosen, place] = _texts_of(group, features, effects, chosen, own, numbers, texts, beside)
            effect[chosen, place] = own
    rest = np.where(hidden, 0, total - effect.sum(axis=1))
    # What is left by rounding alone is no reason: the strongest takes it.
    rounding = (np.abs(rest) <= len(groups)) & (text[:, 0] >= 0)
    effect[rounding, 0] += rest[rounding]
    rest[rounding] = 0
    other = of_all(last)
    some = np.flatnonzero(rest)
    if len(some):
        up, down = (texts.number(other, REST, dict(other.statements[0].words), way) for way in (True, False))
        text[some, kept], effect[some, kept] = np.where(rest[some] > 0, up, down), rest[some]
    there = text >= 0
    starts = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int32)
    return Reasons(starts, text[there], effect[there])


def _bearing(
    groups: Sequence[Group], told: npt.NDArray[np.bool_], ranks: npt.NDArray[np.int8], effect: Millionths
) -> Indices:
    """(places,) the group whose reason says when the records are counted to: the first that raises the place, if it is among the two that
    are told wherever any is, else the first; -1 where none tells of records."""
    if not len(groups):
        return np.full(told.shape[1], -1)
    of_place = np.array([group.theme.directed for group in groups], dtype=bool)
    later = REASONS_KEPT * ((effect <= 0) | (ranks >= REASONS_SHOWN - 1))
    order = np.where(told & of_place[:, None], ranks + later, 2 * REASONS_KEPT)
    return np.where(order.min(axis=0) < 2 * REASONS_KEPT, order.argmin(axis=0), -1)


def _texts_of(
    group: Group,
    features: Sequence[Feature],
    effects: npt.NDArray[np.floating],
    chosen: Indices,
    own: Millionths,
    numbers: Numbers,
    texts: Texts,
    beside: tuple[Words, Flags],
) -> Millionths:
    """(chosen,) numbers of texts: what is said of each of the chosen places, each text made once; `beside` is what some of them say, too."""
    further, bears = beside
    members = np.array(group.leading)
    up = own > 0
    leading = np.argmax(effects[np.ix_(members, chosen)] * np.where(up, 1, -1), axis=0)
    said = said_of(group.theme, chosen, up, numbers)
    _, example, alike = np.unique(
        _combined([leading, up, bears, *said.columns]), return_index=True, return_inverse=True
    )
    found = np.empty(len(example), dtype=np.int32)
    for place, row in enumerate(example.tolist()):
        feature = features[group.leading[int(leading[row])]].name
        words = said.words(row, bool(up[row]))
        if bears[row]:
            words = {language: text + further[language] for language, text in words.items()}
        found[place] = texts.number(group.theme, feature, words, bool(up[row]), not said.nothing(row))
    return found[alike]


def _combined(columns: Sequence[npt.NDArray[Any]]) -> Indices:
    """(rows,) a number for each combination of what the columns hold."""
    found, many = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        codes = column.astype(np.int64)
        codes -= codes.min()
        size = int(codes.max()) + 1
        if many * size >= 2**62:
            values, found = np.unique(found, return_inverse=True)
            many = len(values)
        found, many = found * size + codes, many * size
    return found


def sensitive(feature: Feature) -> bool:
    """Whether a feature says too much to be shown of a single grid."""
    return is_sensitive(feature.sensitive, demand_only=declared(feature.source).demand_only)
