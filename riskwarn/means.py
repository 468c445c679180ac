"""Means over origins whose windows overlap, with their intervals: for what computes, and for what only shows.

The mean over its long-run deviation, estimated by equal weights on cosines (EWC; Lazarus, Lewis, Stock & Watson 2018), is a t with
as many degrees of freedom as cosines; the number of cosines for overlapping windows follows Coroneo & Iacone (2020). Of 400 cases
without a difference (26 origins) a moving-block bootstrap won 13 % (h = 4) and 48 % (h = 12), this 2 to 5 %.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LEVEL = 0.95

#: Of 1 to 64 degrees of freedom, as scipy gives them: what only shows an interval holds no scipy, and none there has as many cosines.
QUANTILES = (
    12.706204736174694, 4.302652729749462, 3.1824463052837078, 2.7764451051977934, 2.5705818356363146, 2.4469118511449786,
    2.364624251592784, 2.306004135204166, 2.262157162798205, 2.228138851986274, 2.200985160091639, 2.1788128296672284,
    2.1603686564627913, 2.144786687917804, 2.131449545559776, 2.1199052992212546, 2.1098155778333156, 2.1009220402410382,
    2.0930240544083087, 2.085963447265864, 2.0796138447276795, 2.0738730679040254, 2.0686576104190486, 2.0638985616280245,
    2.0595385527532972, 2.0555294386428735, 2.0518305164802846, 2.0484071417952454, 2.045229642132703, 2.0422724563012378,
    2.039513446396408, 2.0369333434601016, 2.0345152974493383, 2.0322445093177186, 2.030107928250343, 2.0280940009804502,
    2.0261924630291093, 2.0243941639119694, 2.022690920036761, 2.021075390306273, 2.019540970441376, 2.0180817028184443,
    2.016692199227824, 2.0153675744437636, 2.014103388880846, 2.012895598919429, 2.0117405137297655, 2.010634757624232,
    2.0095752371292392, 2.008559112100761, 2.007583770315836, 2.006646805061688, 2.0057459953178687, 2.0048792881880564,
    2.0040447832891455, 2.003240718847872, 2.002465459291007, 2.0017174841452356, 2.000995378088267, 2.0002978220142604,
    1.999623584994939, 1.9989715170333788, 1.998340542520741, 1.997729654317693,
)  # fmt: skip


class Bounds(NamedTuple):
    """A mean and its interval, NaN where it cannot be told."""

    mean: float
    lower: float
    upper: float

    @property
    def width(self) -> float:
        """NaN where there is no interval."""
        return self.upper - self.lower


UNKNOWN = Bounds(float("nan"), float("nan"), float("nan"))


def t_quantile(freedom: int) -> float:
    """How many deviations an interval reaches from its mean."""
    if 1 <= freedom <= len(QUANTILES):
        return QUANTILES[freedom - 1]
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + LEVEL) / 2))


def cosines(origins: int, horizon: int) -> int:
    """How many cosines: max(2, min(n / 2h, .4 n^(2/3))), in whole numbers."""
    return int(max(2.0, min(origins / (2 * horizon), 0.4 * origins ** (2 / 3))))


def over_origins(values: npt.NDArray[np.float64], horizon: int) -> Bounds:
    """Of the mean of (origins,) values, one an origin in the order of time; NaN are left out."""
    known = values[~np.isnan(values)]
    count = len(known)
    if count == 0:
        return UNKNOWN
    mean = float(known.mean())
    number = cosines(count, horizon)
    if count <= number:
        return Bounds(mean, float("nan"), float("nan"))
    waves, quantile = _waves(count, number)
    error = np.sqrt(((waves @ (known - mean)) ** 2).mean() / count)
    reach = float(quantile * error)
    return Bounds(mean, mean - reach, mean + reach)


@lru_cache(maxsize=256)
def _waves(count: int, number: int) -> tuple[npt.NDArray[np.float64], float]:
    """(cosines, origins) and the quantile of as many degrees of freedom: the same for every town and metric."""
    place = (np.arange(count) + 0.5) / count
    waves = np.sqrt(2 / count) * np.cos(np.pi * np.outer(np.arange(1, number + 1), place))
    return waves, t_quantile(number)
