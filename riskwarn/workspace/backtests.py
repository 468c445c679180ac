"""A target with its origins, and estimators of one's own beside riskwarn's model on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.workspace.asked import argument_invalid

if TYPE_CHECKING:
    import training
    from training.routines.comparing import Comparison


@dataclass(frozen=True)
class Task:
    """A target and horizon with the features of its origins. Made by :meth:`City.task`."""

    home: Home
    task: training.ForecastTask

    def origins(self) -> list[date]:
        """The origins whose window has passed, with time for reports to arrive."""
        return self.task.mature(self.task.as_of)

    def labels(self) -> pd.DataFrame:
        """(origins, grids) events of each mature window; NaN where the source was silent, so that nothing is known."""
        origins = self.origins()
        counts = self.task.labels(origins, self.task.as_of)
        index = pd.DatetimeIndex(origins, name="as_of")
        return pd.DataFrame(counts, index=index, columns=pd.Index(self.task.inputs.matrix.grid_ids, name="grid_id"))

    def __repr__(self) -> str:
        names = len(self.task.inputs.matrix.features)
        return f"Task({self.task.target}, horizon {self.task.horizon}, {len(self.origins())} mature origins, {names} features)"


def backtest(
    task: Task,
    models: Mapping[str, Any] | None = None,
    *,
    origins: int = 26,
    refit_every: int = 13,
    own: bool = True,
) -> Backtest:
    """Back-test estimators of one's own beside riskwarn's model and every baseline, on the same origins.

    Parameters
    ----------
    models : name -> an estimator of scikit-learn's kind, not fitted: a classifier of whether anything comes, or a regressor of
        counts. It is cloned and fitted anew every `refit_every` origins on what was known then.
    origins : the newest mature ones that are judged, at most half of all; `own` : whether riskwarn's model is fitted, too.

    Raises
    ------
    ArgumentInvalid, ForecasterInvalid : what is given is of another kind.
    ForecasterNameTaken : a name that riskwarn's model, its parts, a baseline or a column of the frame has.
    ForecastInvalid : an estimator gives no number, or a probability outside 0 to 1.
    HistoryTooShort, TargetWithoutEvents, TargetEverywhere
    """
    from training.routines.comparing import compare

    if not isinstance(task, Task):
        raise argument_invalid("task", task, Message("what city.task(…) returns"))

    threads = task.home.settings.threads
    return Backtest(
        compare(
            task.task,
            {} if models is None else models,
            number=origins,
            refit_every=refit_every,
            own=own,
            threads=threads,
        )
    )


@dataclass(frozen=True)
class Backtest:
    """Forecasters side by side. Made by :func:`backtest`."""

    compared: Comparison

    def table(self) -> pd.DataFrame:
        """A row a forecaster, the lowest log loss first: its metrics over the judged origins."""
        return pd.DataFrame(self.compared.evaluation.metrics).T.sort_values("log_loss")

    def frame(self) -> pd.DataFrame:
        """A row an origin and grid: scores and counts of every forecaster, and what came."""
        return self.compared.frame()

    def _shown(self) -> pd.DataFrame:
        """The best thirty rows of the table and its first figures."""
        return self.table()[["log_loss", "average_precision", "capture_5", "calibration"]].head(30)

    def __repr__(self) -> str:
        task, origins = self.compared.task, self.compared.origins
        head = f"Backtest({task.target}, horizon {task.horizon}, {len(origins)} origins, {origins[0]} to {origins[-1]})"
        return f"{head}\n{self._shown().to_string(float_format=lambda x: f'{x:.4g}')}"

    def _repr_html_(self) -> str:
        return str(self._shown().to_html(float_format=lambda x: f"{x:.4g}"))
