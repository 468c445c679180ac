"""Publishing: from the champions to one immutable snapshot and the alerts that it raises."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import insert, select

from features import City, build_features, chosen_executor, version_of
from features.incremental.incremental import known_city
from features.panel.panel import Encoded
from riskwarn.configuration import Configuration, usual_horizon
from riskwarn.errors import NoChampion
from riskwarn.files import sha256, sync
from riskwarn.health import SourceHealth, examine
from riskwarn.home import Home
from riskwarn.periods import Calendar
from riskwarn.progress import Progress, silent
from riskwarn.store.writing import one_at_a_time, routine
from riskwarn.words import Unit
from serving.gaps import DataGaps, data_gaps
from serving.levels import ALERTING
from serving.scoring import Scored, score_city
from serving.tables import ALERTS, SNAPSHOTS
from training import Champion, Forecaster, champions, load_champion

#: Days beyond its period for which a snapshot counts as fresh.
GRACE = timedelta(days=1)

#: File of a snapshot with the health of the sources as of its date.
HEALTH = "health.json"


@dataclass(frozen=True)
class Published:
    """What was published."""

    snapshot: str
    as_of: date
    grids: int
    models: tuple[str, ...]
    alerts: int
    seconds: float
    gaps: tuple[str, ...] = ()  # sources that fail some district

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn score --json`` prints."""
        return {
            "snapshot": self.snapshot,
            "as_of": self.as_of.isoformat(),
            "grids": self.grids,
            "models": list(self.models),
            "alerts": self.alerts,
            "seconds": round(self.seconds, 3),
        }


def publish(home: Home, as_of: date | None = None, *, now: datetime, progress: Progress = silent) -> Published:
    """Score the city and publish the snapshot; the same inputs twice give the same snapshot and no new alert.

    Two at once publish one after the other, so that each knows the snapshot before. Raises NoChampion, GridsMissing,
    NothingKnown, AsOfInvalid, ModelDamaged, and TrainedForOther, FeaturesChanged or PurposeUnknown where a champion was trained
    for something else than is declared now; HomeBusy while an update runs.
    """
    with routine(home):
        return publish_in_routine(home, as_of, now=now, progress=progress)


def publish_in_routine(
    home: Home, as_of: date | None = None, *, now: datetime, progress: Progress = silent
) -> Published:
    """The same for who holds the home's routine already."""
    with one_at_a_time(home.snapshots, progress, "waiting for another scoring to end"):
        return _publish(home, as_of, now, progress)


def _publish(home: Home, as_of: date | None, now: datetime, progress: Progress) -> Published:
    started = time.perf_counter()
    chosen = champions(home)
    if not chosen:
        raise NoChampion()
    loaded = [(champion, load_champion(home, champion)) for champion in chosen]
    progress("reading the city")
    city, numbers = known_city(home, as_of, now=now, progress=progress)
    current = newest(home)
    inputs: dict[str, Any] = {
        "as_of": city.as_of.isoformat(),
        "store_version": city.store_version,
        "configuration": home.configuration.fingerprint(),
        "catalogue": catalogue_of(home.configuration, loaded),
        "models": {champion.version: champion.checksum for champion in chosen},
    }
    if current is not None and current["manifest"]["inputs"] == inputs:
        return Published(
            current["id"],
            city.as_of,
            len(city.geography),
            tuple(inputs["models"]),
            0,
            time.perf_counter() - started,
            tuple(DataGaps.from_list(current["manifest"]["gaps"]).sources(None)),
        )
    previous = read_table(home, current["id"]) if current is not None else None
    before, was = scores_before(previous)
    scored, health, gaps = score(home, city, numbers, loaded, before, progress)
    previous_id = current["id"] if current is not None else None
    identity = hashlib.sha256(json.dumps([inputs, previous_id], sort_keys=True).encode()).hexdigest()[:12]
    snapshot = f"{city.as_of.isoformat()}-{identity}"
    horizons = sorted({champion.horizon for champion in chosen})
    manifest = {
        "inputs": inputs,
        "previous": previous_id,
        "gaps": gaps.as_list(),
        "models": {f"{champion.target}/{champion.horizon}": champion.version for champion in chosen},
        "interval_level": chosen[0].interval_level,
        "targets": list(dict.fromkeys(champion.target for champion in chosen)),
        "horizons": horizons,
        "period": home.configuration.period.value,
        "names": {
            name: {"zh": target.zh or name, "en": target.en or name}
            for name, target in home.configuration.targets.items()
        },
    }
    progress("publishing")
    manifest["files"] = write_tables(home.snapshots, snapshot, scored, health)
    alerts = _alerts(scored, was, usual_horizon(horizons))
    with home.database.begin() as connection:
        connection.execute(
            insert(SNAPSHOTS).values(
                id=snapshot,
                as_of=city.as_of,
                published_at=now,
                valid_until=_valid_until(city.calendar, city.as_of),
                manifest=manifest,
            )
        )
        if alerts:
            common = {"snapshot": snapshot, "status": "open", "raised_at": now, "unit": Unit.GRID.value}
            connection.execute(insert(ALERTS), [{**alert, **common} for alert in alerts])
    return Published(
        snapshot,
        city.as_of,
        len(city.geography),
        tuple(champion.version for champion in chosen),
        len(alerts),
        time.perf_counter() - started,
        tuple(gaps.sources(None)),
    )


def score(
    home: Home,
    city: City,
    numbers: Encoded,
    loaded: Sequence[tuple[Champion, Forecaster]],
    before: dict[tuple[str, str, int], float],
    progress: Progress = silent,
) -> tuple[Scored, list[SourceHealth], DataGaps]:
    """Score a city with loaded models: the tables of its snapshot, the health of its sources, and what they lack.

    `numbers` is the encoded city: of its features those alone are made that some model uses. `before` holds the scores of the snapshot before, as :func:`serving.scoring.score_city` has them.
    """
    districts = city.geography.units[Unit.DISTRICT]
    named = dict(zip(districts.codes, districts.names, strict=True))
    health = examine(home, city.as_of, named, version=city.store_version, progress=progress)
    gaps = data_gaps(health)
    used = list(dict.fromkeys(name for _, forecaster in loaded for name in forecaster.names))
    executor = chosen_executor(home.settings.dask, home.settings.threads)
    matrix = build_features(city, [city.as_of], progress, executor=executor, numbers=numbers, names=used)
    progress("scoring")
    return score_city(city, numbers, matrix, loaded, before, gaps), health, gaps


def catalogue_of(configuration: Configuration, loaded: Sequence[tuple[Champion, Forecaster]]) -> str:
    """The version of all features that some models use: a change of any other gives the same snapshot."""
    return version_of(configuration, [name for _, forecaster in loaded for name in forecaster.names])


def newest(home: Home, as_of: date | None = None) -> dict[str, Any] | None:
    """The newest published snapshot, or the newest of an as-of."""
    rows = select(SNAPSHOTS).order_by(SNAPSHOTS.c.sequence.desc()).limit(1)
    if as_of is not None:
        rows = rows.where(SNAPSHOTS.c.as_of == as_of)
    with home.database.connect() as connection:
        found = connection.execute(rows).mappings().first()
    return dict(found) if found is not None else None


def read_table(home: Home, snapshot: str) -> pd.DataFrame:
    """The canonical table of a snapshot."""
    frame: pd.DataFrame = pq.read_table(home.snapshots / snapshot / "table.parquet").to_pandas()
    return frame


def read_health(home: Home, snapshot: str) -> list[dict[str, Any]]:
    """The health of the sources as it was examined for a snapshot."""
    found: list[dict[str, Any]] = json.loads((home.snapshots / snapshot / HEALTH).read_text(encoding="utf-8"))
    return found


def _valid_until(calendar: Calendar, as_of: date) -> datetime:
    following = calendar.shift(as_of, 1) + GRACE
    return datetime(following.year, following.month, following.day, tzinfo=calendar.timezone)


def scores_before(
    previous: pd.DataFrame | None,
) -> tuple[dict[tuple[str, str, int], float], dict[tuple[str, str, int], str]]:
    """Score and level of each grid in a snapshot's table, by (code, target, horizon)."""
    if previous is None:
        return {}, {}
    grids = previous[previous["unit"] == Unit.GRID.value]
    keys = list(zip(grids["code"], grids["target"], grids["horizon"], strict=True))
    return dict(zip(keys, grids["score"], strict=True)), dict(zip(keys, grids["level"], strict=True))


def write_tables(folder: Path, snapshot: str, scored: Scored, health: Sequence[SourceHealth]) -> dict[str, str]:
    """Write the tables into a folder of their own, durable under its name at once."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    sums = {}
    for name, frame in (("table.parquet", scored.table), ("reasons.parquet", scored.reasons)):
        # Fixed order of columns, no pandas metadata, one compression: the same numbers give the same bytes.
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        pq.write_table(table, temporary / name, compression="zstd")
        sync(temporary / name)
        sums[name] = sha256(temporary / name)
    told = json.dumps([one.as_dict() for one in health], ensure_ascii=False, allow_nan=False)
    (temporary / HEALTH).write_text(told, encoding="utf-8")
    sync(temporary / HEALTH)
    sums[HEALTH] = sha256(temporary / HEALTH)
    final = folder / snapshot
    if final.exists():
        # A publication that died before its row was written; nobody has read it.
        shutil.rmtree(final)
    temporary.chmod(0o755)
    temporary.rename(final)
    sync(folder)
    return sums


def _alerts(scored: Scored, was: dict[tuple[str, str, int], str], horizon: int) -> list[dict[str, Any]]:
    """Grids that enter orange or red."""
    table = scored.table
    rows = table[(table["unit"] == Unit.GRID.value) & (table["horizon"] == horizon) & table["level"].isin(ALERTING)]
    reasons = dict(list(scored.reasons.groupby(["code", "target", "horizon"], sort=False)))
    alerts: list[dict[str, Any]] = []
    for row in rows[["code", "target", "horizon", "level", "score"]].to_dict("records"):
        key = (row["code"], row["target"], row["horizon"])
        if was.get(key, "") in ALERTING:
            continue
        why = reasons[key].head(3) if key in reasons else scored.reasons.head(0)
        told = why[["feature", "zh", "en", "effect"]].to_dict("records")
        alerts.append({**{str(name): value for name, value in row.items()}, "reasons": told})
    return alerts
