"""What scoring costs: ``python experiments/benchmarks/scoring.py HOME`` (a home with champions, as training.py leaves it).

The city is scored twice, each time in a process of its own and without being published: from the whole store, and from the kept state
as ``riskwarn score`` does. Prints seconds of the clock and of the processor and the highest resident memory of each, and ends with 1
where the two tables differ in a bit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

WAYS = ("store", "state")


def scored(path: Path, way: str) -> dict[str, object]:
    """Score in this process, and say what it cost and what came out."""
    from datetime import UTC, datetime

    from features import Catalogue, read_city
    from features.incremental.incremental import known_city
    from features.panel.panel import encoded
    from riskwarn.home import open_home
    from riskwarn.settings import Settings, silence_telemetry
    from serving.scoring.city import Before
    from serving.scoring.score import score
    from serving.snapshots.content import content_of
    from serving.snapshots.files import write_files
    from training import champions, load_champion

    silence_telemetry()
    home = open_home(path, Settings.from_environment(os.environ))
    begun, used = time.perf_counter(), time.process_time()
    catalogue = Catalogue.of(home.configuration)
    loaded = [(champion, load_champion(home, champion, catalogue)) for champion in champions(home)]
    if way == "store":
        city = read_city(home, now=datetime.now(UTC))
        numbers = encoded(city)
    else:
        city, numbers = known_city(home, now=datetime.now(UTC))
    read = time.perf_counter() - begun, time.process_time() - used
    made = score(home, catalogue, city, numbers, loaded, Before())
    with tempfile.TemporaryDirectory() as folder:
        sums = write_files(Path(folder), "scored", content_of(made))
    return {
        "grids": len(city.geography),
        "read": read,
        "whole": (time.perf_counter() - begun, time.process_time() - used),
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "digest": hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest(),
    }


def main() -> None:
    """Score twice, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--inside", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        print(json.dumps(scored(arguments.home, arguments.inside)))
        return
    digests = set()
    for way in WAYS:
        command = [sys.executable, __file__, str(arguments.home), "--inside", way]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        (read, read_used), (whole, used) = found["read"], found["whole"]
        print(
            f"{found['grids']} grids from the {way}: {whole:.1f} s ({used:.1f} of the processor), of them reading the city "
            f"{read:.1f} s ({read_used:.1f}); {found['gib']:.2f} GiB at most",
            flush=True,
        )
        digests.add(found["digest"])
    same = len(digests) == 1
    print("every number equal" if same else "the tables differ")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
