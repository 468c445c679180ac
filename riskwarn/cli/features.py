"""``riskwarn features``: build a table of features, list the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskwarn.cli import options
from riskwarn.cli.session import Session, table
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from features import Feature
    from features.building.tables import BuiltTable, Column
    from features.incremental.table import Built
    from riskwarn.home import Home


@click.group("features")
def command() -> None:
    """Build features as of a date, or list the catalogue."""


@command.command("build")
@options.as_of
@click.pass_obj
def build(session: Session, as_of: date | None) -> None:
    """Write one row a grid: grid_id, as_of and one column a feature (Parquet)."""
    from features.incremental.table import build_table

    built = build_table(session.home(), as_of, now=datetime.now(UTC), progress=session.progress)
    session.emit(built.as_dict(), [table_built(built)])


def table_built(built: Built) -> str:
    """What was built, in a sentence."""
    said = "{grids} grids, {features} features as of {day}: {path}"
    return Message(said, grids=built.rows, features=built.n_features, day=built.as_of, path=built.path)


@command.command("list")
@click.option("--family", help="Only this family.")
@click.option("--search", metavar="WORD", help="Only features whose name or meaning, Chinese or English, holds WORD.")
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page (HTML) with meanings and distributions here, instead of listing.",
)
@options.force
@click.pass_obj
def list_features(session: Session, family: str | None, search: str | None, page: Path | None, force: bool) -> None:
    """List the catalogue of this home's configuration, with the numbers of the table that was built last."""
    from dataclasses import asdict

    from features import catalogue
    from features.building.tables import newest_table
    from features.pages import distribution
    from riskwarn.errors import UnknownTarget
    from riskwarn.files import output_file

    path = output_file(page, force=force, endings=(".html", ".htm")) if page is not None else None
    home = session.home()
    known = catalogue(home.configuration)
    families = sorted({feature.family for feature in known})
    if family is not None and family not in families:
        raise UnknownTarget(name=family, what="family of features", known=Listed(families))
    chosen = [feature for feature in known if family in (None, feature.family) and _holds(feature, search)]
    newest = newest_table(home)
    columns = newest.columns(feature.name for feature in chosen) if newest is not None else {}
    if path is not None:
        _write_page(session, home, path, chosen, newest, columns)
        return
    told = {name: asdict(distribution(column)) for name, column in columns.items()}
    rows = [{**asdict(feature), **told.get(feature.name, {})} for feature in chosen]
    numbers = ("known", "median", "p95", "max") if told else ()
    meaning = "zh" if session.language == "zh" else "en"
    shown = table(
        [{**row, "meaning": row[meaning]} for row in rows], ("name", *numbers, "meaning", "family", "quantity")
    )
    session.emit(rows, [*shown, Message("{count} features", count=len(rows))], paged=True)


def _holds(feature: Feature, search: str | None) -> bool:
    texts = (feature.name, feature.zh, feature.en)
    return search is None or any(search.casefold() in text.casefold() for text in texts)


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
    said = (
        "{count} features with distributions as of {as_of}: {path}"
        if as_of
        else "{count} features without distributions (riskwarn features build makes them): {path}"
    )
    result = {"as_of": as_of, "n_features": len(chosen), "path": str(page)}
    session.emit(result, [Message(said, count=len(chosen), as_of=as_of, path=page)])
