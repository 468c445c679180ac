"""From what is known to forecasts that are judged: labels, baselines, models, evaluation, registry.

The door: `train`, `backtest`, `promote`, `versions`, `champions`, `load_champion`, `load_forecaster`, `make_scene`.
"""

from training.backtest import Backtest, backtest
from training.forecast import Forecast, Forecaster, Reasons
from training.promotion import Trained, promote, train
from training.registry import Champion, Version, champions, load_champion, load_forecaster, versions
from training.scene import Scene, make_scene

__all__ = [
    "Backtest",
    "Champion",
    "Forecast",
    "Forecaster",
    "Reasons",
    "Scene",
    "Trained",
    "Version",
    "backtest",
    "champions",
    "load_champion",
    "load_forecaster",
    "make_scene",
    "promote",
    "train",
    "versions",
]
