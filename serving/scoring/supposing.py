"""Features of one grid as somebody supposes them: told apart from what they cannot be, and put in the place of what they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from features import Feature, FeatureMatrix, catalogue
from features.catalogue.catalogue import declared
from features.catalogue.plain import plain_numbers
from features.families.plain import LEAST, MOST, plain_name
from riskwarn.arrays import Reals
from riskwarn.configuration import Configuration
from riskwarn.disclosure import banded, bounds
from riskwarn.errors import FeatureUnused, FeatureValueInvalid, UnknownFeature
from riskwarn.messages import Listed, Message
from serving.scoring.sentences import sentences
from training import Champion, Forecaster

#: How records become a feature that may be less than nothing.
_SIGNED = (
    "", "log", "log rate", "log ratio", "logit", "standardised difference", "Poisson tail", "negative binomial tail", "of the date",
)  # fmt: skip

_LARGEST = float(np.finfo(np.float32).max)


def checked(
    given: Mapping[str, str], configuration: Configuration, loaded: Sequence[tuple[Champion, Forecaster]]
) -> dict[str, float]:
    """The supposed values by feature. Raises UnknownFeature, FeatureUnused (no champion looks at it), FeatureValueInvalid."""
    known = {feature.name: feature for feature in catalogue(configuration)}
    used = dict.fromkeys(name for _, forecaster in loaded for name in forecaster.names)
    found = {}
    for name, text in given.items():
        if name not in known:
            raise UnknownFeature(feature=name, known=Listed(known))
        if name not in used:
            source = known[name].source
            beside = [one for one in used if one in known and known[one].source == source]
            raise FeatureUnused(
                feature=name,
                targets=Listed(dict.fromkeys(champion.target for champion, _ in loaded)),
                source=source,
                used=Listed(beside) or Message("nothing"),
            )
        found[name] = _value(known[name], text)
    return found


def _value(feature: Feature, text: str) -> float:
    def refused(problem: Message | str) -> FeatureValueInvalid:
        return FeatureValueInvalid(feature=feature.name, value=text, problem=problem)

    try:
        value = float(text)
    except ValueError as error:
        raise refused(Message("a number is wanted, such as 3 or 0.25")) from error
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise refused(Message("a finite number is wanted"))
    if value < 0 and feature.transform not in _SIGNED:
        raise refused(Message("it cannot be less than 0"))
    if value > 1 and feature.transform in ("share", "whether"):
        raise refused(Message("it lies between 0 and 1"))
    return value


def supposed(
    matrix: FeatureMatrix, grid: int, values: Mapping[str, float], configuration: Configuration
) -> FeatureMatrix:
    """The matrix in which one grid has these values.

    What else the features of the same theme and source tell of the same records (their ages, their kinds) is what it is in a grid that
    has such values, of these the one that is most like this: no case open and the oldest open for a year never meet, and a model says
    of what never was whatever it likes. A number that reasons tell follows where it is the same number.
    """
    numbers, same = np.array(matrix.values), _told_with(configuration)
    now = numbers[:, -1].astype(np.float64)
    for columns in _alongside(matrix, values):
        now[columns, grid] = now[columns, _like(now, matrix, grid, values, columns)]
    numbers[:, -1, grid] = now[:, grid]
    for place, name in enumerate(matrix.names):
        of = name if name in values else same.get(name.removesuffix(f"_{LEAST}").removesuffix(f"_{MOST}"), "")
        if of in values:
            low, high = (float(end[0]) for end in bounds(banded(np.array([values[of]]))))
            end = low if name.endswith(f"_{LEAST}") else high if name.endswith(f"_{MOST}") else values[of]
            numbers[place, -1, grid] = values[of] if name in values else end
    return replace(matrix, values=numbers)


def _alongside(matrix: FeatureMatrix, values: Mapping[str, float]) -> list[list[int]]:
    """The columns of each theme and source of which some feature is supposed, with the plain numbers that are told of it."""
    themes = sentences()["themes"]
    found = []
    for theme, source in dict.fromkeys((one.theme, one.source) for one in matrix.features if one.name in values):
        told = {
            plain_name(source, number)
            for by_role in themes.get(theme, {}).values()
            for one in by_role["statements"]
            for number in (one.get("number"), one.get("with"))
            if number is not None
        }
        told |= {f"{name}_{end}" for name in told for end in (LEAST, MOST)}
        found.append(
            [
                place
                for place, one in enumerate(matrix.features)
                if (one.theme, one.source) == (theme, source) or one.name in told
            ]
        )
    return found


def _like(now: Reals, matrix: FeatureMatrix, grid: int, values: Mapping[str, float], columns: Sequence[int]) -> int:
    """The grid that has the supposed values of some columns, or the nearest, and is otherwise most like one."""
    block = np.nan_to_num(now[columns])
    scale = block.std(axis=1, keepdims=True) + 1e-9
    named = np.array([matrix.names[column] in values for column in columns])
    wanted = np.array([values.get(matrix.names[column], 0.0) for column in columns])[:, None]
    off = (np.abs(block - wanted) / scale)[named].sum(axis=0)
    unlike = (np.abs(block - block[:, [grid]]) / scale)[~named].sum(axis=0)
    nearest = np.flatnonzero(off <= off.min() + 1e-6)
    return int(nearest[np.argmin(unlike[nearest])])


def _told_with(configuration: Configuration) -> dict[str, str]:
    """Plain number -> the feature that is the same number."""
    of = {row.transform: row.feature.name for row in declared(configuration)}
    return {row.feature.name: of[row.transform] for row in plain_numbers(configuration) if row.transform in of}
