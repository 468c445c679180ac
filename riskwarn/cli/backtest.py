"""``riskwarn backtest``: forecasts as they would have been made."""

from __future__ import annotations

from datetime import datetime

import click

from riskwarn.cli.session import Session, table

SHOWN = (
    "log_loss",
    "average_precision",
    "capture_1",
    "capture_5",
    "capture_10",
    "poisson_deviance",
    "brier_skill",
    "calibration",
)
DATE = click.DateTime(["%Y-%m-%d"])


@click.command("backtest")
@click.option("--target", help="The target (default: the first declared).")
@click.option("--horizon", type=int, help="The horizon (default: 4 where declared, else the first).")
@click.option("--from", "start", type=DATE, help="First origin.")
@click.option("--to", "end", type=DATE, help="Last origin.")
@click.option("--refit-every", type=click.IntRange(1), default=13, show_default=True, help="Origins between two fits.")
@click.pass_obj
def command(
    session: Session,
    target: str | None,
    horizon: int | None,
    start: datetime | None,
    end: datetime | None,
    refit_every: int,
) -> None:
    """Back-test the model beside every baseline, from rolling origins."""
    from training import backtest

    home = session.home()
    name = home.configuration.chosen_targets(target)[0]
    periods = home.configuration.chosen_horizons(horizon)
    chosen = 4 if horizon is None and 4 in periods else periods[0]
    done = backtest(
        home, target=name, horizon=chosen, start=start.date() if start else None, end=end.date() if end else None,
        refit_every=refit_every, progress=session.progress,
    )  # fmt: skip
    rows = [
        {"model": who, **{metric: told[metric] for metric in SHOWN}} for who, told in done.evaluation.metrics.items()
    ]
    lines = [
        f"{name}, horizon {chosen}: {len(done.origins)} origins {done.origins[0]} … {done.origins[-1]}, {done.evaluation.n_events} events"
    ]
    lines += table(rows)
    for other, gains in done.evaluation.gains.items():
        gain = gains["log_loss"]
        lines.append(f"log loss gain over {other}: {gain['gain']:.4g} [{gain['lower']:.4g}, {gain['upper']:.4g}]")
    session.emit(done.as_dict(), [*lines, f"predictions: {done.predictions}"])
