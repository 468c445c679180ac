"""What a matrix was made from, and what a change of it invalidates.

The catalogue's version covers the declarations *and* the code: a definition that is changed without being renamed gives
another version, so that yesterday's numbers are never taken for today's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from features.catalogue.catalogue import declared
from features.catalogue.plugins import imported
from features.city import City
from features.families.declaration import Declared
from features.matrix import Provenance
from riskwarn.configuration import Configuration

#: The rooms in which numbers are made; all others only carry them. What stands in `families` counts feature by feature.
_MAKERS = ("features.engine", "features.encoding", "features.panel")


def provenance(city: City) -> Provenance:
    """The provenance of what is built from a city now."""
    return Provenance(
        catalogue=catalogue_version(city.configuration),
        store_version=city.store_version,
        as_of=city.as_of,
        configuration=city.configuration.fingerprint(),
    )


def catalogue_version(configuration: Configuration) -> str:
    """SHA-256 of every feature's own version, in order."""
    return _digest("\n".join(feature_versions(configuration).values()))


def feature_versions(configuration: Configuration) -> Mapping[str, str]:
    """Feature -> SHA-256 of its declaration, of the module that computes it, and of the engine under it."""
    engine = engine_version()
    return {row.feature.name: _digest(_told(row) + _module(row) + engine) for row in declared(configuration)}


def version_of(configuration: Configuration, names: Iterable[str]) -> str:
    """SHA-256 of the versions of some features and of the engine under them: equal ones give equal numbers."""
    versions = feature_versions(configuration)
    return _digest("\n".join([engine_version(), *(f"{name} {versions.get(name)}" for name in sorted(set(names)))]))


def engine_version() -> str:
    """SHA-256 of the code that turns what is stored into encoded records."""
    return _digest(_code())


def changed(configuration: Configuration, before: Mapping[str, str]) -> tuple[str, ...]:
    """The features whose definition is not the one that gave `before`, or that are new."""
    return tuple(name for name, version in feature_versions(configuration).items() if before.get(name) != version)


def _told(row: Declared) -> str:
    return json.dumps(vars(row.feature), ensure_ascii=False)


def _module(row: Declared) -> str:
    """SHA-256 of the module in which a feature is computed; its base's too, where it is one seen from elsewhere."""
    own = _source(row.compute.__module__)
    return own if row.total is None else own + _source(row.total.compute.__module__)


@cache
def _source(module: str) -> str:
    path = imported(module).__file__
    return _digest(Path(path).read_text(encoding="utf-8") if path else module)


@cache
def _code() -> str:
    """The code of the rooms that make numbers, with the windows and the rules of known times and of events under them."""
    from riskwarn.store import beliefs, targets

    rooms = [Path(str(imported(room).__file__)).parent for room in _MAKERS]
    files = [path for room in rooms for path in sorted(room.glob("*.py"))]
    modules = ("features.windows", "features.city", "features.matrix", beliefs.__name__, targets.__name__)
    files += [Path(str(imported(module).__file__)) for module in modules]
    return "".join(path.read_text(encoding="utf-8") for path in files)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
