"""Versions and aliases in MLflow.

A registered model is one (target, horizon), `conflict-4`; its version 7 is `conflict-4-v7`. Beside a model lies what it was
trained for (:mod:`training.registry.purpose`) and what makes it an MLflow model (:mod:`training.registry.flavor`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from riskwarn.errors import UnknownVersion
from riskwarn.files import write_text
from riskwarn.home import Home
from riskwarn.messages import Listed
from riskwarn.progress import silent
from riskwarn.store.writing import one_at_a_time
from training.intervals.counts import INTERVAL_LEVEL
from training.registry.runs import PAGE, all_of, runs_of
from training.registry.tracking import tracking

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: What a registered model is called: a target and a horizon.
_NAME = re.compile(r"[a-z][a-z0-9_]*-[0-9]+")

#: The file of artifacts with the family that is becoming champion.
BEGUN = "promoting.json"


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
    beside: dict[str, float] = field(default_factory=dict)  # the same figures of others, METRIC/OTHER

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn models --json`` prints."""
        return {name: value for name, value in asdict(self).items() if name not in ("promoted_at", "left_at", "beside")}


def versions(home: Home) -> list[Version]:
    """Every registered version, by target and horizon as they are declared, the newest first.

    What a training that died left half registered is none: not every run of its family is FINISHED.
    """
    with tracking(home) as client:
        # Others' models may lie on a shared server.
        models = [one for one in all_of(client.search_registered_models) if _NAME.fullmatch(one.name) is not None]
        listed = {model.name: list(_listed(client, model.name)) for model in models}
        runs = runs_of(client, [one.run_id for some in listed.values() for one in some])
    unfinished = {
        one.tags.get("family", one.run_id)
        for some in listed.values()
        for one in some
        if one.run_id in runs and runs[one.run_id].info.status != "FINISHED"
    }
    found = []
    for model in models:
        # A challenger that was promoted bears both names: the later in the alphabet, champion, is what it is.
        aliases = {str(number): alias for alias, number in sorted(model.aliases.items())}
        found += [
            _version(one, aliases.get(str(one.version)), runs.get(one.run_id))
            for one in listed[model.name]
            if one.tags.get("family", one.run_id) not in unfinished
        ]
    order = list(home.configuration.targets)

    def place(one: Version) -> tuple[int, str, int, int]:
        declared = order.index(one.target) if one.target in order else len(order)
        return declared, one.target, one.horizon, -int(one.version.rpartition("-v")[2])

    return sorted(found, key=place)


def _listed(client: MlflowClient, name: str) -> Iterator[Any]:
    """The versions of a registered model, whose name is of the form above, so that it may stand in a filter."""
    return all_of(lambda **page: client.search_model_versions(f"name = '{name}'", **page))


def _version(one: Any, alias: str | None, run: Any | None) -> Version:
    """A version with what its run says of it; a run that somebody deleted says nothing."""
    target, _, horizon = one.name.rpartition("-")
    params = run.data.params if run is not None else {}
    figures = run.data.metrics if run is not None else {}
    return Version(
        target,
        int(horizon),
        f"{one.name}-v{one.version}",
        one.tags.get("family"),
        one.tags.get("kind") or params.get("kind", ""),
        alias,
        params.get("as_of"),
        params.get("trained_at"),
        params.get("best_baseline"),
        # What stands beside a version bears the name of whose it is behind a stroke.
        {name: value for name, value in figures.items() if "/" not in name},
        one.tags.get("promoted_at"),
        one.tags.get("left_at"),
        {name: value for name, value in figures.items() if "/" in name},
    )


def set_alias(home: Home, version: str, alias: str) -> None:
    """Point `champion` or `challenger` of the version's target and horizon to it."""
    name, number = split(version)
    with tracking(home) as client:
        client.set_registered_model_alias(name, alias, number)


def set_champion(home: Home, version: str, at: datetime, because: str | None = None) -> None:
    """Make a version the champion of its target and horizon, and note when and why."""
    set_alias(home, version, "champion")
    set_tags(home, version, promoted_at=at.isoformat(), because=because or "")


def put_whole(home: Home, family: Sequence[str], at: datetime, because: str | None = None) -> None:
    """Make versions the champions of their targets and horizons, all of them even where this process dies: the store knows names one
    at a time, so that what is begun is written down first, and whoever comes next finishes it. The lock of the artifacts is held."""
    begun = {"family": list(family), "at": at.isoformat(), "because": because}
    write_text(home.artifacts / BEGUN, json.dumps(begun, ensure_ascii=False))
    _carry_out(home, family, at, because)


def forget_begun(home: Home) -> None:
    """Nothing is under way any more."""
    (home.artifacts / BEGUN).unlink(missing_ok=True)


def finish_begun(home: Home) -> None:
    """Carry out what a process that died had begun; waits while one that lives is at it. The lock is not held."""
    path = home.artifacts / BEGUN
    if not path.exists():
        return
    with one_at_a_time(home.artifacts, silent, ""):
        if path.exists():
            begun = json.loads(path.read_text(encoding="utf-8"))
            _carry_out(home, begun["family"], datetime.fromisoformat(begun["at"]), begun["because"])


def _carry_out(home: Home, family: Sequence[str], at: datetime, because: str | None) -> None:
    for version in family:
        set_champion(home, version, at, because)
    forget_begun(home)


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
    finish_begun(home)
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
        return client.get_run(described(home, client, version).run_id)


def split(version: str) -> tuple[str, str]:
    """`conflict-4-v7` -> (`conflict-4`, `7`); raise UnknownVersion where it is not of that form."""
    name, _, number = version.rpartition("-v")
    if _NAME.fullmatch(name) is None or not number.isascii() or not number.isdigit():
        raise UnknownVersion(version=version, known="written like conflict-4-v7")
    return name, number


def described(home: Home, client: MlflowClient, version: str) -> Any:
    """What the store says of a version; raise UnknownVersion."""
    found = re.fullmatch(r"(.+)-v([1-9]\d*)", version, re.ASCII)
    if found is not None and _NAME.fullmatch(found[1]) is not None:
        listed = client.search_model_versions(f"name = '{found[1]}'", max_results=PAGE)
        if any(str(one.version) == found[2] for one in listed):
            return client.get_model_version(found[1], found[2])
    raise UnknownVersion(version=version, known=Listed(one.version for one in versions(home)) or "none")
