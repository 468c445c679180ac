"""``riskwarn diff``: what changed between two exports of a department."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskwarn.cli.session import Session
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riskwarn.mapping import Mapping


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--source", help="The source that both are of; else it is guessed.")
@click.option("--mapping", type=click.Path(path_type=Path), help="The mapping that both are loaded with.")
@click.option("--sheet", metavar="NAME|all", help="The sheet of a workbook, by title or number; else each that fits.")
@click.pass_obj
def command(
    session: Session, old: Path, new: Path, source: str | None, mapping: Path | None, sheet: str | None
) -> None:
    """Show what changed from OLD to NEW (columns, words, forms, encoding) and what would load differently."""
    from riskwarn.declarations import read_yaml
    from riskwarn.ingest.mapping_proposal.difference import compare
    from riskwarn.mapping import Mapping

    configuration, source = session.configuration(), session.source(source) if source else None
    rules = [read_yaml(mapping, Mapping)] * 2 if mapping else None
    if rules is None and (loaded := _as_loaded(session, (old, new), source, sheet)) is not None:
        source, rules = loaded
    found = compare(old, new, configuration, source=source, mappings=rules, sheet=sheet)
    lines: list[str] = [
        Message(
            "{old} → {new} ({source}; {before} and {after} rows looked at)",
            old=found.old, new=found.new, source=found.source, before=found.rows[0], after=found.rows[1],
        )
    ]  # fmt: skip
    lines += [Message("{what}: {was} → {now}", what=what, was=was, now=now) for what, (was, now) in found.file.items()]
    lines += [Message("column added: {heading}", heading=heading) for heading in found.added]
    lines += [Message("column gone: {heading}", heading=heading) for heading in found.removed]
    lines += [Message("column renamed: {was} → {now}", was=was, now=now) for was, now in found.renamed]
    lines += [Message("column moved: {heading}", heading=heading) for heading in found.moved]
    for heading, changed in found.words.items():
        for what, words in changed.items():
            said = "new words of {heading}: {words}" if what == "new" else "words of {heading} that are gone: {words}"
            lines += [Message(said, heading=heading, words="、".join(words[:20]))] if words else []
    for heading, (was, now) in found.forms.items():
        lines.append(Message("dates of {heading}: {was} → {now}", heading=heading, was=_forms(was), now=_forms(now)))
    for heading, (was, now) in found.holds.items():
        lines.append(
            Message("{heading} held {was}, holds {now}", heading=heading, was=session.said(was), now=session.said(now))
        )
    for heading, (before, after) in found.emptier.items():
        lines.append(Message("{heading}: empty {was:.0%} → {now:.0%}", heading=heading, was=before, now=after))
    lines += ["", *(Message("- {effect}", effect=effect) for effect in found.effects), found.verdict]
    session.emit(found.as_dict(), lines)


def _as_loaded(
    session: Session, files: Sequence[Path], source: str | None, sheet: str | None
) -> tuple[str, list[Mapping]] | None:
    """The source of two files, and the mapping by which `load` would load each: what is settled for its headings, else
    what it would propose. None where there is no home."""
    from riskwarn.errors import HomeMissing
    from riskwarn.ingest.loading.looking import as_loaded
    from riskwarn.ingest.loading.survey import places_of

    try:
        home = session.home()
    except HomeMissing:
        return None
    places, rules = places_of(home), []
    for file in files:
        table = as_loaded(home, file, source, sheet, places, session.settings.source_url, datetime.now(UTC))
        source = table.source
        rules.append(table.rules)
    assert source is not None
    return source, rules


def _forms(forms: object) -> str:
    assert isinstance(forms, tuple)
    return Listed(form.lstrip("!") for form in forms)
