"""``riskwarn models``: the registered versions, who is champion, and how they did."""

from __future__ import annotations

import click

from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import local_time
from riskwarn.messages import Message

FIGURES = ("log_loss", "average_precision", "capture_5", "calibration")
COLUMNS = ("version", "alias", "kind", *FIGURES, "best_baseline", "as_of", "trained_at")


@click.command("models")
@click.option("--target", help="Only this target.")
@click.option("--horizon", type=int, help="Only this horizon, in periods.")
@click.pass_obj
def command(session: Session, target: str | None, horizon: int | None) -> None:
    """List the registered versions with their figures: which scores (champion) and which wants to (challenger)."""
    from training import finish_begun, versions
    from training.routines.auditing import recommendations

    home = session.home_with_families()
    if target is not None:
        home.configuration.chosen_targets(target)
    if horizon is not None:
        home.configuration.chosen_horizons(horizon)
    finish_begun(home)
    found = [one for one in versions(home) if target in (None, one.target) and horizon in (None, one.horizon)]
    zone = home.configuration.calendar.timezone
    rows = [
        {
            **one.as_dict(),
            **{name: one.metrics.get(name) for name in FIGURES},
            "alias": Message(one.alias) if one.alias else None,
            "trained_at": local_time(one.trained_at, zone),
        }
        for one in found
    ]
    following = (
        ["Next: riskwarn promote VERSION makes another one champion; riskwarn score publishes the champions."]
        if found
        else ["No model is registered yet: run riskwarn train."]
    )
    moved = recommendations(home, found)
    session.emit([one.as_dict() for one in found], [*table(rows, COLUMNS), *moved, *following], paged=True)
