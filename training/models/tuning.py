"""How a family learns, searched for by Optuna's tree-structured Parzen estimator (Bergstra et al. 2011; Akiba et al. 2019).

A trial is judged as every other choice is: by forecasts of the last four quarters, each from a fit that ended before it. The task
that comes in was cut before the first origin on which the family will be judged. Each trial draws from a seed of its own number,
so that a search that is broken off and gone on with tries what one at a stretch would have tried.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import URL

from riskwarn.errors import TunerMissing
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from training.labels.task import ForecastTask
from training.models.choosing import Judgement, choose, helps, judgement
from training.models.design import design, varying
from training.models.trees import RESIDUAL, Growth
from training.models.workers import ThreadWorkers

#: Trees at most; how many of them is told by the loss after each.
MOST_ROUNDS = 160

_SEED = 1

#: Name -> (least, most) of what is searched for on a scale of logarithms.
RANGES: dict[str, tuple[float, float]] = {"penalty": (1e-5, 0.3), "rate": (0.02, 0.3), "least_rows": (20, 2000)}
LEAVES = (2, 24)
SHARE = (0.1, 1.0)


@dataclass(frozen=True)
class Tuned:
    """What a search found."""

    penalty: float
    growth: Growth
    study: str
    trials: int
    gains: tuple[float, ...]  # by quarter, of log loss, over what is learnt with where nothing is searched for
    taken: bool  # whether they exceed their standard error

    @property
    def note(self) -> Message:
        """What people read of it."""
        gain = f"{np.mean(self.gains):.4g}"
        if self.taken:
            return Message(
                "{trials} trials found what gains {gain} of log loss over the quarters before the judged origins; it is learnt with",
                trials=self.trials, gain=gain,
            )  # fmt: skip
        return Message(
            "{trials} trials found a gain of {gain} of log loss, not beyond its standard error; the usual settings are learnt with",
            trials=self.trials, gain=gain,
        )  # fmt: skip

    def as_parameters(self) -> dict[str, Any]:
        """What is noted of a run."""
        return {
            "tuning_study": self.study,
            "tuning_trials": self.trials,
            "tuning_gain": f"{np.mean(self.gains):.4g}",
            "tuning_taken": self.taken,
        }


@dataclass(frozen=True)
class Budget:
    """How long is searched: trials in all, those of earlier runs of the same study among them, and seconds of this run."""

    trials: int = 40
    seconds: float = 600.0


def check_tuner() -> None:
    """Raise TunerMissing where Optuna is not installed."""
    try:
        import optuna
    except ImportError as error:
        raise TunerMissing() from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def tune(
    task: ForecastTask,
    file: Path,
    budget: Budget,
    threads: int = 1,
    progress: Progress = silent,
    clock: Callable[[], float] = time.monotonic,
) -> Tuned | None:
    """Search for what to learn with, as of the task's as-of; the study lies in an SQLite file. None where no quarter can be looked at.

    Raises TunerMissing.
    """
    check_tuner()
    import optuna
    from optuna.trial import TrialState

    columns = design(task.inputs.matrix)
    columns = columns.select(varying(columns, task.mature(task.as_of)))
    judge = judgement(task, columns, task.as_of, threads)
    if judge is None:
        return None
    usual = {"penalty": choose(task, columns, task.as_of, ThreadWorkers(threads)).penalty, **_searched(RESIDUAL)}
    name = _study(task, columns.names)
    storage = URL.create("sqlite", database=str(file)).render_as_string()
    study = optuna.create_study(study_name=name, storage=storage, direction="minimize", load_if_exists=True)
    # What a killed run was trying tells nothing.
    for left in study.get_trials(states=(TrialState.RUNNING,)):
        study.tell(left.number, state=TrialState.FAIL)
    started = clock()
    done = study.get_trials(states=(TrialState.COMPLETE,))
    while len(done) < budget.trials and (not done or clock() - started < budget.seconds):
        progress(Message("tuning {target}", target=task.called), len(done), budget.trials)
        study.sampler = optuna.samplers.TPESampler(seed=_SEED + len(done))
        if not done and not study.get_trials(states=(TrialState.WAITING,)):
            study.enqueue_trial(usual)
        trial = study.ask()
        losses = _tried(judge, _drawn(trial))
        trial.set_user_attr("losses", losses.tolist())
        study.tell(trial, float(losses.mean()))
        done = study.get_trials(states=(TrialState.COMPLETE,))
    progress(Message("tuning {target}", target=task.called), len(done), budget.trials)
    best = min(done, key=lambda one: (one.value, one.number))
    first = min(done, key=lambda one: one.number)
    gains = np.array(first.user_attrs["losses"]) - np.array(best.user_attrs["losses"])
    taken = helps(gains)
    chosen = best.params if taken else usual
    return Tuned(chosen["penalty"], _growth(chosen), name, len(done), tuple(gains.tolist()), taken)


def _tried(judge: Judgement, drawn: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(quarters,) log losses."""
    return judge(drawn["penalty"], _growth(drawn))


def _drawn(trial: Any) -> dict[str, Any]:
    """What a trial tries."""
    log = partial(trial.suggest_float, log=True)
    return {
        "penalty": log("penalty", *RANGES["penalty"]),
        "rate": log("rate", *RANGES["rate"]),
        "least_rows": trial.suggest_int("least_rows", *map(int, RANGES["least_rows"]), log=True),
        "leaves": trial.suggest_int("leaves", *LEAVES),
        "column_share": trial.suggest_float("column_share", *SHARE),
    }


def _searched(growth: Growth) -> dict[str, Any]:
    told = asdict(growth)
    del told["rounds"]
    return told


def _growth(found: dict[str, Any]) -> Growth:
    told = {name: value for name, value in found.items() if name != "penalty"}
    rounds = RESIDUAL.rounds if told == _searched(RESIDUAL) else MOST_ROUNDS
    return Growth(rounds=rounds, **told)


def _study(task: ForecastTask, names: tuple[str, ...]) -> str:
    """A name by which the same search is known again, and by which another one is not taken for it."""
    made_of = [task.store_version, list(names), task.grids, RANGES, LEAVES, SHARE, MOST_ROUNDS, asdict(RESIDUAL)]
    digest = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:8]
    return f"{task.target}-{task.horizon}-before-{task.as_of}-{digest}"
