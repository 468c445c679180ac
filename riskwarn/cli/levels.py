"""``riskwarn levels``: what each attention level would have caught, and what it would have cost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from riskwarn.cli.notices import target_named
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table, interval
from riskwarn.messages import Message, Named
from riskwarn.words import Level

COLUMNS = ("level", "top", "times", "grids", "events", "caught", "capture", "precision")


@click.command("levels")
@click.option("--target", help="Only this target.")
@click.option("--horizon", type=int, help="Only this horizon, in periods.")
@click.option(
    "--backtest", "predictions", type=click.Path(path_type=Path),
    help="Judge the rules by the predictions of a back-test instead of by those of the champions.",
)  # fmt: skip
@click.pass_obj
def command(session: Session, target: str | None, horizon: int | None, predictions: Path | None) -> None:
    """Show what the levels of riskwarn.yaml would have caught in the back-test of each champion, and how many grids they list.

    Change levels: in riskwarn.yaml and ask again; nothing is published before riskwarn score.
    """
    from riskwarn.disclosure import levels_shown
    from serving.scoring.backtested import rankings_of
    from serving.scoring.caught import champion_levels, levels_caught
    from training import champions

    home = session.home_with_families()
    targets = home.configuration.chosen_targets(target)
    horizons = home.configuration.chosen_horizons(horizon)
    found: list[dict[str, Any]] = []
    if predictions is not None:
        name, periods, made = rankings_of(predictions)
        told = levels_shown(levels_caught(home.configuration.levels, made))
        found.append({"target": name, "horizon": periods, "version": None, "levels": told})
    else:
        for one in champions(home):
            if one.target in targets and one.horizon in horizons:
                told_of = {"target": one.target, "horizon": one.horizon, "version": one.version}
                kept = champion_levels(home, one)
                found.append({**told_of, "levels": None if kept is None else levels_shown(kept)})
    lines: list[str | Table] = [
        line for one in found for line in _lines(one, target_named(home.configuration, one["target"]), session.language)
    ]
    session.emit(found, lines or ["No model has been promoted: run riskwarn train first."])


def _lines(one: Mapping[str, Any], target: Named, language: str) -> list[str | Table]:
    if one["levels"] is None:
        return [
            Message(
                "{version} was trained by a riskwarn that kept no rankings: riskwarn retrain makes a version that has them, and "
                "riskwarn levels --backtest FILE judges by a back-test.",
                version=one["version"],
            )
        ]
    lines: list[str | Table] = [
        Message("{target}, {horizon} periods ({version}):", target=target, horizon=one["horizon"], version=one["version"] or "-")
    ]  # fmt: skip
    lines += table([_row(level, language) for level in one["levels"]], COLUMNS)
    lines += [
        Message(
            "{level}: of 100 such grids {hit} had an event; {outside:.0f} in 10 events happened in others.",
            level=_name(level["level"], language), hit=level["of_100_listed"], outside=10 * level["outside"],
        )
        for level in one["levels"]
        if level["of_100_listed"] is not None and level["outside"] is not None
    ]  # fmt: skip
    return lines


def _name(level: str, language: str) -> str:
    """A level as people say it."""
    return Level(level).zh if language == "zh" else level


def _row(level: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        **level,
        "level": _name(level["level"], language),
        **{name: interval(level[name]) for name in ("capture", "precision")},
    }
