"""Versions as they lie in the store, loaded where their checksums are right and they were trained for what is declared."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from features import Catalogue
from riskwarn.errors import FeaturesChanged, ModelDamaged, PurposeUnknown, RiskwarnError, TrainedForOther
from riskwarn.files import sha256
from riskwarn.home import Home
from training.models.forecast import Forecaster
from training.registry.communities import FILE as COMMUNITIES
from training.registry.communities import Communities, read_communities
from training.registry.files import read_forecaster, verify
from training.registry.kept import FILE as KEPT
from training.registry.kept import Kept, read_kept
from training.registry.purpose import Purpose, check_purpose, read_purpose
from training.registry.runs import artifact
from training.registry.series import FILE as SERIES
from training.registry.series import Series, read_series
from training.registry.tracking import tracking
from training.registry.versions import Champion, described

MODEL = "model"
_DIGEST = "sha256 "

T = TypeVar("T")


@dataclass(frozen=True)
class Loaded:
    """A version as it lies in the store, its checksums verified."""

    forecaster: Forecaster
    purpose: Purpose | None  # None for a version of an earlier riskwarn


def load_forecaster(home: Home, version: str) -> Forecaster:
    """Load a version, its checksums verified; raise UnknownVersion, ModelDamaged."""
    return load_version(home, version).forecaster


def load_champion(home: Home, champion: Champion, catalogue: Catalogue) -> Forecaster:
    """Load what scores one target and horizon.

    Raises ModelDamaged; TrainedForOther, FeaturesChanged and PurposeUnknown where it was trained for something else than
    the catalogue and its configuration declare.
    """
    loaded = load_version(home, champion.version)
    check_purpose(catalogue, champion.target, champion.version, loaded.purpose)
    return loaded.forecaster


def load_version(home: Home, version: str) -> Loaded:
    """Load a version and what it was trained for, its checksums verified; raise UnknownVersion, ModelDamaged."""
    with tracking(home) as client, tempfile.TemporaryDirectory() as folder:
        told = described(home, client, version)
        source = artifact(home, client, told.run_id, MODEL, folder)
        verify(source, version, told.tags["checksum"])
        return Loaded(read_forecaster(source), read_purpose(source))


def why_unfit(home: Home, version: str, target: str, catalogue: Catalogue) -> RiskwarnError | None:
    """Why a version can no longer score; None where it can."""
    try:
        check_purpose(catalogue, target, version, load_version(home, version).purpose)
    except (TrainedForOther, FeaturesChanged, PurposeUnknown, ModelDamaged) as error:
        return error
    return None


def load_series(home: Home, version: str) -> Series | None:
    """How a version did at each judged origin; None where it was registered without. Raise UnknownVersion, ModelDamaged."""
    return _read(home, version, "series", SERIES, read_series)


def load_kept(home: Home, version: str) -> Kept | None:
    """What a version said of each judged cell; None where it was registered without. Raise UnknownVersion, ModelDamaged."""
    return _read(home, version, "judged", KEPT, read_kept)


def load_communities(home: Home, version: str) -> Communities | None:
    """How a version did in each community; None where it was registered without. Raise UnknownVersion, ModelDamaged."""
    return _read(home, version, "communities", COMMUNITIES, read_communities)


def _read(home: Home, version: str, tag: str, name: str, read: Callable[[Path], T]) -> T | None:
    """A file beside a version whose digest a tag holds; None where there is no such tag."""
    with tracking(home) as client, tempfile.TemporaryDirectory() as folder:
        told = described(home, client, version)
        if tag not in told.tags:
            return None
        file = artifact(home, client, told.run_id, name, folder)
        if not file.is_file() or sha256(file) != told.tags[tag]:
            raise ModelDamaged(version=version, file=name)
        return read(file)


def load_texts(home: Home, version: str, begin: str = "") -> dict[str, str]:
    """Name -> the texts that were registered with a version whose names begin so. Raise UnknownVersion, ModelDamaged."""
    found = {}
    with tracking(home) as client, tempfile.TemporaryDirectory() as folder:
        told = described(home, client, version)
        for tag, digest in sorted(told.tags.items()):
            name = tag.removeprefix(_DIGEST)
            if tag.startswith(_DIGEST) and name.startswith(begin):
                file = artifact(home, client, told.run_id, name, folder)
                if not file.is_file() or sha256(file) != digest:
                    raise ModelDamaged(version=version, file=name)
                found[name] = file.read_text(encoding="utf-8")
    return found


def digest_of(name: str) -> str:
    """The tag of a version that holds the SHA-256 of a text that lies with it."""
    return f"{_DIGEST}{name}"


def verify_files(home: Home, version: str) -> None:
    """Read every file of a version of which a checksum was noted: its model, how it did, and all texts; raise ModelDamaged, UnknownVersion."""
    load_version(home, version)
    load_series(home, version)
    load_kept(home, version)
    load_communities(home, version)
    load_texts(home, version)
