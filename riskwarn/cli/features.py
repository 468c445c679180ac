"""``riskwarn features``: build a table of features, list the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskwarn.cli.session import Session, table

if TYPE_CHECKING:
    from features import Feature
    from features.building.tables import BuiltTable, Column
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
    from features import chosen_executor
    from features.building.tables import table_path, write_table
    from features.incremental.incremental import newest_features
    from riskwarn.files import atomic

    home = session.home()
    executor = chosen_executor(home.settings.dask, home.settings.threads)
    day = as_of.date() if as_of else None
    newest = newest_features(home, day, now=datetime.now(UTC), progress=session.progress, executor=executor)
    matrix, day = newest.matrix, newest.matrix.origins[0]
    path = table_path(home, day, newest.store_version)
    with atomic(path) as temporary:
        write_table(temporary, matrix)
    result = {
        "as_of": day.isoformat(),
        "rows": len(matrix.grid_ids),
        "n_features": len(matrix.features),
        "path": str(path),
    }
    session.emit(result, [f"{len(matrix.grid_ids)} grids, {len(matrix.features)} features as of {day}: {path}"])


@command.command("list")
@click.option("--family", help="Only this family.")
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page (HTML) with meanings and distributions here, instead of listing.",
)
@click.pass_obj
def list_features(session: Session, family: str | None, page: Path | None) -> None:
    """List the catalogue of this home's configuration, with the numbers of the table that was built last."""
    from dataclasses import asdict

    from features import catalogue
    from features.building.tables import newest_table
    from features.pages import distribution
    from riskwarn.errors import FolderMissing, UnknownTarget

    if page is not None and not page.resolve().parent.is_dir():
        raise FolderMissing(file=page, folder=page.resolve().parent)
    home = session.home()
    known = catalogue(home.configuration)
    families = sorted({feature.family for feature in known})
    if family is not None and family not in families:
        raise UnknownTarget(name=family, what="family of features", known=", ".join(families))
    chosen = [feature for feature in known if family in (None, feature.family)]
    newest = newest_table(home)
    columns = newest.columns(feature.name for feature in chosen) if newest is not None else {}
    if page is not None:
        _write_page(session, home, page.resolve(), chosen, newest, columns)
        return
    told = {name: asdict(distribution(column)) for name, column in columns.items()}
    rows = [{**asdict(feature), **told.get(feature.name, {})} for feature in chosen]
    numbers = ("known", "median", "p95", "max") if told else ()
    shown = ("name", "family", "source", "quantity", "zh", "en", *numbers)
    session.emit(rows, [*table(rows, shown), f"{len(rows)} features"])


def _write_page(
    session: Session,
    home: Home,
    page: Path,
    chosen: Sequence[Feature],
    newest: BuiltTable | None,
    columns: Mapping[str, Column],
) -> None:
    from features.pages import catalogue_page
    from riskwarn.files import write_text
    from riskwarn.store import Store

    text = catalogue_page(chosen, home.configuration, newest, columns, store_version=Store(home).version())
    write_text(page, text)
    as_of = newest.as_of.isoformat() if newest is not None else None
    told = (
        f"with distributions as of {as_of}" if as_of else "without distributions (riskwarn features build makes them)"
    )
    session.emit(
        {"as_of": as_of, "n_features": len(chosen), "path": str(page)}, [f"{len(chosen)} features {told}: {page}"]
    )
