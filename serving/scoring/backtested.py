"""The rankings of a back-test, out of the Parquet file of its predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from riskwarn.errors import FileMissing, FileUnreadable
from riskwarn.messages import Message
from training.evaluation.judged import Judged
from training.evaluation.outcomes import plain_outcomes
from training.evaluation.ranked import Ranked, ranked
from training.intervals.counts import CountDistribution
from training.models.forecast import Forecast

_COLUMNS = ["grid_id", "as_of", "target", "horizon", "probability", "observed"]


def rankings_of(file: Path) -> tuple[str, int, Ranked]:
    """(target, horizon, its judged rankings) of a back-test; raise FileMissing, FileUnreadable."""
    if not file.is_file():
        raise FileMissing(file=file)
    try:
        rows = pd.read_parquet(file, columns=_COLUMNS)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise FileUnreadable(file=file, problem=Message("it is no file of predictions of riskwarn backtest")) from error
    wide = {
        name: rows.pivot(index="as_of", columns="grid_id", values=name).to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("probability", "observed")
    }
    # The mean whose probability of any event is the one that was forecast.
    mean = -np.log1p(-np.minimum(wide["probability"], 1 - 1e-9))
    judged = Judged(
        Forecast(CountDistribution.poisson(mean)), plain_outcomes(wide["observed"], int(rows["horizon"].iloc[0]))
    )
    return str(rows["target"].iloc[0]), int(rows["horizon"].iloc[0]), ranked(judged)
