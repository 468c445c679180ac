"""Runs in MLflow: what is noted of them, and where what they left lies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskwarn.home import Home
from training.models.forecast import Forecaster
from training.registry.facts import commit, environment, learner

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "riskwarn"
RUNS = "mlflow"
#: Entries of one page of a search.
PAGE = 1000
#: Runs that are asked for by their ids at once: a search sent to a server has a longest form.
ASKED = 200


@contextmanager
def new_run(
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


def log_facts(
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


def all_of(search: Callable[..., Any]) -> Iterator[Any]:
    """The entries of all pages of a search."""
    token: str | None = None
    while True:
        page = search(max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def runs_of(client: MlflowClient, run_ids: Sequence[str]) -> dict[str, Any]:
    """Runs by their ids, a page of them at once; one that is gone is not among them."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    found: dict[str, Any] = {}
    for begin in range(0, 0 if experiment is None else len(run_ids), ASKED):
        some = ", ".join(f"'{one}'" for one in run_ids[begin : begin + ASKED])
        filtered = f"attributes.run_id IN ({some})"
        runs = client.search_runs([experiment.experiment_id], filtered, max_results=ASKED)
        found |= {run.info.run_id: run for run in runs}
    return found


def artifact(home: Home, client: MlflowClient, run_id: str, name: str, folder: str) -> Path:
    """What a run left under a name: where the embedded store has it, else brought from the server into a folder."""
    if home.settings.tracking_uri:
        return Path(client.download_artifacts(run_id, name, folder))
    return embedded(home, run_id) / name


def embedded(home: Home, run_id: str) -> Path:
    """Where the embedded default keeps a run's files: found from the home, which may have been moved or restored."""
    return home.artifacts / RUNS / run_id / "artifacts"
