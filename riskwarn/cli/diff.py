"""``riskwarn diff``: what changed between two exports of a department."""

from __future__ import annotations

from pathlib import Path

import click

from riskwarn.cli.session import Session
from riskwarn.messages import Message


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

    rules = read_yaml(mapping, Mapping) if mapping else None
    found = compare(
        old, new, session.configuration(), source=session.source(source) if source else None, mapping=rules, sheet=sheet
    )
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
        lines.append(Message("{heading} held {was}, holds {now}", heading=heading, was=was, now=now))
    for heading, (before, after) in found.emptier.items():
        lines.append(Message("{heading}: empty {was:.0%} → {now:.0%}", heading=heading, was=before, now=after))
    lines += ["", *(Message("- {effect}", effect=effect) for effect in found.effects), found.verdict]
    session.emit(found.as_dict(), lines)


def _forms(forms: object) -> str:
    assert isinstance(forms, tuple)
    return ", ".join(form.lstrip("!") for form in forms)
