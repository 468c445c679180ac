"""``riskwarn whatif``: how a grid would stand if some of its features were other than they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.notices import target_named
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Message
from riskwarn.words import Level

if TYPE_CHECKING:
    from riskwarn.configuration import Configuration
    from serving.publishing.what_if import WhatIf

COLUMNS = ("target", "horizon", "score", "score_after", "rank", "rank_after", "level", "level_after")
REASON_COLUMNS = ("effect", "effect_after", "reason")

#: Reasons that are listed of each target and horizon; --json has all.
MOST_REASONS = 6


@click.command("whatif")
@click.argument("grid")
@click.option(
    "--set", "given", multiple=True, required=True, metavar="FEATURE=VALUE",
    help="A feature (riskwarn features list) and what it is supposed to be; may stand several times.",
)  # fmt: skip
@click.option("--target", help="Only this target.")
@click.option("--horizon", type=int, help="Only this horizon, in periods.")
@click.pass_obj
def command(session: Session, grid: str, given: tuple[str, ...], target: str | None, horizon: int | None) -> None:
    """Show how GRID would score and rank in the current snapshot if some of its features were other than they are; nothing is published.

    What other features tell of the same records is that of a grid with such values. The rest of the city stays as it is.
    """
    from serving.publishing.what_if import what_if

    home = session.home_with_families()
    values = _pairs(given)
    if target is not None:
        home.configuration.chosen_targets(target)
    if horizon is not None:
        home.configuration.chosen_horizons(horizon)
    done = what_if(home, grid, values, target=target, horizon=horizon, now=datetime.now(UTC), progress=session.progress)
    notes = _notes(done)
    session.emit(
        {**done.as_dict(), "notes": notes}, [*_lines(done, home.configuration, session.language), *notes], paged=True
    )


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.UsageError(Message("--set {given!r}: FEATURE=VALUE is wanted.", given=one))
        if name.strip() in found:
            raise click.UsageError(Message("--set: {name} stands twice.", name=name.strip()))
        found[name.strip()] = value.strip()
    return found


def _notes(done: WhatIf) -> list[Message]:
    found = [
        Message(
            "Supposed of this grid alone: what other features tell of the same records is taken from a grid that has such values, and "
            "all other grids stay as they are."
        )
    ]
    if done.suppressed:
        found.append(Message("Its reasons are withheld: it has few residents, or would tell of a neighbour that has."))
    if done.demand:
        found.append(
            Message(
                "What people ask for, and petitions above all, is their right: where it waits, an answer is due sooner; it is nothing "
                "against the place or anybody in it."
            )
        )
    return found


def _lines(done: WhatIf, configuration: Configuration, language: str) -> list[str | Table]:
    lines: list[str | Table] = [
        Message("{name} ({grid}) in snapshot {snapshot}:", name=done.name, grid=done.grid_id, snapshot=done.snapshot)
    ]
    lines += table([_row(one, language) for one in done.scores], COLUMNS)
    for one in done.scores:
        if one["reasons"]:
            lines.append(
                Message(
                    "{target}, {horizon} periods: reasons that change",
                    target=target_named(configuration, one["target"]),
                    horizon=one["horizon"],
                )
            )
            lines += table([_reason(each, language) for each in one["reasons"][:MOST_REASONS]], REASON_COLUMNS)
    return lines


def _row(one: Mapping[str, Any], language: str) -> dict[str, Any]:
    before, after = one["before"], one["after"]
    return {
        "target": one["target"],
        "horizon": one["horizon"],
        "score": before["score"],
        "score_after": after["score"],
        "rank": before["rank"],
        "rank_after": after["rank"],
        "level": _level(before["level"], language),
        "level_after": _level(after["level"], language),
    }


def _level(level: str | None, language: str) -> str | None:
    return Level(level).zh if level is not None and language == "zh" else level


def _reason(one: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What it adds before and after, in the words of after; in those of before where it is no reason any more."""
    before, after = one["before"], one["after"]
    return {
        "effect": None if before is None else before["effect"],
        "effect_after": None if after is None else after["effect"],
        "reason": (after or before)[language],
    }
