"""``riskwarn demo``: the whole chain on a simulated city."""

from __future__ import annotations

import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from riskwarn.cli.session import Session, table

FOLDER = Path("riskwarn-demo")
OWNED = "made-by-riskwarn-demo"


@click.command("demo")
@click.option("--no-serve", is_flag=True, help="Stop after publishing.")
@click.option("--grids", type=click.IntRange(10, 5000), default=400, show_default=True)
@click.option("--weeks", type=click.IntRange(80, 520), default=156, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.pass_obj
def command(session: Session, no_serve: bool, grids: int, weeks: int, seed: int, port: int) -> None:
    """Simulate a city, load, train, back-test, score and serve it, in ./riskwarn-demo (made anew each time)."""
    from features import read_city
    from riskwarn.errors import HomeNotEmpty
    from riskwarn.home import make_home
    from riskwarn.ingest import ingest
    from riskwarn.simulate import simulate
    from serving import publish, serve
    from training import backtest, train
    from training.backtest import build_features

    folder = FOLDER.resolve()
    if folder.exists() and not (folder / OWNED).exists():
        raise HomeNotEmpty(path=folder, example="not made by this command")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / OWNED).touch()
    started, show = time.monotonic(), session.progress

    def say(text: str) -> None:
        show.finish()
        click.echo(f"{time.monotonic() - started:6.1f} s  {text}", err=True)

    written = simulate(folder / "exports", grids=grids, weeks=weeks, seed=seed, progress=show)
    say(f"simulated {grids} grids over {weeks} weeks (seed {seed}): {written.directory}")
    home = make_home(folder / "home", session.settings)
    for export in written.exports:
        taken = datetime(
            export.exported_at.year,
            export.exported_at.month,
            export.exported_at.day,
            tzinfo=home.configuration.calendar.timezone,
        )
        account = ingest(
            home,
            export.source,
            [written.directory / export.file],
            exported_at=taken,
            now=datetime.now(UTC),
            progress=show,
        )
        say(
            f"{export.source}: read {account.read}, accepted {account.accepted}, duplicates {account.duplicates}, corrected {account.corrected}, quarantined {account.quarantined}"
        )
    city = read_city(home, now=datetime.now(UTC))
    matrix = build_features(city, show)
    say(f"features: {len(matrix.features)} for {len(matrix.origins)} weeks")
    trained, skipped = train(home, city=city, matrix=matrix, progress=show)
    for one in trained:
        say(f"{one.version} scores with {one.kind}: {one.reason}")
    for other in skipped:
        say(f"skipped {other.target}, horizon {other.horizon}: {other.reason}")
    best = trained[min(1, len(trained) - 1)]
    judged = backtest(home, target=best.target, horizon=best.horizon, city=city, matrix=matrix, progress=show)
    say(
        f"back-test of {best.target}, horizon {best.horizon}: {len(judged.origins)} origins, {judged.evaluation.n_events} events"
    )
    shown = ("log_loss", "average_precision", "capture_5", "poisson_deviance", "calibration")
    compared = table(
        [{"model": who, **{name: told[name] for name in shown}} for who, told in judged.evaluation.metrics.items()]
    )
    published = publish(home, now=datetime.now(UTC), progress=show)
    say(f"snapshot {published.snapshot}, {published.alerts} alerts")
    top = _highest(home.snapshots / published.snapshot / "table.parquet", best.target, best.horizon)
    address = f"http://127.0.0.1:{port}/"
    lines = [*compared, "", f"The ten highest grids ({best.target}, next {best.horizon} weeks):", *table(top), ""]
    lines.append(f"home: {home.path}")
    lines.append(
        f"page: {address}" if not no_serve else f"To serve it: riskwarn --home {home.path} serve, then open {address}"
    )
    result = {
        **published.as_dict(),
        "home": str(home.path),
        "address": address,
        "top": top,
        "backtest": judged.as_dict(),
        "seconds": round(time.monotonic() - started, 1),
    }
    session.emit(json.loads(json.dumps(result, default=str)), lines)
    if not no_serve:
        serve(home, port=port)


def _highest(path: Path, target: str, horizon: int) -> list[dict[str, object]]:
    import pandas as pd

    rows = pd.read_parquet(path)
    rows = rows[(rows["unit"] == "grid") & (rows["target"] == target) & (rows["horizon"] == horizon)]
    columns = ["rank", "code", "name", "score", "expected_count", "level"]
    found: list[dict[str, object]] = rows.nsmallest(10, "rank")[columns].to_dict("records")  # type: ignore[assignment]
    return found
