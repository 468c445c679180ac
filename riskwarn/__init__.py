"""Risk early warning for grassroots governance.

In Python: ``import riskwarn as rw``, then `rw.open` (a home), `rw.init` (a new one) and `rw.simulate_exports` (a city's exports to
try with); see docs/notebook.md. Other packages import the rooms they need by name; nothing else is re-exported.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskwarn.workspace import Backtest as Backtest
    from riskwarn.workspace import City as City
    from riskwarn.workspace import Features as Features
    from riskwarn.workspace import Task as Task
    from riskwarn.workspace import Workspace as Workspace
    from riskwarn.workspace import backtest as backtest
    from riskwarn.workspace import init as init
    from riskwarn.workspace import open as open
    from riskwarn.workspace import simulate_exports as simulate_exports

__all__ = ["Backtest", "City", "Features", "Task", "Workspace", "backtest", "init", "open", "simulate_exports"]


def __getattr__(name: str) -> Any:
    """The names of the workspace, imported when they are first asked for (PEP 562): a command line pays for none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'riskwarn' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("riskwarn.workspace"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
