"""Small cities for tests: a few grids, and records written as a department would."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from riskwarn.home import ID_KEY, Home, make_home
from riskwarn.ingest import Account, ingest
from riskwarn.settings import Settings
from riskwarn.simulate import simulate
from riskwarn.simulate.writing import Simulated

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8") -> Path:
    """Write rows under the headings of the first."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def grid_rows(count: int = 4) -> list[dict[str, Any]]:
    """Grids, two a community."""
    return [
        {
            "网格编码": f"G{index}",
            "网格名称": f"第{index + 1}网格",
            "社区编码": f"C{index // 2}",
            "社区": f"青山{index // 2}社区",
            "街道": "石桥街道",
            "区县": "江北区",
            "经度": 106.5 + index / 100,
            "纬度": 29.5,
        }
        for index in range(count)
    ]


def with_grids(home: Home, folder: Path, count: int = 4) -> Home:
    """A home whose grids are loaded."""
    load(home, "grids", write_csv(folder / "grids.csv", grid_rows(count)))
    return home


def load(home: Home, source: str, *files: Path, **options: Any) -> Account:
    """Load files at a fixed time."""
    return ingest(home, source, list(files), **{"now": NOW, **options})


def dispute(number: int, **changes: Any) -> dict[str, Any]:
    """A dispute's row; every field may be changed."""
    return {
        "纠纷编号": f"D{number}",
        "网格编码": f"G{number % 4}",
        "发生时间": f"2026-03-{number % 28 + 1:02d} 09:00:00",
        "登记时间": f"2026-03-{number % 28 + 1:02d} 10:00:00",
        "纠纷类型": "邻里",
        "严重程度": "一般",
        "化解时间": "",
        "升级时间": "",
        "更新时间": "",
        "办理状态": "调解中",
        "调解结果": "",
        **changes,
    }


def with_known_key(home: Home) -> None:
    """Give a new home the key of all tests: with one of its own records have other ids in each run."""
    (home.path / ID_KEY).write_text("00" * 32 + "\n", encoding="ascii")


def simulated(
    folder: Path, *, grids: int, weeks: int, seed: int = 1, horizons: str = "[1, 4]"
) -> tuple[Home, Simulated]:
    """A simulated city's exports in `folder`/exports, all loaded into the home `folder`/home: the same for the same seed.

    A key of its own would bring another order of records, and with it other trees and other reasons.
    """
    written = simulate(folder / "exports", grids=grids, weeks=weeks, seed=seed)
    declared = folder / "declared.yaml"
    declared.write_text(f"city: 示例市\nhorizons: {horizons}\n", encoding="utf-8")
    home = make_home(folder / "home", Settings(threads=1), declared)
    with_known_key(home)
    for export in written.exports:
        taken = datetime.combine(export.exported_at, time(), home.configuration.calendar.timezone)
        load(home, export.source, written.directory / export.file, exported_at=taken)
    return home, written
