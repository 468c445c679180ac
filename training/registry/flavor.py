"""A version as an MLflow model: a `python_function` that takes rows of features by their names, for every tool that knows MLflow.

Nothing is pickled: MLflow is told to load the files with this module, which verifies their checksums. The `MLmodel` lies beside
the files that riskwarn reads and is no part of what riskwarn needs. A baseline reads histories (of its target, one of them of cases too) and not rows; it is
an MLflow model as well, whose `predict` says so.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from features import Feature
from riskwarn.errors import ModelDamaged, RowsNotFinite, RowsNotServed
from riskwarn.files import write_text
from riskwarn.words import Quantity
from training.models.design import Design, Scale, drawn_in, scale_of
from training.models.ensemble import Ensemble
from training.models.forecast import Forecaster
from training.registry.files import read_forecaster, verify

if TYPE_CHECKING:
    import pandas as pd

MLMODEL = "MLmodel"
COLUMNS = "columns.json"
EXAMPLE, SERVED_EXAMPLE = "input_example.json", "serving_input_example.json"

#: What a row is answered with.
ANSWERS = ("probability", "expected_count", "lower", "upper")

#: Rows need no date.
_NO_DATE = date(1970, 1, 1)


def write_columns(folder: Path, forecaster: Forecaster, declared: Mapping[str, Feature]) -> None:
    """Write what a row holds, and an example of one that is made up: no grid's numbers leave the city with a model."""
    if not isinstance(forecaster, Ensemble):
        return
    names = list(forecaster.names)
    scales = [asdict(scale_of(declared[name]) if name in declared else Scale()) for name in names]
    write_text(folder / COLUMNS, json.dumps({"names": names, "scales": scales}))
    example = {"columns": names, "data": [[1.0] * len(names)]}
    write_text(folder / EXAMPLE, json.dumps(example))
    write_text(folder / SERVED_EXAMPLE, json.dumps({"dataframe_split": example}))


def write_mlmodel(folder: Path, forecaster: Forecaster, name: str, run_id: str, digest: str) -> None:
    """Write `MLmodel`, with the digest of the files beside it."""
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    rows = isinstance(forecaster, Ensemble)

    def numbers(names: Sequence[str]) -> Schema:
        return Schema([ColSpec(DataType.double, one) for one in names])

    model = Model(
        artifact_path=folder.name,
        run_id=run_id,
        signature=ModelSignature(numbers(forecaster.names), numbers(ANSWERS)) if rows else None,
        saved_input_example_info={
            "artifact_path": EXAMPLE,
            "serving_input_path": SERVED_EXAMPLE,
            "type": "dataframe",
            "pandas_orient": "split",
        }
        if rows
        else None,
        metadata={
            "name": name,
            "kind": forecaster.name,
            "checksum": digest,
            "serves": "a row of features by their names"
            if rows
            else "only through riskwarn score: it reads histories and not rows of features",
        },
    )
    model.add_flavor("python_function", loader_module=__name__, python_version=platform.python_version())
    model.save(str(folder / MLMODEL))


@dataclass(frozen=True)
class RowModel:
    """What MLflow asks: rows of features in, a forecast a row out."""

    model: Ensemble
    scales: Sequence[Scale]

    def predict(self, rows: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """A row of `ANSWERS` for each row of features, which are found by their names. Raises RowsNotFinite."""
        import pandas as pd

        names = self.model.names
        given = np.ascontiguousarray(rows[list(names)].to_numpy(dtype=np.float32).T)
        endless = np.flatnonzero(np.isinf(given).any(axis=1))
        if len(endless):
            raise RowsNotFinite(column=names[endless[0]])
        values = np.empty((len(names), 1, len(rows)), dtype=np.float32)
        for index, scale in enumerate(self.scales):
            drawn_in(given[index][None], scale, out=values[index])
        columns = Design(tuple(map(_column, names)), (_NO_DATE,), values)
        made = self.model.forecast(columns, [_NO_DATE])
        return pd.DataFrame({name: getattr(made, name)[0] for name in ANSWERS}, index=rows.index)


@dataclass(frozen=True)
class HistoryModel:
    """A baseline, which no rows can be asked of."""

    name: str

    def predict(self, rows: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Raise RowsNotServed."""
        raise RowsNotServed(baseline=self.name)


def _load_pyfunc(path: str) -> RowModel | HistoryModel:
    """What MLflow calls with the folder of the model; raise ModelDamaged."""
    from mlflow.models import Model

    folder = Path(path)
    noted = Model.load(path).metadata or {}
    name = str(noted.get("name", folder.name))
    if "checksum" not in noted:
        raise ModelDamaged(version=name, file=MLMODEL)
    verify(folder, name, noted["checksum"])
    forecaster = read_forecaster(folder)
    if not isinstance(forecaster, Ensemble):
        return HistoryModel(forecaster.name)
    columns = json.loads((folder / COLUMNS).read_text(encoding="utf-8"))
    return RowModel(forecaster, [Scale(**scale) for scale in columns["scales"]])


def _column(name: str) -> Feature:
    """A column of a design, of which only the name is needed."""
    return Feature(name, "", "", name, name, Quantity.EXTENSIVE)
