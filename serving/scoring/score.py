"""From loaded champions to the columns of a snapshot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from features import Catalogue, City, FeatureMatrix, Version, chosen_executor
from features.panel.panel import Encoded
from riskwarn.arrays import give_back
from riskwarn.health import SourceHealth, examine
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.words import Unit
from serving.columns.gaps import DataGaps
from serving.scoring.city import Before, Scored, score_city
from serving.scoring.gaps import data_gaps
from serving.scoring.reasons import numbers_wanted
from serving.scoring.sentences import sentences
from serving.scoring.told import with_numbers_told
from training import Champion, Forecaster


@dataclass(frozen=True)
class Scoring:
    """A scored city, the health of its sources, and what they lack."""

    scored: Scored
    health: tuple[SourceHealth, ...]
    gaps: DataGaps


@dataclass(frozen=True)
class Prepared:
    """What champions look at: the features that they use, and what the sources lack."""

    matrix: FeatureMatrix
    told: tuple[str, ...]  # plain numbers in it that reasons are told with
    health: tuple[SourceHealth, ...]
    gaps: DataGaps


def score(
    home: Home,
    catalogue: Catalogue,
    city: City,
    numbers: Encoded,
    loaded: Sequence[tuple[Champion, Forecaster]],
    before: Before,
    progress: Progress = silent,
    health: Callable[[], Sequence[SourceHealth]] | None = None,
) -> Scoring:
    """Score a city with loaded models, compared with what was published before.

    `numbers` is the encoded city: of its features those alone are made that some model uses. `health` is asked for what
    :func:`examined` gives where somebody examines the sources already.
    """
    made = prepared(home, catalogue, city, numbers, loaded, progress, health)
    progress("scoring")
    give_back()
    scored = score_city(city, numbers, made.matrix, made.told, loaded, before, made.gaps, home.settings.threads)
    return Scoring(scored, made.health, made.gaps)


def examined(home: Home, city: City, progress: Progress = silent, threads: int | None = None) -> list[SourceHealth]:
    """The health of the sources that a city was read from; of the city its places and its version are looked at."""
    districts = city.geography.units[Unit.DISTRICT]
    named = dict(zip(districts.codes, districts.names, strict=True))
    return examine(home, city.as_of, named, version=city.store_version, progress=progress, threads=threads)


def prepared(
    home: Home,
    catalogue: Catalogue,
    city: City,
    numbers: Encoded,
    loaded: Sequence[tuple[Champion, Forecaster]],
    progress: Progress = silent,
    health: Callable[[], Sequence[SourceHealth]] | None = None,
) -> Prepared:
    """All that is looked at when a city is scored with loaded models."""
    used = list(dict.fromkeys(name for _, forecaster in loaded for name in forecaster.names))
    told = numbers_wanted(catalogue, loaded)
    executor = chosen_executor(home.settings.dask, home.settings.threads)
    matrix = with_numbers_told(city, catalogue, numbers, used, told, executor, progress)
    found = examined(home, city, progress) if health is None else health()
    return Prepared(matrix, tuple(told), tuple(found), data_gaps(found))


def catalogue_of(catalogue: Catalogue, loaded: Sequence[tuple[Champion, Forecaster]]) -> Version:
    """The version of all features that some models use, of the numbers that reasons are told with, and of their sentences: a change of
    any other gives the same snapshot. Its parts are `engine`, `code`, `words` and `sentences`."""
    names = [name for _, forecaster in loaded for name in forecaster.names]
    version = catalogue.version_of([*names, *numbers_wanted(catalogue, loaded)])
    written = json.dumps(sentences(), sort_keys=True)
    parts = {**version.parts, "sentences": hashlib.sha256(written.encode()).hexdigest()}
    return Version(hashlib.sha256(f"{version.whole} {written}".encode()).hexdigest(), parts)
