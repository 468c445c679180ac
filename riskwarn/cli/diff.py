"""``riskwarn diff``: what changed between two exports of a department."""

from __future__ import annotations

from pathlib import Path

import click

from riskwarn.cli.session import Session


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
    found = compare(old, new, session.configuration(), source=source, mapping=rules, sheet=sheet)
    lines = [f"{found.old} → {found.new} ({found.source}; {found.rows[0]} and {found.rows[1]} rows looked at)"]
    lines += [f"{what}: {was} → {now}" for what, (was, now) in found.file.items()]
    lines += [f"column added: {heading}" for heading in found.added]
    lines += [f"column gone: {heading}" for heading in found.removed]
    lines += [f"column renamed: {was} → {now}" for was, now in found.renamed]
    lines += [f"column moved: {heading}" for heading in found.moved]
    for heading, changed in found.words.items():
        parts = [f"{what} {'、'.join(words[:20])}" for what, words in changed.items() if words]
        lines.append(f"words of {heading}: {'; '.join(parts)}")
    lines += [f"dates of {heading}: {_forms(was)} → {_forms(now)}" for heading, (was, now) in found.forms.items()]
    lines += [f"{heading} held {was}, holds {now}" for heading, (was, now) in found.holds.items()]
    lines += [f"{heading}: empty {was:.0%} → {now:.0%}" for heading, (was, now) in found.emptier.items()]
    lines += ["", *(f"- {effect}" for effect in found.effects), found.verdict]
    session.emit(found.as_dict(), lines)


def _forms(forms: object) -> str:
    assert isinstance(forms, tuple)
    return ", ".join(form.lstrip("!") for form in forms)
