"""From what is known to forecasts that are judged: labels, baselines, models, evaluation, registry.

The door: `train`, `backtest`, `promote`, `champions`, `load_champion`, `load_forecaster`, `make_scene`.
"""

from training.backtest import Backtest, backtest
from training.forecast import Forecast, Forecaster, Reasons
from training.promotion import Trained, promote, train
from training.registry import Champion, champions, load_champion, load_forecaster
from training.scene import Scene, make_scene

__all__ = [
    "Backtest",
    "Champion",
    "Forecast",
    "Forecaster",
    "Reasons",
    "Scene",
    "Trained",
    "backtest",
    "champions",
    "load_champion",
    "load_forecaster",
    "make_scene",
    "promote",
    "train",
]
