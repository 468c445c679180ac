"""What a model has to beat: forecasters like any other, printed beside every model, and champions where none beats them.

The door: `fit_baselines`, `fit_history_baselines`, `load_baseline`, `Baseline`, `Rate`, `plain_rate`.
"""

from training.models.baselines.fitting import (
    Baseline,
    columns_read,
    fit_baselines,
    fit_history_baselines,
    load_baseline,
)
from training.models.baselines.rates import Rate, plain_rate

__all__ = ["Baseline", "Rate", "columns_read", "fit_baselines", "fit_history_baselines", "load_baseline", "plain_rate"]
