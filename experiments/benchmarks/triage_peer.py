"""triage's features and matrix on the same events. Executor by triage.py with the Python of an environment that holds it.

``triage_peer.py URL FOLDER`` loads FOLDER/events.parquet into the server, makes cohort, features and matrix by triage's own
components as its experiments do, prints seconds, and writes the cells, float32 (features, dates, entities), to compare.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import text
from sqlalchemy.engine import Engine
from triage import create_engine
from triage.component.architect.builders import MatrixBuilder
from triage.component.architect.entity_date_table_generators import EntityDateTableGenerator
from triage.component.architect.feature_dictionary_creator import FeatureDictionaryCreator
from triage.component.architect.feature_generators import FeatureGenerator
from triage.component.catwalk.storage import ProjectStorage
from triage.component.results_schema import upgrade_db

SCHEMA, COHORT, MATRIX = "features", "cohort", "matrix"


def main() -> None:
    """Load, then time what triage does."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    dates = [date.fromisoformat(day) for day in plan["dates"]]
    logging.disable(logging.WARNING)
    engine = create_engine(url)
    upgrade_db(db_engine=engine)
    load(engine, pd.read_parquet(folder / "events.parquet"), plan["entities"])
    cohort = EntityDateTableGenerator("select entity_id from entities", engine, COHORT)
    cohort.generate_entity_date_table(dates)

    started = time.perf_counter()
    tables, index = features(engine, plan, dates)
    between = time.perf_counter()
    matrix(engine, folder, FeatureDictionaryCreator(SCHEMA, engine).feature_dictionary(tables, index), dates)
    ended = time.perf_counter()

    table = pd.read_csv(folder / "project" / "matrices" / f"{MATRIX}.csv.gz", parse_dates=["as_of_date"])
    table = table.sort_values(["as_of_date", "entity_id"])
    names = [
        f"events_entity_id_{weeks(one)}_c{number}_sum"
        for number in range(plan["categories"])
        for one in plan["windows"]
    ]
    cells = table[names].to_numpy(dtype=np.float32).T.reshape(len(names), len(dates), plan["entities"])
    np.save(folder / "triage.npy", cells)
    print(json.dumps({"features": between - started, "matrix": ended - between}))


def load(engine: Engine, events: pd.DataFrame, entities: int) -> None:
    """The events as a table with the indices that triage's manual asks for."""
    events["knowledge_date"] = events["knowledge_date"].dt.date
    with engine.begin() as connection:
        connection.execute(text("create table events (entity_id int, knowledge_date date, category smallint)"))
        connection.execute(text(f"create table entities as select generate_series(0, {entities - 1}) as entity_id"))
        cursor = connection.connection.cursor()
        cursor.copy_expert("copy events from stdin with csv", io.StringIO(events.to_csv(index=False, header=False)))
        connection.execute(text("create index on events (knowledge_date)"))
        connection.execute(text("create index on events (entity_id)"))
        connection.execute(text("analyze events"))


def features(engine: Engine, plan: dict, dates: list[date]) -> tuple[list[str], dict[str, list[str]]]:
    """The names of the feature tables, and their index columns."""
    generator = FeatureGenerator(engine, SCHEMA)
    wanted = [
        {
            "prefix": "events",
            "from_obj": "events",
            "knowledge_date_column": "knowledge_date",
            "aggregates_imputation": {"all": {"type": "zero_noflag"}},
            "aggregates": [
                {"quantity": {f"c{number}": f"(category = {number})::int"}, "metrics": ["sum"]}
                for number in range(plan["categories"])
            ],
            "intervals": [weeks(one) for one in plan["windows"]],
        }
    ]
    generator.validate(wanted)
    days = [day.isoformat() for day in dates]
    tables = list(generator.create_all_tables(wanted, days, COHORT))
    return tables, generator.index_column_lookup(generator.aggregations(wanted, days, COHORT))


def matrix(engine: Engine, folder: Path, dictionary: dict[str, list[str]], dates: list[date]) -> None:
    """Write the matrix of all entities and dates."""
    (folder / "project" / "matrices").mkdir(parents=True)
    builder = MatrixBuilder(
        db_config={"features_schema_name": SCHEMA, "cohort_table_name": COHORT},
        matrix_storage_engine=ProjectStorage(str(folder / "project")).matrix_storage_engine(),
        engine=engine,
        experiment_hash=None,
    )
    metadata = {
        "matrix_id": MATRIX,
        "state": "active",
        "label_name": "outcome",
        "label_timespan": "1 week",
        "test_duration": "1 week",
        "feature_start_time": None,
        "indices": ["entity_id", "as_of_date"],
    }
    with redirect_stdout(sys.stderr):
        builder.build_matrix(dates, "outcome", "binary", dictionary, metadata, MATRIX, "test")


def weeks(window: int) -> str:
    """The interval as triage takes it."""
    return f"{window} week{'s' if window > 1 else ''}"


if __name__ == "__main__":
    main()
