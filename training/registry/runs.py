"""Runs in MLflow: what is noted of them, and where what they left lies."""

from __future__ import annotations

import hashlib
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskwarn.files import write_text
from riskwarn.home import Home
from training.registry.facts import commit
from training.registry.series import Series
from training.registry.tracking import impatiently

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "riskwarn"
RUNS = "mlflow"
#: What MLflow shows of the experiment: runs and models, and nothing of conversations.
_SHOWN_AS = {"mlflow.experimentKind": "custom_model_development"}
#: The tag by which MLflow names a run.
RUN_NAME = "mlflow.runName"
#: What a run is of: the tag `kind`.
VERSION, BACKTEST = "version", "backtest"
#: The tag by which a home knows its own runs on a server that others use, too.
HOME = "home"
#: Entries of one page of a search.
PAGE = 1000
#: Runs that are asked for by their ids at once: a search sent to a server has a longest form.
ASKED = 200
#: Metrics whose values at each origin are drawn by MLflow, and what they are called there.
DRAWN, BY_ORIGIN = ("log_loss", "capture_5"), "by_origin"


@contextmanager
def new_run(
    home: Home, client: MlflowClient, name: str, tags: Mapping[str, str | None], *, finish: bool = True
) -> Iterator[Any]:
    """A run that ends FINISHED, or FAILED where something is raised in it. What has no value is no tag.

    Without `finish` it goes on RUNNING until somebody ends it.
    """
    run = start_run(home, client, name, tags)
    try:
        yield run
    except BaseException:
        with suppress(Exception), impatiently():  # what was raised says more
            client.set_terminated(run.info.run_id, "FAILED")
        raise
    if finish:
        client.set_terminated(run.info.run_id)


def start_run(home: Home, client: MlflowClient, name: str, tags: Mapping[str, str | None]) -> Any:
    """Begin a run of riskwarn's experiment, which is made where there is none yet."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        place = None if home.settings.tracking_uri else (home.artifacts / RUNS).as_uri()
        identity = client.create_experiment(EXPERIMENT, place, _SHOWN_AS)
    else:
        identity = experiment.experiment_id
    noted = {**tags, HOME: place_of(home), "mlflow.source.git.commit": commit()}
    return client.create_run(
        identity, run_name=name, tags={key: value for key, value in noted.items() if value is not None}
    )


def place_of(home: Home) -> str:
    """A digest of the machine and the folder of a home: a server is not told either."""
    return hashlib.sha256(f"{platform.node()}:{home.path.resolve()}".encode()).hexdigest()[:16]


def running_versions(home: Home, client: MlflowClient) -> list[Any]:
    """The runs of versions that this home has begun and nobody has ended; those of back-tests are not among them."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        return []
    filtered = f"attributes.status = 'RUNNING' AND tags.kind = '{VERSION}'"
    if home.settings.tracking_uri:  # the embedded store is the home's own, also where it was moved
        filtered = f"{filtered} AND tags.{HOME} = '{place_of(home)}'"
    return list(all_of(lambda **page: client.search_runs([experiment.experiment_id], filtered, **page)))


def runs_of_family(client: MlflowClient, run: Any) -> list[Any]:
    """The runs that were made together with a run, itself among them."""
    family = run.data.tags.get("family")
    if family is None:
        return [run]
    filtered = f"tags.kind = '{VERSION}' AND tags.family = '{family}'"
    return list(all_of(lambda **page: client.search_runs([run.info.experiment_id], filtered, **page)))


def log_facts(
    client: MlflowClient,
    run_id: str,
    dataset: str,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    series: Series | None = None,
    drawn: Sequence[str] = (),
) -> None:
    """All that a run was made with and of, and how it did: at once, and, of the forecasters that are `drawn`, at each judged origin.

    The store's version among the parameters is the digest of the dataset.
    """
    from mlflow.entities import Dataset, DatasetInput, Metric, Param

    now = int(time.time() * 1000)
    told = {**parameters, **(series.as_parameters() if series is not None else {})}
    client.log_batch(
        run_id,
        metrics=[Metric(key, number, now, 0) for key, number in metrics.items()],
        params=[Param(key, str(value)) for key, value in told.items()],
    )
    steps = [
        Metric(f"{BY_ORIGIN}_{metric}/{name}", value, _milliseconds(origin), step)
        for metric in DRAWN
        for name in drawn
        for step, (origin, value) in enumerate(series.of(name, metric).items() if series is not None else ())
        if value == value
    ]
    for begin in range(0, len(steps), PAGE):
        client.log_batch(run_id, metrics=steps[begin : begin + PAGE])
    if "store_version" in parameters:
        stored = Dataset(dataset, str(parameters["store_version"]), "riskwarn", "{}")
        client.log_inputs(run_id, [DatasetInput(stored)])


def _milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


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


def keep(home: Home, client: MlflowClient, run_id: str, files: Mapping[str, str]) -> None:
    """Put texts among what a run left, by their names, which may lie in folders."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            write_text(Path(folder) / name, text)
        keep_folder(home, client, run_id, folder)


def keep_folder(home: Home, client: MlflowClient, run_id: str, folder: str) -> None:
    """Put the content of a folder among what a run left."""
    if home.settings.tracking_uri:
        client.log_artifacts(run_id, folder)
    else:
        shutil.copytree(folder, embedded(home, run_id), dirs_exist_ok=True)


def artifact(home: Home, client: MlflowClient, run_id: str, name: str, folder: str) -> Path:
    """What a run left under a name: where the embedded store has it, else brought from the server into a folder."""
    if home.settings.tracking_uri:
        return Path(client.download_artifacts(run_id, name, folder))
    return embedded(home, run_id) / name


def embedded(home: Home, run_id: str) -> Path:
    """Where the embedded default keeps a run's files: found from the home, which may have been moved or restored."""
    return home.artifacts / RUNS / run_id / "artifacts"
