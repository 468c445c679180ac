"""A simulated city as a folder: exports, truth and a manifest that says in which order to load."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from riskwarn.errors import FolderNotEmpty, OutputRefused
from riskwarn.files import atomic, write_text
from riskwarn.progress import Progress, silent
from riskwarn.simulate.city import END, simulate_city, weeks_with_truth
from riskwarn.simulate.exports import Export, write_exports
from riskwarn.simulate.truth import FUTURES, truth

MANIFEST = "manifest.json"
TRUTH = "truth.parquet"


@dataclass(frozen=True)
class Simulated:
    """What was written."""

    directory: Path
    grids: int
    weeks: int
    seed: int
    as_of: str
    exports: tuple[Export, ...]

    def as_dict(self) -> dict[str, object]:
        """The shape that ``riskwarn simulate --json`` prints and that the manifest holds."""
        return {
            "directory": str(self.directory),
            "city": "示例市",
            "seed": self.seed,
            "grids": self.grids,
            "weeks": self.weeks,
            "as_of": self.as_of,
            "loads": [
                {"source": export.source, "files": [export.file], "exported_at": export.exported_at.isoformat()}
                for export in self.exports
            ],
            "truth": TRUTH,
        }


def simulate(
    directory: Path,
    *,
    grids: int = 400,
    weeks: int = 156,
    seed: int = 1,
    truth_every: int | None = None,
    futures: int = FUTURES,
    force: bool = False,
    progress: Progress = silent,
    end: date = END,
) -> Simulated:
    """Write a city's exports, `truth.parquet` and `manifest.json` into `directory`; deterministic by seed and the Monday of its end.

    The truth is known at the end and 12 weeks before it, and at every `truth_every`-th week of the last year.

    An earlier simulated city is replaced with `force`, and where it is the same city; a folder that holds anything else
    raises FolderNotEmpty, or OutputRefused for another city.
    """
    directory = directory.resolve()
    if (directory / MANIFEST).is_file() and not force:
        held = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        asked = {"grids": grids, "weeks": weeks, "seed": seed, "as_of": end.isoformat()}
        if {name: held.get(name) for name in asked} != asked:
            raise OutputRefused(
                file=directory,
                problem="it holds another simulated city; name another folder, or replace it with --force",
            )
    if directory.is_dir() and not (directory / MANIFEST).is_file():
        for other in directory.iterdir():
            raise FolderNotEmpty(path=directory, example=other.name)
    city = simulate_city(grids, weeks, seed, weeks_with_truth(weeks, truth_every), progress, end)
    exports = write_exports(city, directory, city.as_of)
    with atomic(directory / TRUTH) as temporary:
        truth(city, futures, progress).to_parquet(temporary, index=False)
    simulated = Simulated(directory, grids, weeks, seed, city.as_of.isoformat(), tuple(exports))
    manifest = {name: value for name, value in simulated.as_dict().items() if name != "directory"}
    write_text(directory / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    return simulated
