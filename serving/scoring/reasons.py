"""The strongest reasons of each grid, as numbers of texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from features import Feature
from riskwarn.contracts import declared
from serving.columns.reasons import MILLION, Reasons
from training import Reasons as Effects

REASONS_KEPT = 12

#: Not shown of a single grid, as petitions are not: categories that say too much of a household.
SENSITIVE_CATEGORIES = ("marriage_family", "medical", "self_harm", "village_affairs")


class Texts:
    """Texts, each held once, by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: list[dict[str, Any]] = []

    @property
    def all(self) -> tuple[dict[str, Any], ...]:
        """By number."""
        return tuple(self._texts)

    def number(self, feature: Feature) -> int:
        """The number of a feature's words."""
        found = self._numbers.get(feature.name)
        if found is None:
            found = self._numbers[feature.name] = len(self._texts)
            self._texts.append({"feature": feature.name, "zh": feature.zh, "en": feature.en})
        return found


def strongest(why: Effects, order: npt.NDArray[np.int64], small: npt.NDArray[np.bool_], texts: Texts) -> Reasons:
    """The strongest reasons of each grid, in the order of the places; none of grids with too few residents.

    Features that say nearly the same (one theme of one source) are told together: the effect is theirs in all, in the words of
    the one that leads. Alone, they would seem to contradict each other.
    """
    themes: dict[tuple[str, str], list[int]] = {}
    for index, feature in enumerate(why.features):
        if not sensitive(feature):
            themes.setdefault(_theme(feature), []).append(index)
    grids = len(order)
    if not themes:
        nothing = np.zeros(0, dtype=np.int32)
        return Reasons(np.zeros(grids + 1, dtype=np.int32), nothing, nothing)
    effects = why.effects[order]
    together = np.column_stack([effects[:, members].sum(axis=1) for members in themes.values()])
    leading = np.column_stack(
        [
            np.array(members)[np.argmax(effects[:, members] * np.sign(effect)[:, None], axis=1)]
            for members, effect in zip(themes.values(), together.T, strict=True)
        ]
    )
    millionths = np.round(together * MILLION).astype(np.int32)
    first = np.argsort(-np.abs(millionths), axis=1, kind="stable")[:, :REASONS_KEPT]
    grid, theme = np.repeat(np.arange(grids), first.shape[1]), first.ravel()
    keep = (millionths[grid, theme] != 0) & ~small[grid]
    grid, theme = grid[keep], theme[keep]
    numbers = np.full(len(why.features), -1, dtype=np.int32)
    for index in np.unique(leading[grid, theme]).tolist():
        numbers[index] = texts.number(why.features[index])
    starts = np.searchsorted(grid, np.arange(grids + 1)).astype(np.int32)
    return Reasons(starts, numbers[leading[grid, theme]], millionths[grid, theme])


def sensitive(feature: Feature) -> bool:
    """Whether a feature says too much to be shown of a single grid."""
    if feature.family == "roll-ups":
        return False
    return declared(feature.source).demand_only or any(code in feature.name for code in SENSITIVE_CATEGORIES)


def _theme(feature: Feature) -> tuple[str, str]:
    """What is told together; the few terms of a baseline stand alone."""
    return feature.source, feature.name if feature.family == "baseline" else feature.theme or feature.family
