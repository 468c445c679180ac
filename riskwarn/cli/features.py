"""``riskwarn features``: build a table of features, list the catalogue."""

from __future__ import annotations

from datetime import datetime

import click

from riskwarn.cli.session import Session, table


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

    from features import build_features, catalogue_hash, chosen_run, read_city
    from riskwarn.files import atomic

    home = session.home()
    city = read_city(home, as_of.date() if as_of else None)
    run = chosen_run(home.settings.dask, home.settings.threads)
    matrix = build_features(city, [city.as_of], session.progress, run=run)
    frame = pd.DataFrame(matrix.rows([city.as_of]), columns=matrix.names)
    frame.insert(0, "grid_id", list(matrix.grid_ids))
    frame.insert(1, "as_of", city.as_of)
    name = f"{city.as_of}-store{city.store_version}-{catalogue_hash(home.configuration)[:8]}.parquet"
    with atomic(home.features / name) as temporary:
        frame.to_parquet(temporary, index=False)
    result = {
        "as_of": city.as_of.isoformat(),
        "rows": len(frame),
        "n_features": len(matrix.features),
        "path": str(home.features / name),
    }
    session.emit(
        result, [f"{len(frame)} grids, {len(matrix.features)} features as of {city.as_of}: {home.features / name}"]
    )


@command.command("list")
@click.option("--family", help="Only this family.")
@click.pass_obj
def list_features(session: Session, family: str | None) -> None:
    """List the catalogue of this home's configuration."""
    from dataclasses import asdict

    from features import catalogue
    from riskwarn.errors import UnknownTarget

    known = catalogue(session.home().configuration)
    families = sorted({feature.family for feature in known})
    if family is not None and family not in families:
        raise UnknownTarget(name=family, what="family of features", known=", ".join(families))
    rows = [asdict(feature) for feature in known if family in (None, feature.family)]
    session.emit(rows, [*table(rows, ("name", "family", "source", "quantity", "zh", "en")), f"{len(rows)} features"])
