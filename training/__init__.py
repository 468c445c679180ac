"""From what is known to forecasts that are judged: labels, baselines, models, evaluation, registry.

The door: `train`, `backtest`, `promote`, `rollback`, `finish_begun`, `versions`, `champions`, `load_champion`, `load_forecaster`, `make_task`,
`explain_family`.
"""

from training.labels.task import ForecastInputs, ForecastTask, make_task
from training.models.ensemble import explain_family
from training.models.forecast import Forecast, Forecaster, Reasons
from training.registry.loading import load_champion, load_forecaster
from training.registry.versions import Champion, Version, champions, finish_begun, of_several_families, versions
from training.routines.backtest import Backtest, backtest
from training.routines.promotion import promote, rollback
from training.routines.train import Trained, train

__all__ = [
    "Backtest",
    "Champion",
    "Forecast",
    "ForecastInputs",
    "ForecastTask",
    "Forecaster",
    "Reasons",
    "Trained",
    "Version",
    "backtest",
    "champions",
    "explain_family",
    "finish_begun",
    "load_champion",
    "load_forecaster",
    "make_task",
    "of_several_families",
    "promote",
    "rollback",
    "train",
    "versions",
]
