"""The catalogue as one value, what a matrix was made from, and what a change of it invalidates.

A feature's version follows from all that makes its numbers: its transform and what that is made of, the code of each part and
of all that it names, the words of the vocabulary that it reads, and the engine under it. What is only said of it, its names in
both languages, comments and docstrings, changes no number and no version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType

from features.catalogue.catalogue import declared
from features.catalogue.definitions import code_of, place_of, text_of
from features.catalogue.plain import plain_numbers
from features.catalogue.plugins import imported
from features.city import City
from features.families.declaration import Declared
from features.matrix import Feature, Provenance
from features.transforms.categories import Category
from features.transforms.selections import Selection
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.contracts.vocabulary import shipped

#: The rooms and modules in which every number is made; what stands in `transforms` counts feature by feature.
_MAKERS = (
    "features.engine",
    "features.encoding",
    "features.panel",
    "features.city",
    "features.windows",
    "riskwarn.contracts.identity",
    "riskwarn.geography",
    "riskwarn.mixing",
    "riskwarn.periods",
    "riskwarn.store.beliefs",
    "riskwarn.store.crosswalk",
    "riskwarn.store.targets",
)


#: Fields of records whose vocabulary bears another name.
_VOCABULARY = {"discovered": "discovered_by"}


#: Feature -> what makes its numbers, beside the engine: its declaration with its code, and the words that it reads.
_Made = dict[str, tuple[tuple[str, ...], list[str]]]


@dataclass(frozen=True)
class Version:
    """The version of some features, and SHA-256 of each of its parts: what has changed is told by these."""

    whole: str
    parts: dict[str, str]


@dataclass(frozen=True)
class Catalogue:
    """All that a configuration declares, as it was at one moment: who looks at it several times declares it once and hands it on.

    It is kept by nobody beyond one piece of work: the next one of a process that runs long sees a module that has changed.
    """

    configuration: Configuration
    rows: tuple[Declared, ...]  # the features, in order
    _made: _Made = field(repr=False)  # of these

    @classmethod
    def of(cls, configuration: Configuration) -> Catalogue:
        """What is declared now; raises what :func:`features.catalogue.catalogue.declared` does."""
        rows = declared(configuration)
        return cls(configuration, rows, _made(rows))

    @cached_property
    def plain(self) -> tuple[Declared, ...]:
        """The plain numbers beside the features: they are the shipped ones."""
        return plain_numbers(self.configuration)

    @cached_property
    def features(self) -> Mapping[str, Feature]:
        """The features by name, in order."""
        return {row.feature.name: row.feature for row in self.rows}

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """Feature -> SHA-256 of all that makes its numbers."""
        return _versions(self._made)

    @cached_property
    def version(self) -> str:
        """SHA-256 of every feature's own version, in order."""
        return _digest("\n".join(self.versions.values()))

    def version_of(self, names: Iterable[str]) -> Version:
        """The version of some features, of plain numbers, and of the engine under them: equal ones give equal numbers.

        Its parts are the `engine` under all, the `code` and declaration of each, and the `words` that they read.
        """
        wanted, engine = set(names), engine_version()
        made = self._named(wanted)
        versions = _versions(made)
        parts = {part: _digest(*map(str, sorted(told.items()))) for part, told in _parts(made).items()}
        whole = _digest(engine, *(f"{name} {versions.get(name)}" for name in sorted(wanted)))
        return Version(whole, {"engine": engine, **parts})

    def parts(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """Of some features, feature -> SHA-256: of its `code` and declaration, and of the `words` that it reads, where it reads some."""
        return _parts(self._named(set(names)))

    def _named(self, names: set[str]) -> _Made:
        """What makes the features and plain numbers of these names."""
        plain = _made(row for row in self.plain if row.feature.name in names)
        return plain | {name: made for name, made in self._made.items() if name in names}


def provenance(city: City, catalogue: Catalogue) -> Provenance:
    """The provenance of what is built from a city by a catalogue."""
    return Provenance(
        catalogue=catalogue.version,
        store_version=city.store_version,
        as_of=city.as_of,
        configuration=city.configuration.fingerprint(),
    )


def catalogue_version(configuration: Configuration) -> str:
    """SHA-256 of every feature's own version, in order, as all is declared now."""
    return Catalogue.of(configuration).version


def feature_versions(configuration: Configuration) -> Mapping[str, str]:
    """Feature -> SHA-256 of all that makes its numbers, as all is declared now."""
    return Catalogue.of(configuration).versions


def _made(rows: Iterable[Declared]) -> _Made:
    return {row.feature.name: _makes(row) for row in rows}


def _parts(made: _Made) -> dict[str, dict[str, str]]:
    return {
        "code": {name: _digest(*told) for name, (told, _) in made.items()},
        "words": {name: _digest(*words) for name, (_, words) in made.items() if words},
    }


def _versions(made: _Made) -> dict[str, str]:
    engine = engine_version()
    return {name: _digest(*told, *words, engine) for name, (told, words) in made.items()}


def changed(configuration: Configuration, before: Mapping[str, str]) -> tuple[str, ...]:
    """The features whose definition is not the one that gave `before`, or that are new."""
    return tuple(name for name, version in feature_versions(configuration).items() if before.get(name) != version)


def encoding_version(configuration: Configuration) -> str:
    """SHA-256 of what turns what is stored into encoded records: the code, and the contracts of the sources."""
    contracts = [_written(contract(name, configuration)) for name in configuration.sources]
    return _digest(engine_version(), *contracts)


def _written(part: object) -> str:
    """A declaration as text that is the same in every process: sets have another order in each."""
    if isinstance(part, frozenset):
        return f"{{{', '.join(sorted(map(_written, part)))}}}"
    if isinstance(part, tuple):
        return f"({', '.join(map(_written, part))})"
    if is_dataclass(part):
        told = (f"{one.name}={_written(getattr(part, one.name))}" for one in fields(part))
        return f"{type(part).__name__}({', '.join(told)})"
    return repr(part)


@cache
def engine_version() -> str:
    """SHA-256 of the code under every transform."""
    files: list[Path] = []
    for name in _MAKERS:
        path = Path(str(imported(name).__file__))
        files += sorted(path.parent.glob("*.py")) if path.name == "__init__.py" else [path]
    return _digest(*map(text_of, files))


def _makes(row: Declared) -> tuple[tuple[str, ...], list[str]]:
    """What makes a feature's numbers, beside the engine: its declaration with its code, and the words that it reads."""
    feature, definitions, words = row.feature, dict[object, None](), list[str]()
    transform = _described(row.transform, definitions, words)
    code = _code(tuple(definitions), imported(row.module) if row.module else None)
    return (feature.name, feature.source, feature.quantity, transform, code), words


def _described(part: object, definitions: dict[object, None], words: list[str]) -> str:
    """A transform as text, the same in every process; its classes, its functions and the words it reads are added to those."""
    if isinstance(part, (str, int, float)):
        return repr(part)
    if isinstance(part, tuple):
        return f"({', '.join(_described(one, definitions, words) for one in part)})"
    held = _fields(type(part))
    if held is None:
        if callable(part):
            definitions[part] = None
            return ".".join(place_of(part))
        return repr(part)
    definitions[type(part)] = None
    words += _words(part)
    parts = (_described(getattr(part, name), definitions, words) for name in held)
    return f"{type(part).__qualname__}({', '.join(parts)})"


_FIELDS: dict[type, tuple[str, ...] | None] = {}


def _fields(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass that tell its parts; None for any other type."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(one.name for one in fields(kind) if one.repr) if is_dataclass(kind) else None
    return _FIELDS[kind]


@cache
def _code(definitions: tuple[object, ...], declared_in: ModuleType | None) -> str:
    # The module itself: one that is imported anew is another.
    return _digest(code_of(definitions, _MAKERS, declared_in.__name__ if declared_in else None))


def _words(part: object) -> list[str]:
    """The shipped words that decide which records a part sees."""
    if isinstance(part, Category):
        words: list[str] = shipped("categories").get(part.source, {}).get(part.word, [])
        return words
    if isinstance(part, Selection) and part.vocabularies:
        fields_of = shipped("words")["fields"]
        return [repr(fields_of[_VOCABULARY.get(name, name)]) for name in part.vocabularies]
    return []


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
