"""riskwarn in Python: an opened home, a city as of a date, and features as frames.

Everything here calls what the command line calls and gives the same numbers; see docs/notebook.md for a first hour.
The rooms of features are imported inside the methods: this is, beside the command line, the only room of `riskwarn`
that opens another package. The door: what `riskwarn` itself names, as `rw.open`.
"""

from riskwarn.workspace.backtests import Backtest, Task, backtest
from riskwarn.workspace.city import City
from riskwarn.workspace.frames import Features
from riskwarn.workspace.opening import Workspace, init, open, simulate_exports

__all__ = ["Backtest", "City", "Features", "Task", "Workspace", "backtest", "init", "open", "simulate_exports"]
