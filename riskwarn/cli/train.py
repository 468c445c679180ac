"""``riskwarn train``: fit, evaluate, register."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from riskwarn.cli import options
from riskwarn.cli.notices import target_named
from riskwarn.cli.session import Session, table
from riskwarn.messages import Message

if TYPE_CHECKING:
    from training.models.tuning import Budget


@click.command("train")
@click.option("--target", help="Only this target.")
@click.option("--horizon", type=int, help="Only this horizon, in periods.")
@options.as_of
@click.option(
    "--tune", is_flag=True, help="Search for penalty and trees first, in what was known before the judged origins."
)
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    help="Trials of a search, those of earlier runs among them.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    default=600,
    show_default=True,
    help="After so many seconds a target's search ends.",
)
@click.pass_obj
def command(
    session: Session,
    target: str | None,
    horizon: int | None,
    as_of: date | None,
    tune: bool,
    trials: int,
    seconds: float,
) -> None:
    """Fit, evaluate and register models; the first family of a target is promoted."""
    from training.models.tuning import Budget

    context = click.get_current_context()
    for name in ("trials", "seconds"):
        if not tune and context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise click.UsageError(Message("--{name} is for a search: give --tune as well.", name=name))
    run(session, target, horizon, as_of, renew=False, budget=Budget(trials, seconds) if tune else None)


def run(
    session: Session,
    target: str | None,
    horizon: int | None,
    as_of: date | None,
    *,
    renew: bool,
    budget: Budget | None = None,
) -> None:
    """Train and print what was trained and what was skipped; `renew` replaces champions that can no longer score."""
    from training import train

    home = session.home_with_families()
    trained, skipped = train(
        home,
        target=target,
        horizon=horizon,
        as_of=as_of,
        renew=renew,
        budget=budget,
        progress=session.progress,
    )
    rows = []
    for one in trained:
        # The figures of what scores, as they stand everywhere else.
        own, best = one.evaluation.metrics[one.kind], one.evaluation.best_baseline
        rows.append(
            {
                "version": one.version,
                "champion": one.champion,
                "scores": one.kind,
                "log_loss": own["log_loss"],
                "best_baseline": f"{best} {one.evaluation.metrics[best]['log_loss']:.4g}",
                "average_precision": own["average_precision"],
                "capture_5": own["capture_5"],
            }
        )
    reasons = [Message("{version}: {reason}", version=one.version, reason=one.reason) for one in trained]
    notes = [
        Message("note: {note}", note=note) for note in dict.fromkeys(note for one in trained for note in one.notes)
    ]
    following = [
        "Next: riskwarn score publishes the champions; riskwarn models lists all versions, riskwarn promote VERSION makes another champion."
    ]
    session.emit([one.as_dict() for one in trained], [*table(rows), *reasons, *notes, *following])
    for other in skipped:
        session.tell(
            "skipped {target}, horizon {horizon}: {reason}",
            target=target_named(session.configuration(), other.target), horizon=other.horizon, reason=other.reason,
        )  # fmt: skip
