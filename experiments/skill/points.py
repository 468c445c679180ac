"""Point incidents in cells of a city: ``python experiments/skill/points.py DATA/calgary CACHE [--json FILE]``.

An open list of points (traffic incidents with local time and coordinates) becomes incidents of square cells: riskwarn
loads the cells as grids and finds each point's cell itself, then back-tests weekly over the newest year. Printed beside
the counts of all history: capture at 1 and 5 % of the cells, ties broken in every way and averaged (counts tie often,
a model never does), and log loss; with intervals over blocks of four weeks.

Cells are those with an incident before the judged year, and their neighbours: what is judged chose none. The home in CACHE
stays; ``--anew`` makes it anew.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.skill.gap import LEAST, shrunk_history
from experiments.skill.homes import riskwarn

SHARES = (0.01, 0.05)
BLOCK_WEEKS = 4
_METRES_A_DEGREE = 111_320.0
_BLOCKS = {"community": 4, "town": 16, "district": 64}  # cells on a side


@dataclass(frozen=True)
class Cells:
    """Square cells on a lattice, in the order of their ids."""

    west: float
    south: float
    wide: float  # degrees
    high: float
    spots: list[tuple[int, int]]  # column and row of each

    @property
    def grid_ids(self) -> list[str]:
        """The id of each."""
        return [f"C{column + 1:03d}{row + 1:03d}" for column, row in self.spots]

    def of(self, points: pd.DataFrame) -> np.ndarray:
        """The number of the cell of each point, -1 where it lies in none."""
        number = {spot: index for index, spot in enumerate(self.spots)}
        column = ((points["longitude"] - self.west) // self.wide).astype(int)
        row = ((points["latitude"] - self.south) // self.high).astype(int)
        return np.array([number.get(spot, -1) for spot in zip(column, row, strict=True)], dtype=int)

    def table(self) -> pd.DataFrame:
        """As riskwarn takes grids; blocks of cells stand for communities, towns and districts."""
        rows = []
        for grid_id, (a, b) in zip(self.grid_ids, self.spots, strict=True):
            w, s = self.west + a * self.wide, self.south + b * self.high
            e, n = w + self.wide, s + self.high
            ring = ",".join(f"{lon:.7f} {lat:.7f}" for lon, lat in ((w, s), (e, s), (e, n), (w, n), (w, s)))
            units = {name: f"{name[0].upper()}{a // side}_{b // side}" for name, side in _BLOCKS.items()}
            centre = {"longitude": (w + e) / 2, "latitude": (s + n) / 2}
            rows.append({"grid_id": grid_id, **units, **centre, "geometry": f"POLYGON(({ring}))"})
        return pd.DataFrame(rows)


@dataclass(frozen=True)
class Interval:
    """A mean over weeks with its 95 % interval over blocks of weeks."""

    mean: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.lower:.4f}, {self.upper:.4f}]"


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with traffic.csv.gz")
    parser.add_argument("cache", type=Path)
    parser.add_argument("--metres", type=float, default=400, help="side of a cell")
    parser.add_argument("--years", type=int, default=5, help="of history, the judged one included")
    parser.add_argument("--refit-every", type=int, default=4)
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    points = read_points(arguments.data / "traffic.csv.gz", arguments.years)
    end = points["at"].max().to_period("W-SUN").start_time.date()
    first = end - timedelta(weeks=52)
    cells = cells_of(points, pd.Timestamp(first), arguments.metres)
    place = arguments.cache.resolve() / f"points-{arguments.metres:.0f}m-{arguments.years}y"
    if arguments.anew:
        shutil.rmtree(place, ignore_errors=True)
    load(place, cells, points)
    told = riskwarn(
        "--home", place, "backtest", "--target", "safety", "--horizon", 1, "--from", first, "--to", end - timedelta(weeks=1),
        "--refit-every", arguments.refit_every,
    )  # fmt: skip
    found = judged(pd.read_parquet(told["predictions"]), points, cells, place)
    for name, metrics in found.items():
        print(f"{name:22s}" + "".join(f"  {metric} {value}" for metric, value in metrics.items()))
    if arguments.json:
        plain = {name: {metric: asdict(one) for metric, one in metrics.items()} for name, metrics in found.items()}
        arguments.json.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def read_points(file: Path, years: int) -> pd.DataFrame:
    """The points of the newest years: at (local), longitude, latitude."""
    table = pd.read_csv(file, usecols=["start_dt", "longitude", "latitude"]).drop_duplicates()
    table["at"] = pd.to_datetime(table["start_dt"])
    newest = table["at"].max()
    return table[(table["at"] > newest - pd.Timedelta(weeks=52 * years)) & table["longitude"].notna()]


def cells_of(points: pd.DataFrame, judged_from: pd.Timestamp, metres: float) -> Cells:
    """The cells in which a point lies before `judged_from`, and the eight around each."""
    before = points[points["at"] < judged_from]
    west, south = before["longitude"].min(), before["latitude"].min()
    high = metres / _METRES_A_DEGREE
    wide = high / np.cos(np.radians(before["latitude"].mean()))
    x = ((before["longitude"] - west) // wide).astype(int)
    y = ((before["latitude"] - south) // high).astype(int)
    around = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    spots = {(int(a + dx), int(b + dy)) for a, b in set(zip(x, y, strict=True)) for dx, dy in around}
    return Cells(west, south, float(wide), float(high), sorted(spots))


def load(place: Path, cells: Cells, points: pd.DataFrame) -> None:
    """A home at `place` with cells and points loaded, where it does not stand."""
    if (place / "ready.json").exists():
        return
    shutil.rmtree(place, ignore_errors=True)
    inputs = place.parent / f"{place.name}-inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    cells.table().to_csv(inputs / "grids.csv", index=False)
    points[["start_dt", "longitude", "latitude"]].to_csv(inputs / "points.csv", index=False)
    (inputs / "points.yaml").write_text(
        "columns: {occurred_at: start_dt, longitude: longitude, latitude: latitude}\n"
        "identity: [start_dt, longitude, latitude]\nalways: {category: road_traffic}\n",
        encoding="utf-8",
    )
    (inputs / "riskwarn.yaml").write_text("city: points\ntimezone: America/Edmonton\nhorizons: [1]\n", encoding="utf-8")
    riskwarn("--home", place, "init", "--config", inputs / "riskwarn.yaml")
    riskwarn("--home", place, "ingest", "grids", inputs / "grids.csv")
    account = riskwarn(
        "--home", place, "ingest", "incidents", inputs / "points.csv", "--mapping", inputs / "points.yaml"
    )
    print({name: account[name] for name in ("read", "accepted", "duplicates", "corrected", "quarantined")})
    (place / "ready.json").write_text(json.dumps(account, ensure_ascii=False), encoding="utf-8")


def judged(
    predictions: pd.DataFrame, points: pd.DataFrame, cells: Cells, place: Path
) -> dict[str, dict[str, Interval]]:
    """By forecaster: capture at each share, its ratio to that of all history's counts, log loss, and how much lower it is
    than that of shrunk history; over the origins whose outcome is known.
    """
    days = pd.to_datetime(predictions["as_of"])
    observed = predictions.assign(as_of=days).pivot(index="as_of", columns="grid_id", values="observed")[cells.grid_ids]
    whole = observed.notna().all(axis=1)
    origins = observed.index[whole]
    counts = observed[whole].to_numpy(float)
    past = np.array([all_history(points, cells, origin) for origin in origins])
    weeks = np.array([(origin - points["at"].min()).days / 7 for origin in origins])
    shrunk = np.array([shrunk_history(row, np.full(len(row), one), 1) for row, one in zip(past, weeks, strict=True)])
    names = {"probability": "model"} | {
        name: name.removeprefix("baseline_").removeprefix("part_")
        for name in predictions
        if str(name).startswith(("baseline_", "part_")) and not str(name).endswith("_count")
    }
    wide = {
        own: predictions.assign(as_of=days)
        .pivot(index="as_of", columns="grid_id", values=column)
        .loc[origins, cells.grid_ids]
        for column, own in names.items()
    }
    scores = {
        "history (counts)": past,
        "history (k = 20)": shrunk,
        **{own: one.to_numpy(float) for own, one in wide.items()},
    }
    found: dict[str, dict[str, Interval]] = {}
    ranked = {
        share: np.array([tied_capture(s, c, share) for s, c in zip(past, counts, strict=True)]) for share in SHARES
    }
    worst = losses(shrunk, counts)
    for name, score in scores.items():
        metrics = {}
        for share in SHARES:
            each = np.array([tied_capture(s, c, share) for s, c in zip(score, counts, strict=True)])
            metrics[f"capture_{share:.0%}"] = blocked(each)
            metrics[f"ratio_{share:.0%}"] = ratio(each, ranked[share])
        if name != "history (counts)":
            metrics["log_loss"] = blocked(losses(score, counts))
            metrics["gain_over_history"] = blocked(worst - losses(score, counts))
        found[name] = metrics
    year = points[(points["at"] >= origins[0]) & (points["at"] < origins[-1] + pd.Timedelta(weeks=1))]
    print(f"{len(cells.grid_ids)} cells, {len(origins)} weeks {origins[0]:%Y-%m-%d} … {origins[-1]:%Y-%m-%d}, "
          f"{counts.sum():.0f} events; {(cells.of(year) < 0).sum()} more lie in no cell; home {place}")  # fmt: skip
    return found


def all_history(points: pd.DataFrame, cells: Cells, before: pd.Timestamp) -> np.ndarray:
    """(cells,) points before an instant."""
    at = cells.of(points[points["at"] < before])
    return np.bincount(at[at >= 0], minlength=len(cells.spots)).astype(float)


def tied_capture(score: np.ndarray, counts: np.ndarray, share: float) -> float:
    """Share of the events in the k = ceil(share * cells) highest scores, averaged over every way of breaking ties."""
    k = max(1, int(np.ceil(share * len(score))))
    least = np.partition(score, -k)[-k]
    above, tied = score > least, score == least
    total = counts.sum()
    if total == 0:
        return float("nan")
    return float((counts[above].sum() + counts[tied].sum() * (k - above.sum()) / tied.sum()) / total)


def losses(probability: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(origins,) mean log loss of "some event"."""
    clipped = np.clip(probability, LEAST, 1 - LEAST)
    return -np.where(counts > 0, np.log(clipped), np.log1p(-clipped)).mean(axis=1)


def blocked(values: np.ndarray) -> Interval:
    """Mean over origins, with a t interval over the means of blocks of four."""
    blocks = _blocks(values)
    half = stats.t.ppf(0.975, len(blocks) - 1) * blocks.std(ddof=1) / np.sqrt(len(blocks))
    return Interval(float(np.nanmean(values)), float(blocks.mean() - half), float(blocks.mean() + half))


def ratio(values: np.ndarray, others: np.ndarray) -> Interval:
    """Ratio of two means over the same origins, with an interval by the delta method over blocks of four."""
    mean = float(np.nanmean(values) / np.nanmean(others))
    spread = blocked((values - mean * others) / np.nanmean(others))
    return Interval(mean, mean + spread.lower - spread.mean, mean + spread.upper - spread.mean)


def _blocks(values: np.ndarray) -> np.ndarray:
    whole = values[: len(values) // BLOCK_WEEKS * BLOCK_WEEKS]
    return np.nanmean(whole.reshape(-1, BLOCK_WEEKS), axis=1)


if __name__ == "__main__":
    main()
