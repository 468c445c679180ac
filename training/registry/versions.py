"""Runs, versions and aliases in MLflow; models as LightGBM text and JSON with checksums.

A registered model is one (target, horizon), `conflict-4`; its version 7 is `conflict-4-v7`. Beside a model lies what it was
trained for (:mod:`training.registry.purpose`) and what makes it an MLflow model (:mod:`training.registry.flavor`).
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.catalogue.catalogue import catalogue
from riskwarn.errors import (
    FeaturesChanged,
    ModelDamaged,
    PurposeUnknown,
    RiskwarnError,
    TrainedForOther,
    UnknownVersion,
)
from riskwarn.files import sha256
from riskwarn.home import Home
from training.intervals.counts import INTERVAL_LEVEL
from training.models.forecast import Forecaster
from training.registry.facts import commit, environment, learner
from training.registry.files import read_forecaster, verify, write_checksums
from training.registry.flavor import write_columns, write_mlmodel
from training.registry.purpose import Purpose, check_purpose, purpose, read_purpose
from training.registry.series import FILE as SERIES
from training.registry.series import Series, read_series
from training.registry.tracking import tracking

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "riskwarn"
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
    family: str | None = None  # what was trained together


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
    promoted_at: str | None = None  # when it last became champion
    left_at: str | None = None  # when the way back last led from it

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn models --json`` prints."""
        return {name: value for name, value in asdict(self).items() if name not in ("promoted_at", "left_at")}


def versions(home: Home) -> list[Version]:
    """Every registered version, by target and horizon as they are declared, the newest first."""
    found = []
    with tracking(home) as client:
        for model in _all(client.search_registered_models):
            if _NAME.fullmatch(model.name) is None:
                continue  # somebody else's, on a shared server
            # A challenger that was promoted bears both names: the later in the alphabet, champion, is what it is.
            aliases = {str(number): alias for alias, number in sorted(model.aliases.items())}
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
                        one.tags.get("promoted_at"),
                        one.tags.get("left_at"),
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
    series: Series | None = None,
) -> tuple[str, str]:
    """Log a run with the model's files and register them as a new version of a family; gives (version, run id).

    `series` is how it and what stood beside it did at each judged origin.
    """
    name = f"{target}-{horizon}"
    with tracking(home) as client, _run(home, client, target, horizon, forecaster, family) as run:
        run_id = run.info.run_id
        judged = series.as_parameters() if series is not None else {}
        _log_facts(client, run_id, target, forecaster, {**parameters, **judged}, metrics)
        tags = {"kind": forecaster.name, **({"family": family} if family else {})}
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / MODEL
            place.mkdir()
            forecaster.save(place)
            purpose(home.configuration, target, forecaster.names).save(place)
            write_columns(place, forecaster, {one.name: one for one in catalogue(home.configuration)})
            # The registry keeps what the artifacts must still be: a file changed with its checksum is found out too.
            tags["checksum"] = write_checksums(place)
            write_mlmodel(place, forecaster, name, run_id, tags["checksum"])
            if series is not None:
                tags["series"] = sha256(series.save(Path(folder)))
            if home.settings.tracking_uri:
                client.log_artifacts(run_id, folder)
            else:
                shutil.copytree(folder, _embedded(home, run_id), dirs_exist_ok=True)
        if not any(model.name == name for model in client.search_registered_models(f"name = '{name}'")):
            client.create_registered_model(name)
        version = client.create_model_version(name, f"{run.info.artifact_uri}/{MODEL}", run_id, tags=tags)
        return f"{name}-v{version.version}", run_id


@contextmanager
def _run(
    home: Home, client: MlflowClient, target: str, horizon: int, forecaster: Forecaster, family: str | None
) -> Iterator[Any]:
    """A run that ends FINISHED, or FAILED where something is raised in it."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    identity = (
        experiment.experiment_id
        if experiment
        else client.create_experiment(
            EXPERIMENT, None if home.settings.tracking_uri else (home.artifacts / RUNS).as_uri()
        )
    )
    tags = {"target": target, "horizon": str(horizon), "family": family, "mlflow.source.git.commit": commit()}
    run = client.create_run(
        identity,
        run_name=f"{target}-{horizon} {forecaster.name}",
        tags={key: value for key, value in tags.items() if value is not None},
    )
    try:
        yield run
    except BaseException:
        with suppress(Exception):  # what was raised says more
            client.set_terminated(run.info.run_id, "FAILED")
        raise
    client.set_terminated(run.info.run_id)


def _log_facts(
    client: MlflowClient,
    run_id: str,
    target: str,
    forecaster: Forecaster,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
) -> None:
    """All that a run was made with and of, and how it did."""
    from mlflow.entities import Dataset, DatasetInput, Metric, Param

    told = {**parameters, **learner(forecaster), **{f"version.{name}": one for name, one in environment().items()}}
    now = int(time.time() * 1000)
    client.log_batch(
        run_id,
        metrics=[Metric(key, number, now, 0) for key, number in metrics.items()],
        params=[Param(key, str(value)) for key, value in told.items()],
    )
    if "store_version" in parameters:
        stored = Dataset(
            f"{target} as of {parameters.get('as_of')}", str(parameters["store_version"]), "riskwarn", "{}"
        )
        client.log_inputs(run_id, [DatasetInput(stored)])


def set_alias(home: Home, version: str, alias: str) -> None:
    """Point `champion` or `challenger` of the version's target and horizon to it."""
    name, number = split(version)
    with tracking(home) as client:
        client.set_registered_model_alias(name, alias, number)


def set_champion(home: Home, version: str, at: datetime, because: str | None = None) -> None:
    """Make a version the champion of its target and horizon, and note when and why."""
    set_alias(home, version, "champion")
    set_tags(home, version, promoted_at=at.isoformat(), because=because or "")


def set_tags(home: Home, version: str, **tags: str) -> None:
    """Note something of a version."""
    name, number = split(version)
    with tracking(home) as client:
        for key, value in tags.items():
            client.set_model_version_tag(name, number, key, value)


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
                    family = told.tags.get("family")
                    found.append(Champion(target, horizon, version, told.tags["checksum"], family=family))
    return found


def of_several_families(scoring: Sequence[Champion]) -> dict[str, list[str]]:
    """Target -> its champions, for targets whose champions were not trained together: these need not agree."""
    found: dict[str, list[Champion]] = {}
    for one in scoring:
        found.setdefault(one.target, []).append(one)
    return {
        target: [one.version for one in some]
        for target, some in found.items()
        if len({one.family or one.version for one in some}) > 1
    }


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
        source = _artifact(home, client, told.run_id, MODEL, folder)
        verify(source, version, told.tags["checksum"])
        return Loaded(read_forecaster(source), read_purpose(source))


def why_unfit(home: Home, version: str, target: str) -> RiskwarnError | None:
    """Why a version can no longer score; None where it can."""
    try:
        check_purpose(home.configuration, target, version, load_version(home, version).purpose)
    except (TrainedForOther, FeaturesChanged, PurposeUnknown, ModelDamaged) as error:
        return error
    return None


def load_series(home: Home, version: str) -> Series | None:
    """How a version did at each judged origin; None where it was registered without. Raise UnknownVersion, ModelDamaged."""
    with tracking(home) as client, tempfile.TemporaryDirectory() as folder:
        told = _described(home, client, version)
        if "series" not in told.tags:
            return None
        file = _artifact(home, client, told.run_id, SERIES, folder)
        if not file.is_file() or sha256(file) != told.tags["series"]:
            raise ModelDamaged(version=version, file=SERIES)
        return read_series(file)


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


def _artifact(home: Home, client: MlflowClient, run_id: str, name: str, folder: str) -> Path:
    """What a run left under a name: where the embedded store has it, else brought from the server into a folder."""
    if home.settings.tracking_uri:
        return Path(client.download_artifacts(run_id, name, folder))
    return _embedded(home, run_id) / name


def _embedded(home: Home, run_id: str) -> Path:
    """Where the embedded default keeps a run's files: found from the home, which may have been moved or restored."""
    return home.artifacts / RUNS / run_id / "artifacts"
