"""``riskwarn map``: propose a mapping for a file."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from riskwarn.cli.options import force as force_option
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Listed, Message
from riskwarn.words import PRESETS

if TYPE_CHECKING:
    from riskwarn.home import Home


@click.command("map")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", help="The source it is of; else it is guessed.")
@click.option("--preset", type=click.Choice(PRESETS), help="Begin with the packaged mapping of a usual department.")
@click.option("--sheet", metavar="NAME|all", help="The sheet of a workbook, by title or number; else each that fits.")
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write the mapping (YAML) here.")
@force_option
@click.pass_obj
def command(
    session: Session,
    file: Path,
    source: str | None,
    preset: str | None,
    sheet: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """Look at FILE and propose which column is which field, on what ground, and what is unsure."""
    from riskwarn.files import output_file, write_text
    from riskwarn.ingest.loading.proposing import propose_in_home
    from riskwarn.ingest.loading.survey import places_of
    from riskwarn.ingest.mapping_proposal.mapping_file import as_yaml
    from riskwarn.ingest.mapping_proposal.proposal import propose

    path = None
    if target is not None:
        path = output_file(target, force=force, endings=(".yaml", ".yml"), inputs=[file])
    home = _home(session)
    source = session.source(source) if source else None
    places = [] if home is None else places_of(home)
    database = session.settings.source_url
    if home is not None and preset is None:
        proposal = propose_in_home(home, file, source=source, places=places, database=database, sheet=sheet)
    else:
        proposal = propose(
            file,
            session.configuration(),
            source=source,
            preset=preset,
            places=places,
            database=database,
            sheet=sheet,
        )
    result = proposal.as_dict()
    rows = [
        {
            "column": one.heading,
            "field": one.field or "-",
            "": "" if one.sure else "?",
            "why": session.said(one.ground),
            "holds": session.said(one.holds),
            "empty": f"{one.empty:.0%}",
        }
        for one in proposal.columns
    ]
    lines: list[str | Table] = [
        Message(
            "{file}: {source} ({ground}), {rows} rows looked at",
            file=proposal.file, source=proposal.source, ground=proposal.source_ground, rows=proposal.rows,
        ),
        "",
        *table(rows),
        "",
    ]  # fmt: skip
    lines += [Message("missing: {field}", field=name) for name in proposal.missing]
    if proposal.identity:
        lines.append(Message("id: made of {headings} (unsure)", headings=Listed(proposal.identity)))
    for name, words in proposal.unknown_words.items():
        shown = "、".join(list(words)[:12]) + (" …" if len(words) > 12 else "")
        lines.append(Message("words of {field} that no list knows: {words}", field=name, words=shown))
    lines += [Message("note: {note}", note=note) for note in proposal.notes]
    if proposal.preset and proposal.mapping.get("preset") != proposal.preset:
        lines.append(Message("a packaged mapping may fit: --preset {preset}", preset=proposal.preset))
    if path is not None:
        write_text(path, as_yaml(proposal))
        result["path"] = str(path)
        lines += ["", Message("written: {path}", path=path)]
        following = "next: riskwarn ingest {source} {file} --mapping {mapping}{sheet}"
        if proposal.missing:
            following = "next: complete {mapping} (columns: or always:), for nothing gives what is missing"
        chosen = f" --sheet {quote(sheet)}" if sheet else ""
        names = {"source": proposal.source, "file": quote(str(file)), "mapping": quote(str(target)), "sheet": chosen}
        lines.append(Message(following, **names))
    session.emit(result, lines)


def _home(session: Session) -> Home | None:
    """The home, where there is one: a file may be looked at before."""
    from riskwarn.errors import HomeMissing

    try:
        return session.home()
    except HomeMissing:
        return None
