"""The files of a version: read only where their checksums are those that were noted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from riskwarn.errors import ModelDamaged
from riskwarn.files import sha256, write_text
from training.models.baselines import load_baseline
from training.models.ensemble import load_ensemble
from training.models.forecast import Forecaster

CHECKSUMS = "checksums.json"


def write_checksums(folder: Path) -> str:
    """Note the SHA-256 of every file that lies in a folder; gives the digest of them all."""
    sums = {file.name: sha256(file) for file in sorted(folder.iterdir())}
    write_text(folder / CHECKSUMS, json.dumps(sums, sort_keys=True))
    return _digest(sums)


def verify(folder: Path, version: str, digest: str) -> None:
    """Raise ModelDamaged, in the name of a version, where a file is not what was noted or what was noted has another digest."""
    if not (folder / CHECKSUMS).is_file():
        raise ModelDamaged(version=version, file=CHECKSUMS)
    try:
        sums = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
    except ValueError:
        raise ModelDamaged(version=version, file=CHECKSUMS) from None
    for name, wanted in sums.items():
        if not (folder / name).is_file() or sha256(folder / name) != wanted:
            raise ModelDamaged(version=version, file=name)
    if _digest(sums) != digest:
        raise ModelDamaged(version=version, file=CHECKSUMS)


def read_forecaster(folder: Path) -> Forecaster:
    """The forecaster of a folder that was verified."""
    content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return load_ensemble(folder, content) if content["kind"] == "ensemble" else load_baseline(content)


def _digest(sums: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(sums), sort_keys=True).encode()).hexdigest()
