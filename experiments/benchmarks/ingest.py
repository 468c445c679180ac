"""How fast a register of disputes is loaded: ``python experiments/benchmarks/ingest.py --rows 5000000``.

Writes a GB18030 CSV with 1 % faults, 1 % duplicates and 2 % corrections, then times whole processes in turn: the floor (pandas
reads the same file with default dtypes, dates unparsed, and writes it as Parquet) and `riskwarn ingest`. Prints medians, their
ratio, the peak memory of the load, how long loading the same file again takes, and how long it takes to read what was known
of one district in the last two years.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

FLOOR = "import pandas as pd, sys; pd.read_csv(sys.argv[1], encoding='gb18030').to_parquet(sys.argv[2])"
READ = """
import json, sys, time
import numpy as np
from pathlib import Path
from riskwarn.home import open_home
from riskwarn.settings import Settings
from riskwarn.store import Store
store, seconds = Store(open_home(Path(sys.argv[1]), Settings())), []
columns = ["record_id", "grid_id", "occurred_at", "known_at", "version_at", "category", "severity", "closed_at", "outcome"]
span = {"since": np.datetime64("2024-06-29", "us"), "until": np.datetime64("2026-06-29", "us")}
for turn in range(6):
    started = time.perf_counter()
    found = store.versions("disputes", columns, district="江7区", **span)
    seconds.append(time.perf_counter() - started)
assert len(found) > 0
print(json.dumps(seconds[1:]))
"""
GRIDS, DISTRICTS = 20_000, 38


def main() -> None:
    """Executor the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    floors, loads, again, reads, peaks = [], [], [], [], []
    account: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grids, disputes = folder / "grids.csv", folder / "disputes.csv"
        _grids().to_csv(grids, index=False)
        _write_disputes(disputes, arguments.rows)
        print(f"{arguments.rows} rows, {disputes.stat().st_size / 1e6:.0f} MB")
        for turn in range(arguments.repeat):
            floors.append(_timed([sys.executable, "-c", FLOOR, str(disputes), str(folder / "floor.parquet")])[0])
            home = folder / f"home{turn}"
            riskwarn = [sys.executable, "-m", "riskwarn", "--json", "--home", str(home)]
            _timed([*riskwarn, "init"])
            _timed([*riskwarn, "ingest", "grids", str(grids)])
            load = [*riskwarn, "ingest", "disputes", str(disputes), "--exported-at", "2026-06-29"]
            seconds, output, peak = _timed(load)
            account = json.loads(output)
            loads.append(seconds)
            peaks.append(peak)
            again.append(_timed(load)[0])
            reads += json.loads(_timed([sys.executable, "-c", READ, str(home)])[1])
            shutil.rmtree(home)
    floor, own = statistics.median(floors), statistics.median(loads)
    print(
        f"floor {floor:.2f} s, riskwarn {own:.2f} s: {own / floor:.2f} times the floor; peak memory {max(peaks):.2f} GiB"
    )
    print(f"the same file again: {statistics.median(again):.2f} s")
    print(f"one district's last two years: {statistics.median(reads):.3f} s")
    print({name: account[name] for name in ("read", "accepted", "duplicates", "corrected", "quarantined")})


def _timed(command: list[str]) -> tuple[float, str, float]:
    """Seconds, output and peak memory (GiB) of a whole process."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, env=environment)
        told = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(told.decode())
        output.seek(0)
        return seconds, output.read().decode(), usage.ru_maxrss / 1024**2


def _grids() -> pd.DataFrame:
    index = np.arange(GRIDS)
    return pd.DataFrame(
        {
            "网格编码": [f"WG{number:06d}" for number in index],
            "社区": [f"青山{number // 5}社区" for number in index],
            "街道": [f"石桥{number // 20}街道" for number in index],
            "区县": [f"江{number * DISTRICTS // GRIDS}区" for number in index],
        }
    )


def _write_disputes(path: Path, rows: int, at_once: int = 500_000) -> None:
    """Write the register a part at a time; what is repeated and corrected follows its own part."""
    for part, start in enumerate(range(0, rows, at_once)):
        frame = _disputes(min(at_once, rows - start), start, np.random.default_rng(part))
        frame.to_csv(path, index=False, encoding="gb18030", mode="a" if part else "w", header=part == 0)


def _disputes(rows: int, first: int, rng: np.random.Generator) -> pd.DataFrame:
    happened = pd.Timestamp("2023-01-02") + pd.to_timedelta(rng.integers(0, 1270 * 86_400, rows), unit="s")
    registered = happened + pd.to_timedelta(rng.integers(0, 5 * 86_400, rows), unit="s")
    closed = registered + pd.to_timedelta(rng.integers(3600, 60 * 86_400, rows), unit="s")
    open_still = rng.random(rows) < 0.2
    frame = pd.DataFrame(
        {
            "纠纷编号": [f"DP{number:08d}" for number in range(first, first + rows)],
            "网格编码": [f"WG{number:06d}" for number in rng.integers(0, GRIDS, rows)],
            "发生时间": happened.strftime("%Y-%m-%d %H:%M:%S"),
            "登记时间": registered.strftime("%Y-%m-%d %H:%M:%S"),
            "更新时间": closed.strftime("%Y-%m-%d %H:%M:%S"),
            "纠纷类型": rng.choice(["邻里", "物业", "欠薪", "婚姻家庭", "借贷", "其他"], rows),
            "严重程度": rng.choice(["一般", "一般", "较大", "重大"], rows),
            "化解时间": np.where(open_still, "", closed.strftime("%Y-%m-%d %H:%M:%S")),
            "调解结果": np.where(open_still, "调解中", "调解成功"),
            "当事人姓名": rng.choice(["赵伟", "钱芳", "孙敏"], rows),
            "联系电话": [f"139{number:08d}" for number in rng.integers(0, 10**8, rows)],
        }
    )
    faulty = rng.random(rows) < 0.01
    frame.loc[faulty, "发生时间"] = "去年冬天"
    twice = frame.sample(frac=0.01, random_state=first + 1)
    corrected = (
        frame[~faulty]
        .sample(frac=0.02, random_state=first + 2)
        .assign(更新时间="2026-06-28 09:00:00", 严重程度="特别重大")
    )
    return pd.concat([frame, twice, corrected], ignore_index=True)


if __name__ == "__main__":
    main()
