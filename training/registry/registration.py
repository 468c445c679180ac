"""A fitted forecaster becomes a version: its run, its files with their checksums, and what it was trained for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.catalogue.catalogue import catalogue
from riskwarn.files import sha256
from riskwarn.home import Home
from training.models.forecast import Forecaster
from training.registry.files import write_checksums
from training.registry.flavor import write_columns, write_mlmodel
from training.registry.loading import MODEL
from training.registry.purpose import purpose
from training.registry.runs import embedded, log_facts, new_run
from training.registry.series import Series
from training.registry.tracking import tracking


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
    with tracking(home) as client, new_run(home, client, target, horizon, forecaster, family) as run:
        run_id = run.info.run_id
        judged = series.as_parameters() if series is not None else {}
        log_facts(client, run_id, target, forecaster, {**parameters, **judged}, metrics)
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
                shutil.copytree(folder, embedded(home, run_id), dirs_exist_ok=True)
        if not any(model.name == name for model in client.search_registered_models(f"name = '{name}'")):
            client.create_registered_model(name)
        version = client.create_model_version(name, f"{run.info.artifact_uri}/{MODEL}", run_id, tags=tags)
        return f"{name}-v{version.version}", run_id
