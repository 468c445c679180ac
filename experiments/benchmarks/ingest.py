"""How fast a register of disputes is loaded: ``make bench ARGS="--rows 1000000"``.

Writes a GB18030 CSV with 1 % faults, 1 % duplicates and 2 % corrections, then times whole processes in turn: the floor (pandas
reads the same file with default dtypes, dates unparsed, and writes it as Parquet) and `riskwarn ingest`. Prints medians, their
ratio and the peak memory of the load.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

FLOOR = "import pandas as pd, sys; pd.read_csv(sys.argv[1], encoding='gb18030').to_parquet(sys.argv[2])"
GRIDS = 2000


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grids, disputes = folder / "grids.csv", folder / "disputes.csv"
        _grids().to_csv(grids, index=False)
        _disputes(arguments.rows).to_csv(disputes, index=False, encoding="gb18030")
        print(f"{arguments.rows} rows, {disputes.stat().st_size / 1e6:.0f} MB")
        floor, load, account = [], [], {}
        for turn in range(arguments.repeat):
            floor.append(_timed([sys.executable, "-c", FLOOR, str(disputes), str(folder / "floor.parquet")])[0])
            home = folder / f"home{turn}"
            riskwarn = [sys.executable, "-m", "riskwarn", "--json", "--home", str(home)]
            _timed([*riskwarn, "init"])
            _timed([*riskwarn, "ingest", "grids", str(grids)])
            seconds, output = _timed([*riskwarn, "ingest", "disputes", str(disputes), "--exported-at", "2026-06-29"])
            load.append(seconds)
            account = json.loads(output)
        counted = {name: account[name] for name in ("read", "accepted", "duplicates", "corrected", "quarantined")}
        # On Linux, in KiB, the largest of all processes that were waited for.
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
        ratio = statistics.median(load) / statistics.median(floor)
        print(
            f"floor {statistics.median(floor):.2f} s, riskwarn {statistics.median(load):.2f} s: {ratio:.2f} times the floor"
        )
        print(f"peak memory {peak:.2f} GiB; {counted}")


def _timed(command: list[str]) -> tuple[float, str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return time.perf_counter() - started, done.stdout


def _grids() -> pd.DataFrame:
    index = np.arange(GRIDS)
    return pd.DataFrame(
        {
            "网格编码": [f"WG{number:06d}" for number in index],
            "社区": [f"青山{number // 5}社区" for number in index],
            "街道": [f"石桥{number // 50}街道" for number in index],
            "区县": [f"江{number // 500}区" for number in index],
        }
    )


def _disputes(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    happened = pd.Timestamp("2023-01-02") + pd.to_timedelta(rng.integers(0, 1270 * 86_400, rows), unit="s")
    registered = happened + pd.to_timedelta(rng.integers(0, 5 * 86_400, rows), unit="s")
    closed = registered + pd.to_timedelta(rng.integers(3600, 60 * 86_400, rows), unit="s")
    open_still = rng.random(rows) < 0.2
    frame = pd.DataFrame(
        {
            "纠纷编号": [f"DP{number:08d}" for number in range(rows)],
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
    twice = frame.sample(frac=0.01, random_state=1)
    corrected = (
        frame[~faulty].sample(frac=0.02, random_state=2).assign(更新时间="2026-06-28 09:00:00", 严重程度="特别重大")
    )
    return pd.concat([frame, twice, corrected], ignore_index=True)


if __name__ == "__main__":
    main()
