"""``riskwarn demo``: the whole chain on a simulated city."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.demo_weeks import BEYOND, WEEKS, Clock, Future, Office, noticed, subscribed, unsubscribed
from riskwarn.cli.notices import DEMO_COLUMNS, NONE_STATED, counted, level_named, outcome_named, shown, target_named
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table
from riskwarn.messages import Message

if TYPE_CHECKING:
    import pandas as pd

    from riskwarn.configuration import Configuration
    from riskwarn.home import Home
    from serving.publishing.publish import Published
    from training import Backtest, Trained

FOLDER = Path("riskwarn-demo")
OWNED = "made-by-riskwarn-demo"

#: The file of the key under which the secret of the receiver is sealed, beside the home.
KEY = "secrets.key"

TOP_COLUMNS = ("rank", "code", "name", "score", "expected_count", "level")
_JUDGED = ("log_loss", "average_precision", "capture_5", "poisson_deviance", "calibration")


@dataclass(frozen=True)
class Teller:
    """Says how far it is."""

    session: Session
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.started

    def say(self, template: str, **fields: object) -> None:
        """Say something, and after how many seconds."""
        self.session.tell("{seconds:6.1f} s  {text}", seconds=self.seconds, text=Message(template, **fields))


@click.command("demo")
@click.option("--no-serve", is_flag=True, help="Stop after publishing.")
@click.option("--grids", type=click.IntRange(10, 5000), default=400, show_default=True)
@click.option("--weeks", type=click.IntRange(80, 520), default=156, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.pass_obj
def command(session: Session, no_serve: bool, grids: int, weeks: int, seed: int, port: int) -> None:
    """Simulate a city, load, train, back-test, score and serve it, in ./riskwarn-demo (made anew each time).

    Its last 12 weeks are published one after the other; their notices are delivered to a receiver on this machine, answered and closed.
    The city ends with last week: in the same week the same seed gives the same.
    """
    from riskwarn.cli.demo_receiver import Receiver
    from riskwarn.disclosure import week_of
    from serving.api.server import serve
    from serving.snapshots.frames import scores_frame

    if click.get_current_context().find_root().params.get("home"):
        raise click.UsageError(
            Message("the demo makes its home in ./riskwarn-demo, anew each time: it takes no --home")
        )
    folder, teller, until = _made_anew(FOLDER.resolve()), Teller(session), datetime.now(UTC)
    heard: list[Mapping[str, Any]] = []
    now = Clock(until)
    with Receiver(now, heard.append) as receiver:
        home = _home(folder / "home", seed, session, receiver.port)
        zone = home.configuration.calendar.timezone
        monday = week_of(until.astimezone(zone).date())
        mondays = [monday - timedelta(weeks=back) for back in range(WEEKS)][::-1]
        future = _loaded(home, folder / "exports", grids, weeks, seed, monday, teller)
        trained, judged = _trained(home, mondays[0], teller)
        best = trained[min(1, len(trained) - 1)]
        now.now = datetime.combine(mondays[0], clock(), zone)
        told_to = subscribed(home, receiver, session.said("Demonstration"), now.now)
        weekly = Office(home, future, now, until).live(
            mondays, lambda one: _say_week(teller, one, heard), session.progress
        )
        published = weekly.published[-1]
        compared = [
            {"model": who, **{name: figures[name] for name in _JUDGED}}
            for who, figures in judged.evaluation.metrics.items()
        ]
        top = _highest(scores_frame(home, published.snapshot), best.target, best.horizon)
        notices = noticed(home)
        messages = {"received": len(receiver.seen), "again": receiver.again, "refused": receiver.refused}
        result = {
            **published.as_dict(),
            "home": str(home.path),
            "address": f"http://127.0.0.1:{port}/",
            "top": top,
            "backtest": judged.as_dict(),
            "weeks": [one.as_dict() for one in weekly.published],
            "done": weekly.done,
            "messages": messages,
            "notices": notices,
            "seconds": round(teller.seconds, 1),
        }
        lines: list[str | Table] = [
            *table(compared),
            "",
            Message(
                "The ten highest grids ({target}, next {horizon} weeks):",
                target=target_named(home.configuration, best.target),
                horizon=best.horizon,
            ),
            *table(shown(home.configuration, top), TOP_COLUMNS),
            "",
            *_notice_lines(home.configuration, notices, messages),
            "",
            Message("home: {path}", path=home.path),
        ]
        if no_serve:
            unsubscribed(home, told_to, now=until)
            later = "To serve it: riskwarn --home {home} serve, then open {address}"
            lines.append(Message(later, home=quote(str(home.path)), address=result["address"]))
        else:
            lines.append(Message("page: {address}", address=result["address"]))
        session.emit(json.loads(json.dumps(result, default=str)), lines)
        if not no_serve:
            now.runs = True
            try:
                serve(home, port=port, ready=partial(_say_where, session, result["address"]))
            finally:
                unsubscribed(home, told_to, now=datetime.now(UTC))


def _say_where(session: Session, address: str, token: str) -> None:
    """The last line: nobody of this city exists, so that the link stands wherever the demonstration is told."""
    from serving.api.server import link_with

    session.tell("open: {link}", link=link_with(address, token))


def _made_anew(folder: Path) -> Path:
    """The folder, empty. Raises HomeNotEmpty where another made it."""
    from riskwarn.errors import HomeNotEmpty

    if folder.exists() and not (folder / OWNED).exists():
        raise HomeNotEmpty(path=folder, example=Message("not made by this command"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / OWNED).touch()
    return folder


def _home(path: Path, seed: int, session: Session, port: int) -> Home:
    """A new home that may deliver to one port of this machine, and whose secrets have a key.

    Its own key follows from the seed: with one that is drawn records have another order in each run, and trees split elsewhere. What it
    hides is of people who do not exist.
    """
    from riskwarn.home import CONFIGURATION, ID_KEY, make_home, open_home

    path.mkdir(mode=0o700)
    (path / ID_KEY).write_text(hashlib.sha256(f"riskwarn demo {seed}".encode()).hexdigest() + "\n", encoding="ascii")
    (path / ID_KEY).chmod(0o600)
    settings = replace(session.settings, secrets_key=str(path.parent / KEY))
    make_home(path, settings)
    with (path / CONFIGURATION).open("a", encoding="utf-8") as file:
        file.write(f"delivery:\n  loopback_port: {port}   # of the receiver that the demonstration starts\n")
    return open_home(path, settings)


def _loaded(home: Home, exports: Path, grids: int, weeks: int, seed: int, monday: date, teller: Teller) -> Future:
    """Simulate a city up to a Monday and beyond, and load what its offices have on that day; gives what comes after."""
    from riskwarn.ingest import ingest
    from riskwarn.simulate import simulate_city, write_exports

    show = teller.session.progress
    city = simulate_city(grids, weeks + BEYOND, seed, progress=show, end=monday + timedelta(weeks=BEYOND))
    written = write_exports(city, exports, monday)
    teller.say(
        "simulated {grids} grids over {weeks} weeks (seed {seed}): {folder}",
        grids=grids, weeks=weeks, seed=seed, folder=exports,
    )  # fmt: skip
    for export in written:
        account = ingest(
            home,
            export.source,
            [exports / export.file],
            exported_at=datetime.combine(export.exported_at, clock(), home.configuration.calendar.timezone),
            now=datetime.now(UTC),
            progress=show,
        )
        teller.say(
            "{source}: read {read}, accepted {accepted}, duplicates {duplicates}, corrected {corrected}, quarantined {quarantined}",
            source=export.source, read=account.read, accepted=account.accepted, duplicates=account.duplicates,
            corrected=account.corrected, quarantined=account.quarantined,
        )  # fmt: skip
    return Future(city)


def _trained(home: Home, as_of: date, teller: Teller) -> tuple[list[Trained], Backtest]:
    """Train and back-test with what was known before the weeks that are published: their forecasts know nothing of what came."""
    from features import read_city
    from training import backtest, train

    say, show = teller.say, teller.session.progress
    city = read_city(home, as_of, now=datetime.now(UTC))
    trained, skipped = train(home, city=city, progress=show)
    for one in trained:
        say("{version} scores with {kind}: {reason}", version=one.version, kind=one.kind, reason=one.reason)
    for other in skipped:
        skipped_one = "skipped {target}, horizon {horizon}: {reason}"
        say(
            skipped_one,
            target=target_named(home.configuration, other.target),
            horizon=other.horizon,
            reason=other.reason,
        )
    best = trained[min(1, len(trained) - 1)]
    judged = backtest(home, target=best.target, horizon=best.horizon, city=city, progress=show)
    say(
        "back-test of {target}, horizon {horizon}: {origins} origins, {events} events",
        target=target_named(home.configuration, best.target), horizon=best.horizon, origins=len(judged.origins), events=judged.evaluation.n_events,
    )  # fmt: skip
    return trained, judged


def _say_week(teller: Teller, published: Published, heard: list[Mapping[str, Any]]) -> None:
    """What was published in a week, and what the receiver heard of it."""
    kinds = Counter(event["type"].removeprefix("alert.") for event in heard)
    heard.clear()
    teller.say(
        "{as_of}: {alerts} notices; received and verified: {raised} raised, {updated} updated, {cancelled} cancelled",
        as_of=published.as_of, alerts=published.alerts, raised=kinds["raised"], updated=kinds["updated"], cancelled=kinds["cancelled"],
    )  # fmt: skip


def _notice_lines(
    configuration: Configuration, notices: Mapping[str, Any], messages: Mapping[str, int]
) -> list[str | Table]:
    """Some notices of each standing, the load of teams, and what levels promised and kept."""
    return [
        Message(
            "{notices} notices in {weeks} weeks, {received} messages delivered to the receiver; the newest of each standing:",
            notices=notices["raised"], weeks=WEEKS, received=messages["received"],
        ),
        *table(shown(configuration, notices["shown"]), DEMO_COLUMNS),
        Message(
            "budget: {used} of the {of} notices that all teams may be sent in these weeks, exceeded {exceeded} times",
            **notices["budget"],
        ),
        Message("what was found: {counts}", counts=counted(notices["outcomes"], outcome_named)),
        *_precision(configuration, notices["levels"]),
    ]  # fmt: skip


def _precision(configuration: Configuration, levels: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is promised of each level; of few nothing is."""
    told: list[str] = [
        Message(
            "stated precision of {target}, {level}: {precision:.0%} ({lower:.0%} to {upper:.0%}, {grids} grids)",
            **{**one, "level": level_named(one["level"]), "target": target_named(configuration, one["target"])},
        )
        for one in levels
        if one["precision"] is not None
    ]  # fmt: skip
    return told or [NONE_STATED]


def _highest(rows: pd.DataFrame, target: str, horizon: int) -> list[dict[str, object]]:
    rows = rows[(rows["unit"] == "grid") & (rows["target"] == target) & (rows["horizon"] == horizon)]
    columns = list(TOP_COLUMNS)
    found: list[dict[str, object]] = rows.nsmallest(10, "rank")[columns].to_dict("records")  # type: ignore[assignment]
    return found
