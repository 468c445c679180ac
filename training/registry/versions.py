"""Runs, versions and aliases in MLflow; models as LightGBM text and JSON with checksums.

A registered model is one (target, horizon), `conflict-4`; its version 7 is `conflict-4-v7`. Beside a model lies what it was
trained for (:mod:`training.registry.purpose`).
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskwarn.errors import ModelDamaged, UnknownVersion
from riskwarn.files import sha256, write_text
from riskwarn.home import Home
from training.intervals.counts import INTERVAL_LEVEL
from training.models.baselines import load_baseline
from training.models.ensemble import load_ensemble
from training.models.forecast import Forecaster
from training.registry.purpose import Purpose, check_purpose, purpose, read_purpose
from training.registry.tracking import tracking

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "riskwarn"
CHECKSUMS = "checksums.json"
RUNS = "mlflow"
MODEL = "model"
#: Entries of one page of a search.
PAGE = 1000
#: What a registered model is called: a target and a horizon.
_NAME = re.compile(r"[a-z][a-z0-9_]*-[0-9]+")


@dataclass(frozen=True)
class Champion:
    """The version that scores one target and horizon."""

    target: str
    horizon: int
    version: str  # conflict-4-v7
    checksum: str  # SHA-256 over the checksums of its files
    interval_level: float = INTERVAL_LEVEL


@dataclass(frozen=True)
class Loaded:
    """A version as it lies in the store, its checksums verified."""

    forecaster: Forecaster
    purpose: Purpose | None  # None for a version of an earlier riskwarn


@dataclass(frozen=True)
class Version:
    """A registered version: what made it, how it did when it was judged, and whether it scores."""

    target: str
    horizon: int
    version: str
    family: str | None  # what was trained together; null where the version says of none
    kind: str  # `model`, or the baseline that scores in its place
    alias: str | None  # champion, challenger, or neither any more
    as_of: str | None
    trained_at: str | None
    best_baseline: str | None
    metrics: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn models --json`` prints."""
        return asdict(self)


def versions(home: Home) -> list[Version]:
    """Every registered version, by target and horizon as they are declared, the newest first."""
    found = []
    with tracking(home) as client:
        for model in _all(client.search_registered_models):
            if _NAME.fullmatch(model.name) is None:
                continue  # somebody else's, on a shared server
            aliases = {str(number): alias for alias, number in sorted(model.aliases.items(), reverse=True)}
            target, _, horizon = model.name.rpartition("-")
            # The name is of the form above, so that it may stand in a filter.
            for one in _all(lambda **page: client.search_model_versions(f"name = '{model.name}'", **page)):  # noqa: B023
                data = client.get_run(one.run_id).data
                found.append(
                    Version(
                        target,
                        int(horizon),
                        f"{model.name}-v{one.version}",
                        one.tags.get("family"),
                        one.tags.get("kind") or data.params.get("kind", ""),
                        aliases.get(str(one.version)),
                        data.params.get("as_of"),
                        data.params.get("trained_at"),
                        data.params.get("best_baseline"),
                        dict(data.metrics),
                    )
                )
    order = list(home.configuration.targets)

    def place(one: Version) -> tuple[int, str, int, int]:
        declared = order.index(one.target) if one.target in order else len(order)
        return declared, one.target, one.horizon, -int(one.version.rpartition("-v")[2])

    return sorted(found, key=place)


def register(
    home: Home,
    target: str,
    horizon: int,
    forecaster: Forecaster,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    *,
    family: str | None = None,
) -> tuple[str, str]:
    """Log a run with the model's files and register them as a new version of a family; gives (version, run id)."""
    name = f"{target}-{horizon}"
    with tracking(home) as client:
        experiment = client.get_experiment_by_name(EXPERIMENT)
        identity = (
            experiment.experiment_id
            if experiment
            else client.create_experiment(
                EXPERIMENT, None if home.settings.tracking_uri else (home.artifacts / RUNS).as_uri()
            )
        )
        run = client.create_run(
            identity, run_name=f"{name} {forecaster.name}", tags={"target": target, "horizon": str(horizon)}
        )
        run_id = run.info.run_id
        for key, value in parameters.items():
            client.log_param(run_id, key, value)
        for key, number in metrics.items():
            client.log_metric(run_id, key, number)
        with tempfile.TemporaryDirectory() as folder:
            forecaster.save(Path(folder))
            purpose(home.configuration, target, forecaster.names).save(Path(folder))
            sums = {file.name: sha256(file) for file in sorted(Path(folder).iterdir())}
            write_text(Path(folder) / CHECKSUMS, json.dumps(sums, sort_keys=True))
            if home.settings.tracking_uri:
                client.log_artifacts(run_id, folder, MODEL)
            else:
                shutil.copytree(folder, _embedded(home, run_id))
        client.set_terminated(run_id)
        if not any(model.name == name for model in client.search_registered_models(f"name = '{name}'")):
            client.create_registered_model(name)
        # The registry keeps what the artifacts must still be: a file changed with its checksum is found out too.
        version = client.create_model_version(
            name,
            f"{run.info.artifact_uri}/{MODEL}",
            run_id,
            tags={
                "checksum": _digest(sums),
                "kind": forecaster.name,
                **({"family": family} if family else {}),
            },
        )
        return f"{name}-v{version.version}", run_id


def set_alias(home: Home, version: str, alias: str) -> None:
    """Point `champion` or `challenger` of the version's target and horizon to it."""
    name, number = split(version)
    with tracking(home) as client:
        client.set_registered_model_alias(name, alias, number)


def version_with_alias(home: Home, target: str, horizon: int, alias: str) -> str | None:
    """The version that bears an alias, if any."""
    with tracking(home) as client:
        for model in client.search_registered_models(f"name = '{target}-{horizon}'"):
            if alias in model.aliases:
                return f"{model.name}-v{model.aliases[alias]}"
    return None


def champions(home: Home) -> list[Champion]:
    """The champions of the declared targets and horizons, in the order of their declaration."""
    found = []
    with tracking(home) as client:
        for target in home.configuration.targets:
            for horizon in home.configuration.horizons:
                version = version_with_alias(home, target, horizon, "champion")
                if version is not None:
                    told = client.get_model_version(*split(version))
                    found.append(Champion(target, horizon, version, told.tags["checksum"]))
    return found


def run_of(home: Home, version: str) -> Any:
    """The run that made a version; raise UnknownVersion."""
    with tracking(home) as client:
        return client.get_run(_described(home, client, version).run_id)


def load_forecaster(home: Home, version: str) -> Forecaster:
    """Load a version, its checksums verified; raise UnknownVersion, ModelDamaged."""
    return load_version(home, version).forecaster


def load_champion(home: Home, champion: Champion) -> Forecaster:
    """Load what scores one target and horizon.

    Raises ModelDamaged; TrainedForOther, FeaturesChanged and PurposeUnknown where it was trained for something else than
    is declared now.
    """
    loaded = load_version(home, champion.version)
    check_purpose(home.configuration, champion.target, champion.version, loaded.purpose)
    return loaded.forecaster


def load_version(home: Home, version: str) -> Loaded:
    """Load a version and what it was trained for, its checksums verified; raise UnknownVersion, ModelDamaged."""
    with tracking(home) as client, tempfile.TemporaryDirectory() as folder:
        told = _described(home, client, version)
        if home.settings.tracking_uri:
            source = Path(client.download_artifacts(told.run_id, MODEL, folder))
        else:
            source = _embedded(home, told.run_id)
        if not (source / CHECKSUMS).is_file():
            raise ModelDamaged(version=version, file=CHECKSUMS)
        sums = json.loads((source / CHECKSUMS).read_text(encoding="utf-8"))
        for name, wanted in sums.items():
            if not (source / name).is_file() or sha256(source / name) != wanted:
                raise ModelDamaged(version=version, file=name)
        if _digest(sums) != told.tags["checksum"]:
            raise ModelDamaged(version=version, file=CHECKSUMS)
        content = json.loads((source / "model.json").read_text(encoding="utf-8"))
        return Loaded(_forecaster(source, content), read_purpose(source))


def _forecaster(source: Path, content: dict[str, Any]) -> Forecaster:
    if content["kind"] == "ensemble":
        return load_ensemble(source, content)
    return load_baseline(content)


def split(version: str) -> tuple[str, str]:
    """`conflict-4-v7` -> (`conflict-4`, `7`); raise UnknownVersion where it is not of that form."""
    name, _, number = version.rpartition("-v")
    if _NAME.fullmatch(name) is None or not number.isascii() or not number.isdigit():
        raise UnknownVersion(version=version, known="written like conflict-4-v7")
    return name, number


def _described(home: Home, client: MlflowClient, version: str) -> Any:
    found = re.fullmatch(r"(.+)-v([1-9]\d*)", version, re.ASCII)
    if found is not None and _NAME.fullmatch(found[1]) is not None:
        listed = client.search_model_versions(f"name = '{found[1]}'", max_results=PAGE)
        if any(str(one.version) == found[2] for one in listed):
            return client.get_model_version(found[1], found[2])
    raise UnknownVersion(version=version, known=", ".join(one.version for one in versions(home)) or "none")


def _all(search: Callable[..., Any]) -> Iterator[Any]:
    """The entries of all pages of a search."""
    token: str | None = None
    while True:
        page = search(max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _embedded(home: Home, run_id: str) -> Path:
    """Where the embedded default keeps a run's model: found from the home, which may have been moved or restored."""
    return home.artifacts / RUNS / run_id / "artifacts" / MODEL


def _digest(sums: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(sums), sort_keys=True).encode()).hexdigest()
