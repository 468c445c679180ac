"""From what is known to forecasts that are judged: labels, baselines, models, evaluation, registry.

The door: `train`, `backtest`, `promote`, `versions`, `champions`, `load_champion`, `load_forecaster`, `make_task`.
"""

from training.labels.task import ForecastInputs, ForecastTask, make_task
from training.models.forecast import Forecast, Forecaster, Reasons
from training.registry.versions import Champion, Version, champions, load_champion, load_forecaster, versions
from training.routines.backtest import Backtest, backtest
from training.routines.promotion import promote
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
    "load_champion",
    "load_forecaster",
    "make_task",
    "promote",
    "train",
    "versions",
]
