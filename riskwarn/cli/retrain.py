"""``riskwarn retrain``: train anew what was trained for something else."""

from __future__ import annotations

from datetime import date

import click

from riskwarn.cli import options
from riskwarn.cli.session import Session


@click.command("retrain")
@click.option("--target", help="Only this target.")
@click.option("--horizon", type=int, help="Only this horizon, in periods.")
@options.as_of
@click.pass_obj
def command(session: Session, target: str | None, horizon: int | None, as_of: date | None) -> None:
    """Train on what is known now; a champion that can no longer score is replaced, others get a challenger."""
    from riskwarn.cli.train import run

    run(session, target, horizon, as_of, renew=True)
