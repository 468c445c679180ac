"""``riskwarn features``: build a table of features, list the catalogue."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from riskwarn.cli.session import Session, table

if TYPE_CHECKING:
    from riskwarn.home import Home


@click.group("features")
def command() -> None:
    """Build features as of a date, or list the catalogue."""


@command.command("build")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Look from this date (default: after the newest record)."
)
@click.pass_obj
def build(session: Session, as_of: datetime | None) -> None:
    """Write one row a grid: grid_id, as_of and one column a feature (Parquet)."""
    import pandas as pd

    from features import chosen_run
    from features.state import newest_features
    from features.tables import table_path
    from riskwarn.files import atomic

    home = session.home()
    run = chosen_run(home.settings.dask, home.settings.threads)
    newest = newest_features(home, as_of.date() if as_of else None, progress=session.progress, run=run)
    matrix, day = newest.matrix, newest.matrix.origins[0]
    frame = pd.DataFrame(matrix.rows([day]), columns=matrix.names)
    frame.insert(0, "grid_id", list(matrix.grid_ids))
    frame.insert(1, "as_of", day)
    path = table_path(home, day, newest.store_version)
    with atomic(path) as temporary:
        frame.to_parquet(temporary, index=False)
    result = {
        "as_of": day.isoformat(),
        "rows": len(frame),
        "n_features": len(matrix.features),
        "path": str(path),
    }
    session.emit(result, [f"{len(frame)} grids, {len(matrix.features)} features as of {day}: {path}"])


@command.command("list")
@click.option("--family", help="Only this family.")
@click.pass_obj
def list_features(session: Session, family: str | None) -> None:
    """List the catalogue of this home's configuration, with the numbers of the table that was built last."""
    from dataclasses import asdict

    from features import catalogue
    from riskwarn.errors import UnknownTarget

    known = catalogue(session.home().configuration)
    families = sorted({feature.family for feature in known})
    if family is not None and family not in families:
        raise UnknownTarget(name=family, what="family of features", known=", ".join(families))
    told = _distributions(session.home())
    rows = [{**asdict(feature), **told.get(feature.name, {})} for feature in known if family in (None, feature.family)]
    shown = ("name", "family", "source", "quantity", "zh", "en", *next(iter(told.values()), {}))
    session.emit(rows, [*table(rows, shown), f"{len(rows)} features"])


def _distributions(home: Home) -> dict[str, dict[str, float | None]]:
    """Of each feature in the newest table that was built: the share of grids where it is known, median, 95 %, maximum."""
    import pandas as pd

    built = sorted(home.features.glob("*.parquet"), key=lambda path: path.stat().st_mtime)
    if not built:
        return {}
    numbers = pd.read_parquet(built[-1]).drop(columns=["grid_id", "as_of"])
    found = pd.DataFrame(
        {
            "known": numbers.notna().mean(),
            "median": numbers.median(),
            "p95": numbers.quantile(0.95),
            "max": numbers.max(),
        }
    ).astype(object)
    rows = found.where(found.notna(), None).to_dict("index")
    return {str(name): {str(what): number for what, number in row.items()} for name, row in rows.items()}
