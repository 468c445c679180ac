"""A process that fits a family on a made-up task and writes what it fitted into a folder."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Fit with so many threads as the second argument says."""
    from tests.training.tasks import noisy_task
    from training.models.family import fit_family

    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    task = noisy_task(grids=400, periods=110)
    family = fit_family(task, [1, 4], task.as_of, threads=threads)
    for horizon in (1, 4):
        place = folder / str(horizon)
        place.mkdir()
        family.served(horizon).save(place)


if __name__ == "__main__":
    main()
