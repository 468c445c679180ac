"""``riskwarn map``: propose a mapping for a file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskwarn.cli.session import Session, table

if TYPE_CHECKING:
    from riskwarn.ingest.mapping_proposal.matching import Place

#: Packaged mappings of usual departments; named here because help must not load the configuration's module.
PRESETS = ("dispute", "petition", "12345", "110", "grid-case", "mediation", "hazard", "wage")


@click.command("map")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", help="The source it is of; else it is guessed.")
@click.option("--preset", type=click.Choice(PRESETS), help="Begin with the packaged mapping of a usual department.")
@click.option("--sheet", metavar="NAME|all", help="The sheet of a workbook, by title or number; else each that fits.")
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write the mapping (YAML) here.")
@click.pass_obj
def command(
    session: Session, file: Path, source: str | None, preset: str | None, sheet: str | None, target: Path | None
) -> None:
    """Look at FILE and propose which column is which field, on what ground, and what is unsure."""
    from riskwarn.files import write_text
    from riskwarn.ingest.mapping_proposal.mapping_file import as_yaml
    from riskwarn.ingest.mapping_proposal.proposal import propose

    proposal = propose(
        file,
        session.configuration(),
        source=source,
        preset=preset,
        places=_places(session),
        database=session.settings.source_url,
        sheet=sheet,
    )
    result = proposal.as_dict()
    rows = [
        {
            "column": one.heading,
            "field": one.field or "-",
            "": "" if one.sure else "?",
            "why": one.ground,
            "holds": one.holds,
            "empty": f"{one.empty:.0%}",
        }
        for one in proposal.columns
    ]
    lines = [f"{proposal.file}: {proposal.source} ({proposal.source_ground}), {proposal.rows} rows looked at", ""]
    lines += table(rows)
    lines.append("")
    lines += [f"missing: {name}" for name in proposal.missing]
    if proposal.identity:
        lines.append(f"id: made of {', '.join(proposal.identity)} (unsure)")
    lines += [
        f"words of {name} that no list knows: {'、'.join(list(words)[:12])}{' …' if len(words) > 12 else ''}"
        for name, words in proposal.unknown_words.items()
    ]
    lines += [f"note: {note}" for note in proposal.notes]
    if proposal.preset and proposal.preset != preset:
        lines.append(f"a packaged mapping may fit: --preset {proposal.preset}")
    if target is not None:
        write_text(target.resolve(), as_yaml(proposal))
        result["path"] = str(target.resolve())
        chosen = f" --sheet {shlex.quote(sheet)}" if sheet else ""
        lines += ["", f"written: {target.resolve()}"]
        if proposal.missing:
            lines.append(f"next: complete {target} (columns: or always:), for nothing gives what is missing")
        else:
            lines.append(f"next: riskwarn ingest {proposal.source} {file} --mapping {target}{chosen}")
    session.emit(result, lines)


def _places(session: Session) -> list[Place]:
    """The codes and names of the units that the home holds; nothing without a home or before grids are loaded."""
    from riskwarn.errors import HomeMissing
    from riskwarn.ingest.mapping_proposal.matching import Place
    from riskwarn.store import Store

    try:
        grids = Store(session.home()).versions("grids")
    except HomeMissing:
        return []
    fields = {"grid_id": "grid_id", "grid_name": "name"}
    fields |= {name: name for unit in ("community", "town", "district") for name in (unit, f"{unit}_name")}
    return [Place(field, frozenset(map(str, grids[column].dropna()))) for field, column in fields.items()]
