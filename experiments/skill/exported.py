"""A simulated city as its exports tell it, week by week: what the ceilings and the history are computed from.

Nothing here knows the hidden state; of the truth file nothing is read. Both generators name their columns alike.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

WEEK = np.timedelta64(7, "D")
_HARM = ("致人受伤", "发生暴力", "肢体冲突", "转公安机关处置")
_REFERRED = "引导诉讼"


@dataclass(frozen=True)
class Exports:
    """Tables with columns of their own and of these: grid (number of a grid of today), weight, began, known, ended (instants)."""

    grid_ids: list[str]
    community: np.ndarray  # (grids,)
    town: np.ndarray
    district: np.ndarray
    spot: np.ndarray  # (grids, 2) km
    people: pd.DataFrame  # by grid: population, over_65, building_age
    tables: dict[str, pd.DataFrame]
    end: date

    @property
    def grids(self) -> int:
        """How many grids there are."""
        return len(self.grid_ids)

    def events(self, target: str) -> pd.DataFrame:
        """The events of a target: grid, weight, at (when it happened) and known."""
        if target == "safety":
            table = self.tables["incidents"]
            return table.assign(at=table["began"])[["grid", "weight", "at", "known"]]
        cases = self.tables["disputes"]
        dated = cases["升级时间"].notna() & (cases["调解结果"] != _REFERRED)
        harmed = cases["升级时间"].isna() & cases["调解结果"].isin(_HARM) & cases["ended"].notna()
        table = cases[dated | harmed]
        known = table["ended"].where(table["ended"] > table["known"], table["known"])
        return table.assign(at=table["ended"], known=known)[["grid", "weight", "at", "known"]]


def read_exports(folder: Path) -> Exports:
    """Read what a generator wrote into `folder`."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    end = date.fromisoformat(manifest["as_of"])
    read: dict[str, pd.DataFrame] = {}
    for load in manifest["loads"]:
        frames = [_read(folder / name) for name in load["files"]]
        # A second export of a source corrects the first; the newest row of a record holds.
        read[load["source"]] = pd.concat([*([read[load["source"]]] if load["source"] in read else []), *frames])
    grids = read["grids"]
    today = grids[grids["停用日期"].isna()] if "停用日期" in grids else grids
    ids = [str(one) for one in today["网格编码"]]
    where = _successors(ids, read.get("grid_lineage"))
    tables = {name: _table(name, read[name], where) for name in read if name in _TIMES}
    units = [pd.factorize(today[name], sort=True)[0] for name in ("社区编码", "镇街编码", "区县编码")]
    longitude, latitude = today["中心经度"].to_numpy(float), today["中心纬度"].to_numpy(float)
    spot = np.stack([longitude * 111 * np.cos(np.radians(latitude.mean())), latitude * 111], axis=1)
    return Exports(ids, *units, spot, _people(read["demographics"], ids), tables, end)


#: Of each source: when it began, was known, ended.
_TIMES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "disputes": ("发生时间", "登记时间", ("升级时间", "化解时间")),
    "petitions": ("信访日期", "登记时间", ("答复时间",)),
    "hazards": ("发现日期", "登记时间", ("整改完成日期",)),
    "incidents": ("发生时间", "接报时间", ()),
    "interventions": ("开始时间", "开始时间", ("结束时间",)),
}
_IDS = ("纠纷编号", "信访件编号", "隐患编号", "事故编号", "编号")


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, engine="calamine")
    try:
        return pd.read_csv(path, encoding="utf-8-sig", low_memory=False)
    except UnicodeDecodeError:
        return pd.read_csv(path, encoding="gb18030", low_memory=False)


def _successors(ids: list[str], lineage: pd.DataFrame | None) -> pd.DataFrame:
    """For each id that was ever written down: the grids of today to which it belongs, and by what weight."""
    number = {one: index for index, one in enumerate(ids)}
    frames = [pd.DataFrame({"网格编码": ids, "grid": np.arange(len(ids)), "weight": 1.0})]
    if lineage is not None and len(lineage):
        old = lineage[~lineage["原网格编码"].isin(number) & lineage["现网格编码"].isin(number)]
        frames.append(
            pd.DataFrame(
                {
                    "网格编码": old["原网格编码"],
                    "grid": old["现网格编码"].map(number),
                    "weight": old["划入比例"].astype(float),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _table(source: str, table: pd.DataFrame, where: pd.DataFrame) -> pd.DataFrame:
    began, known, ended = _TIMES[source]
    table = table.drop_duplicates(next(name for name in _IDS if name in table), keep="last")
    instants = {name: pd.to_datetime(table[name]).astype("datetime64[s]") for name in (began, known, *ended)}
    table = table.assign(**instants, began=instants[began], known=instants[known], ended=np.datetime64("NaT", "s"))
    for name in ended:
        table["ended"] = table["ended"].fillna(instants[name])
    return table.merge(where, on="网格编码")


def _people(table: pd.DataFrame, ids: list[str]) -> pd.DataFrame:
    """The last count; a grid that it does not know has the median."""
    table = table.drop_duplicates("网格编码", keep="last").set_index("网格编码").reindex(ids)
    old = table["65岁以上占比"].astype(str).str.rstrip("%").astype(float) / 100
    age = table["房屋平均年限"].astype(float) if "房屋平均年限" in table else pd.Series(0.0, index=table.index)
    frame = pd.DataFrame({"population": table["常住人口"].astype(float), "over_65": old, "building_age": age})
    return frame.fillna(frame.median()).reset_index(drop=True)


@dataclass(frozen=True)
class Weekly:
    """A target's events by week: happened (weeks, grids), and known by the Monday (weeks, grids), running sums."""

    mondays: list[date]
    happened: np.ndarray
    known: np.ndarray  # events that were known before that Monday, all of the past
    alive: np.ndarray  # weeks for which the feed of the grid's district had been alive by then


def weekly(exports: Exports, target: str, first: date) -> Weekly:
    """Count a target's events by week, from the Monday `first` to the end of the exports."""
    events = exports.events(target)
    weeks = (exports.end - first).days // 7
    start = np.datetime64(first, "s")
    mondays = [first + timedelta(weeks=week) for week in range(weeks + 1)]
    grid, weight = events["grid"].to_numpy(), events["weight"].to_numpy()

    def counted(times: pd.Series) -> np.ndarray:
        week = ((times.to_numpy().astype("datetime64[s]") - start) // WEEK).astype(int)
        inside = (week >= 0) & (week < weeks)
        flat = np.bincount(week[inside] * exports.grids + grid[inside], weight[inside], minlength=weeks * exports.grids)
        return flat.reshape(weeks, exports.grids)

    happened, told = counted(events["at"]), counted(events["known"])
    known = np.concatenate([np.zeros((1, exports.grids)), told.cumsum(axis=0)])
    began = np.full(exports.district.max() + 1, weeks)
    for district in range(len(began)):
        some = np.flatnonzero(happened[:, exports.district == district].sum(axis=1))
        began[district] = some[0] if len(some) else weeks
    alive = np.maximum(np.arange(weeks + 1)[:, None] - began[exports.district][None, :], 0)
    return Weekly(mondays, happened, known, alive)
