"""The simulated cities and their homes, kept in a cache folder and made once, by riskwarn's own commands."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GENERATORS = ("first", "second")
_READY = "ready.json"


@dataclass(frozen=True)
class Size:
    """How large a city is, and how well its truth is known."""

    grids: int = 1500
    weeks: int = 208
    truth_every: int = 4
    futures: int = 800


def riskwarn(*arguments: object) -> Any:
    """Run a command of riskwarn and give what it prints as JSON; its error ends the experiment."""
    words = [sys.executable, "-m", "riskwarn", "--json", *map(str, arguments)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    if done.returncode:
        sys.exit(f"{' '.join(words)} ended with {done.returncode}")
    return json.loads(done.stdout)


def city(cache: Path, generator: str, seed: int, size: Size) -> Path:
    """The folder with the exports and the truth of a city; made where the cache does not hold it."""
    folder = cache / f"{generator}-{size.grids}x{size.weeks}-every{size.truth_every}-of{size.futures}-seed{seed}"
    if (folder / _READY).exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    if generator == "first":
        riskwarn(
            "simulate", folder, "--grids", size.grids, "--weeks", size.weeks, "--seed", seed,
            "--truth-every", size.truth_every, "--futures", size.futures,
        )  # fmt: skip
    else:
        from experiments.skill.second import write_city

        write_city(
            folder, grids=size.grids, weeks=size.weeks, seed=seed, truth_every=size.truth_every, futures=size.futures
        )
    (folder / _READY).write_text("{}\n", encoding="utf-8")
    return folder


def home(path: Path, folder: Path, horizons: Sequence[int]) -> list[dict[str, Any]]:
    """A home at `path` with the exports of `folder` loaded, made where it does not stand; the accounts of its loads."""
    ready = path / _READY
    if ready.exists():
        accounts: list[dict[str, Any]] = json.loads(ready.read_text(encoding="utf-8"))
        return accounts
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    declared = path.parent / f"{path.name}.yaml"
    declared.write_text(f"city: 模拟市\nhorizons: {list(horizons)}\n", encoding="utf-8")
    riskwarn("--home", path, "init", "--config", declared)
    accounts = []
    for load in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["loads"]:
        mapping = ["--mapping", folder / load["mapping"]] if "mapping" in load else []
        files = [folder / name for name in load["files"]]
        told = riskwarn(
            "--home", path, "ingest", load["source"], *files, *mapping, "--exported-at", load["exported_at"]
        )
        accounts.append(told)
    ready.write_text(json.dumps(accounts, ensure_ascii=False), encoding="utf-8")
    return accounts
