"""``riskwarn demo``: the whole chain on a simulated city."""

from __future__ import annotations

import json
import shutil
import time
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Message

if TYPE_CHECKING:
    import pandas as pd

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
    from serving.api.server import serve
    from serving.publishing.publish import publish
    from serving.snapshots.frames import scores_frame
    from training import backtest, train

    if click.get_current_context().find_root().params.get("home"):
        raise click.UsageError(
            Message("the demo makes its home in ./riskwarn-demo, anew each time: it takes no --home")
        )
    folder = FOLDER.resolve()
    if folder.exists() and not (folder / OWNED).exists():
        raise HomeNotEmpty(path=folder, example=Message("not made by this command"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / OWNED).touch()
    started, show = time.monotonic(), session.progress

    def say(template: str, **fields: object) -> None:
        session.tell("{seconds:6.1f} s  {text}", seconds=time.monotonic() - started, text=Message(template, **fields))

    written = simulate(folder / "exports", grids=grids, weeks=weeks, seed=seed, progress=show)
    say(
        "simulated {grids} grids over {weeks} weeks (seed {seed}): {folder}",
        grids=grids, weeks=weeks, seed=seed, folder=written.directory,
    )  # fmt: skip
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
            "{source}: read {read}, accepted {accepted}, duplicates {duplicates}, corrected {corrected}, quarantined {quarantined}",
            source=export.source, read=account.read, accepted=account.accepted, duplicates=account.duplicates,
            corrected=account.corrected, quarantined=account.quarantined,
        )  # fmt: skip
    city = read_city(home, now=datetime.now(UTC))
    trained, skipped = train(home, city=city, progress=show)
    for one in trained:
        say("{version} scores with {kind}: {reason}", version=one.version, kind=one.kind, reason=one.reason)
    for other in skipped:
        skipped_one = "skipped {target}, horizon {horizon}: {reason}"
        say(skipped_one, target=other.target, horizon=other.horizon, reason=other.reason)
    best = trained[min(1, len(trained) - 1)]
    judged = backtest(home, target=best.target, horizon=best.horizon, city=city, progress=show)
    say(
        "back-test of {target}, horizon {horizon}: {origins} origins, {events} events",
        target=best.target, horizon=best.horizon, origins=len(judged.origins), events=judged.evaluation.n_events,
    )  # fmt: skip
    shown = ("log_loss", "average_precision", "capture_5", "poisson_deviance", "calibration")
    compared = table(
        [{"model": who, **{name: told[name] for name in shown}} for who, told in judged.evaluation.metrics.items()]
    )
    # The city ends in the summer of 2026; what it is warned of is told on the morning of that day.
    morning = datetime.combine(city.as_of, clock(10), city.calendar.timezone)
    published = publish(home, now=min(morning, datetime.now(UTC)), progress=show)
    say("snapshot {snapshot}, {alerts} alerts", snapshot=published.snapshot, alerts=published.alerts)
    top = _highest(scores_frame(home, published.snapshot), best.target, best.horizon)
    address = f"http://127.0.0.1:{port}/"
    lines: list[str | Table] = [
        *compared,
        "",
        Message("The ten highest grids ({target}, next {horizon} weeks):", target=best.target, horizon=best.horizon),
        *table(top),
        "",
        Message("home: {path}", path=home.path),
    ]
    if no_serve:
        later = "To serve it: riskwarn --home {home} serve, then open {address}"
        lines.append(Message(later, home=quote(str(home.path)), address=address))
    else:
        lines.append(Message("page: {address}", address=address))
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


def _highest(rows: pd.DataFrame, target: str, horizon: int) -> list[dict[str, object]]:
    rows = rows[(rows["unit"] == "grid") & (rows["target"] == target) & (rows["horizon"] == horizon)]
    columns = ["rank", "code", "name", "score", "expected_count", "level"]
    found: list[dict[str, object]] = rows.nsmallest(10, "rank")[columns].to_dict("records")  # type: ignore[assignment]
    return found
