"""Features of one's own: a few lines in a module that riskwarn.yaml names.

The module has a function ``features(subject)`` that is called for every event source and gives what it declares for it:

    from features.families.declaration import Family
    from features.transforms.amounts import Count

    LOCAL = Family("local", theme="local")

    def features(subject):
        if subject.source == "disputes":
            yield LOCAL.declare(
                "disputes", "disputes_count_6", Count("disputes", 6), "近6周矛盾纠纷数", "disputes in the last 6 weeks"
            )

The transforms of `features.transforms` can be put together, and a frozen dataclass with ``compute(panel)`` is one more. A plain
function of a panel does too: ``LOCAL.feature(source, name, zh, en, lambda panel: …, window=6)`` says itself what its numbers
are. `features.testing` holds the laws for it, as for every feature.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import ModuleType

from features.families.declaration import Declared, Subject
from riskwarn.errors import FeatureModuleInvalid


def from_modules(modules: Sequence[str], subjects: Sequence[Subject], taken: Iterable[str]) -> Iterator[Declared]:
    """The features that modules declare, in the order of the modules; raise FeatureModuleInvalid where one cannot.

    `taken` are the names of the catalogue's own features.
    """
    named = set(taken)
    demand_only = {subject.source for subject in subjects if subject.contract.demand_only}
    for name in modules:
        module = imported(name)
        make = getattr(module, "features", None)
        if not callable(make):
            raise FeatureModuleInvalid(module=name, problem="it has no function features(subject)")
        for subject in subjects:
            for row in make(subject):
                if not isinstance(row, Declared):
                    raise FeatureModuleInvalid(
                        module=name,
                        problem=f"features({subject.source}) gave {type(row).__name__}, not a declared feature",
                    )
                if row.feature.source in demand_only and row.feature.family != "demand":
                    raise FeatureModuleInvalid(
                        module=name,
                        problem=f"{row.feature.name} counts {row.feature.source}, which enter as demand only",
                    )
                if row.feature.name in named:
                    raise FeatureModuleInvalid(
                        module=name, problem=f"there is a feature {row.feature.name} already; give it another name"
                    )
                named.add(row.feature.name)
                yield replace(row, module=name)


def imported(name: str) -> ModuleType:
    """A module by its dotted name; raise FeatureModuleInvalid where it cannot be imported.

    What was compiled of it is not kept: Python takes that for a text of the same second and length, and what runs has to be the text
    that the version of its features is read from.
    """
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise FeatureModuleInvalid(module=name, problem=f"it cannot be imported: {error}") from error
    finally:
        sys.dont_write_bytecode = kept
