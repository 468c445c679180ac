"""``riskwarn simulate``: a synthetic city."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from riskwarn.cli.options import DAY
from riskwarn.cli.session import Session
from riskwarn.messages import Message


@click.command("simulate")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--grids", type=click.IntRange(10, 5000), default=400, show_default=True)
@click.option("--weeks", type=click.IntRange(30, 520), default=156, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--truth-every",
    type=click.IntRange(1),
    metavar="N",
    help="Know the truth at every N-th week of the last year, too.",
)
@click.option(
    "--futures",
    type=click.IntRange(100),
    default=2000,
    show_default=True,
    help="Futures of which the truth is the mean.",
)
@click.option(
    "--until", type=DAY, metavar="DATE",
    help="The city ends on the Monday of the week of this day (2026-06-29).",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace the simulated city that DIRECTORY holds.")
@click.pass_obj
def command(
    session: Session,
    directory: Path,
    grids: int,
    weeks: int,
    seed: int,
    truth_every: int | None,
    futures: int,
    until: date | None,
    force: bool,
) -> None:
    """Write a synthetic city's exports with known truth into DIRECTORY."""
    from riskwarn.disclosure import week_of
    from riskwarn.simulate import END, simulate

    end = END if until is None else week_of(until)
    written = simulate(
        directory, grids=grids, weeks=weeks, seed=seed, truth_every=truth_every, futures=futures, force=force,
        progress=session.progress, end=end,
    )  # fmt: skip
    lines = [f"{export.source}: {written.directory / export.file}" for export in written.exports]
    truth = Message("truth: {path}", path=written.directory / "truth.parquet")
    session.emit(written.as_dict(), [*lines, truth])
