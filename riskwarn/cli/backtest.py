"""``riskwarn backtest``: forecasts as they would have been made."""

from __future__ import annotations

from datetime import date

import click

from riskwarn.cli.notices import target_named
from riskwarn.cli.options import DAY
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Message

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
#: Audits whose table is shown, with its columns; the others are read in the report.
SOURCES_COLUMNS = ("source", "columns", "gain", "lower", "upper", "log_loss_without")
OBSERVERS_COLUMNS = ("family", "columns", "gain", "lower", "upper", "log_loss_without")


@click.command("backtest")
@click.option("--target", help="The target (default: the first declared).")
@click.option("--horizon", type=int, help="The horizon (default: 4 where declared, else the first).")
@click.option("--from", "start", type=DAY, help="First origin.")
@click.option("--to", "end", type=DAY, help="Last origin.")
@click.option("--refit-every", type=click.IntRange(1), default=13, show_default=True, help="Origins between two fits.")
@click.option(
    "--audit",
    is_flag=True,
    help="Audit it, too: groups, interventions, drift, and what sources and observers are worth.",
)
@click.pass_obj
def command(
    session: Session,
    target: str | None,
    horizon: int | None,
    start: date | None,
    end: date | None,
    refit_every: int,
    audit: bool,
) -> None:
    """Back-test the model beside every baseline, from rolling origins."""
    from training import backtest
    from training.evaluation.comparison import LEAST_EFFECTIVE

    if start and end and start > end:
        raise click.UsageError(Message("--from {start} lies after --to {end}.", start=start, end=end))
    home = session.home_with_families()
    name = home.configuration.chosen_targets(target)[0]
    periods = home.configuration.chosen_horizons(horizon)
    chosen = 4 if horizon is None and 4 in periods else periods[0]
    done = backtest(
        home, target=name, horizon=chosen, start=start, end=end,
        refit_every=refit_every, audit=audit, progress=session.progress,
    )  # fmt: skip
    rows = [
        {"model": who, **{metric: told[metric] for metric in SHOWN}} for who, told in done.evaluation.metrics.items()
    ]
    origins = done.origins
    lines: list[str | Table] = [
        Message(
            "{target}, horizon {horizon}: {count} origins {first} … {last}, {events} events",
            target=target_named(session.configuration(), name), horizon=chosen, count=len(origins), first=origins[0], last=origins[-1],
            events=done.evaluation.n_events,
        ),
        *table(rows),
    ]  # fmt: skip
    for other, gains in done.evaluation.gains.items():
        gain = gains["log_loss"]
        lines.append(
            Message(
                "log loss gain over {other}: {gain:.4g} [{lower:.4g}, {upper:.4g}]",
                other=other, gain=gain.gain, lower=gain.lower, upper=gain.upper,
            )
        )  # fmt: skip
    if not done.evaluation.decisive.enough:
        lines.append(
            Message(
                "not enough evidence to choose by: {effective:.2g} origins whose windows do not overlap, {needed:g} needed",
                effective=done.evaluation.decisive.effective, needed=LEAST_EFFECTIVE,
            )
        )  # fmt: skip
    for one in done.audits:
        if one.name in ("sources", "observers") and one.rows:
            columns = SOURCES_COLUMNS if one.name == "sources" else OBSERVERS_COLUMNS
            lines += ["", *table([dict(row) for row in one.rows], columns)]
    lines += [Message("note: {note}", note=note) for note in done.notes]
    lines.append(Message("predictions: {path}", path=done.predictions))
    session.emit(done.as_dict(), lines)
