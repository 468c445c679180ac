"""The packages beside this one, and what stands in their way: a file of one's own that bears the name of one of them."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from riskwarn.errors import PackageShadowed

#: The packages that are installed beside `riskwarn`; their names are plain words that an analyst's own file may bear.
BESIDE = ("features", "training", "serving")


def check_packages() -> None:
    """Raise PackageShadowed where another file would be imported in place of a package of ours."""
    ours = Path(__file__).resolve().parents[1]
    for name in BESIDE:
        loaded = sys.modules.get(name)
        origin = loaded.__file__ if loaded is not None else getattr(find_spec(name), "origin", None)
        if origin is not None and Path(origin).resolve().parent != ours / name:
            raise PackageShadowed(file=origin, name=name)
