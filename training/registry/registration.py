"""A fitted forecaster becomes a version: its run, its files with their checksums, and what it was trained for."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from features import Catalogue
from riskwarn.files import sha256
from riskwarn.home import Home
from training.models.forecast import Forecaster
from training.registry.communities import Communities
from training.registry.facts import made_with
from training.registry.files import write_checksums
from training.registry.flavor import write_columns, write_mlmodel
from training.registry.kept import Kept
from training.registry.loading import MODEL, digest_of
from training.registry.purpose import purpose
from training.registry.runs import VERSION, keep, keep_folder, log_facts, new_run, running_versions, runs_of_family
from training.registry.series import Series
from training.registry.tracking import impatiently, tracking
from training.registry.versions import split


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
    kept: Kept | None = None,
    communities: Communities | None = None,
    drawn: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
    tags: Mapping[str, str | None] | None = None,
    finish: bool = True,
) -> tuple[str, str]:
    """Log a run with the model's files and register them as a new version of a family; gives (version, run id).

    `series` is how it and what stood beside it did at each judged origin, of which MLflow draws those that are `drawn`; `kept` is what it said of each
    judged cell, and `communities` how all of them did in each; `files` are texts that lie with the run, by their names,
    and `tags` what else is noted of it. Without `finish` the run goes on: a version is none before its run is FINISHED (:func:`together`).
    """
    name = f"{target}-{horizon}"
    of_run = {"kind": VERSION, "target": target, "horizon": str(horizon), "family": family, **(tags or {})}
    called = f"{name} {forecaster.name}"
    with tracking(home) as client, new_run(home, client, called, of_run, finish=finish) as run:
        run_id = run.info.run_id
        told = {**parameters, **made_with(forecaster)}
        log_facts(client, run_id, f"{target} as of {parameters.get('as_of')}", told, metrics, series, drawn)
        of_version = {"kind": forecaster.name, **({"family": family} if family else {})}
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / MODEL
            place.mkdir()
            forecaster.save(place)
            known = Catalogue.of(home.configuration)
            purpose(known, target, forecaster.names).save(place)
            write_columns(place, forecaster, known.features)
            # The registry keeps what the artifacts must still be: a file changed with its checksum is found out too.
            of_version["checksum"] = write_checksums(place)
            write_mlmodel(place, forecaster, name, run_id, of_version["checksum"])
            if series is not None:
                of_version["series"] = sha256(series.save(Path(folder)))
            if kept is not None:
                of_version["judged"] = sha256(kept.save(Path(folder)))
            if communities is not None:
                of_version["communities"] = sha256(communities.save(Path(folder)))
            keep_folder(home, client, run_id, folder)
        if files:
            keep(home, client, run_id, files)
            of_version |= {digest_of(one): hashlib.sha256(text.encode()).hexdigest() for one, text in files.items()}
        if not any(model.name == name for model in client.search_registered_models(f"name = '{name}'")):
            client.create_registered_model(name)
        version = client.create_model_version(name, f"{run.info.artifact_uri}/{MODEL}", run_id, tags=of_version)
        return f"{name}-v{version.version}", run_id


@contextmanager
def together(home: Home) -> Iterator[list[tuple[str, str]]]:
    """The (version, run id) of a family, to be filled: their runs are FINISHED at once at the end, so that all of them are versions or none.

    Where something is raised, the runs are FAILED and the versions taken out again, as far as the store still answers.
    """
    made: list[tuple[str, str]] = []
    try:
        yield made
        with tracking(home) as client:
            for _, run_id in made:
                client.set_terminated(run_id)
    except BaseException:
        with suppress(Exception), impatiently(), tracking(home) as client:  # what was raised says more
            for version, run_id in made:
                client.set_terminated(run_id, "FAILED")
                client.delete_model_version(*split(version))
        raise


def clear_half_registered(home: Home) -> None:
    """End as FAILED what a killed training left RUNNING, and take the versions of its families out.

    For who holds the lock under which this home registers: no other of its trainings can be alive there. Killed half-way it is
    done again by the next, for the run that is found goes last, and no version of its family is one before.
    """
    with tracking(home) as client:
        for left in running_versions(home, client):
            family = runs_of_family(client, left)
            for run in family:
                if run.info.status == "FINISHED":
                    client.set_terminated(run.info.run_id, "FAILED")
            for run in family:
                for version in client.search_model_versions(f"run_id = '{run.info.run_id}'"):
                    client.delete_model_version(version.name, version.version)
            client.set_terminated(left.info.run_id, "FAILED")


def keep_with(home: Home, run_id: str, files: Mapping[str, str], tags: Mapping[str, str]) -> None:
    """Put texts with a run, and note what is said of it: its pages name the version, which the run had to make first."""
    with tracking(home) as client:
        keep(home, client, run_id, files)
        for name, value in tags.items():
            client.set_tag(run_id, name, value)
