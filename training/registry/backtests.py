"""Back-tests as runs: begun before anything is computed, so that one that fails is seen to have failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from riskwarn.home import Home
from training.registry.runs import BACKTEST, keep, log_facts, start_run
from training.registry.series import Series
from training.registry.tracking import impatiently, tracking


@contextmanager
def backtest_run(home: Home, target: str, horizon: int) -> Iterator[str]:
    """The id of a run that ends FINISHED, or FAILED where something is raised in it.

    The store is only opened to begin and to end it: what fails between is no fault of the store.
    """
    with tracking(home) as client:
        tags = {"kind": BACKTEST, "target": target, "horizon": str(horizon)}
        run_id = str(start_run(home, client, f"back-test {target}-{horizon}", tags).info.run_id)
    try:
        yield run_id
    except BaseException:
        with suppress(Exception), impatiently(), tracking(home) as client:  # what was raised says more
            client.set_terminated(run_id, "FAILED")
        raise
    with tracking(home) as client:
        client.set_terminated(run_id)


def log_backtest(
    home: Home,
    run_id: str,
    dataset: str,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    series: Series,
    drawn: Sequence[str],
    files: Mapping[str, str],
    tags: Mapping[str, str],
) -> None:
    """Note what a back-test was made with, how everything in it did (at each origin those that are `drawn`), and texts that are to lie with it."""
    with tracking(home) as client:
        log_facts(client, run_id, dataset, parameters, metrics, series, drawn)
        for name, value in tags.items():
            client.set_tag(run_id, name, value)
        keep(home, client, run_id, files)
