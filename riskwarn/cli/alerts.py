"""``riskwarn alerts``: notices, what is done with them, what keeps them few, and what rules would have told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli import options
from riskwarn.cli.notices import (
    COLUMNS,
    HELD_COLUMNS,
    LATE_COLUMNS,
    LEVEL_COLUMNS,
    NONE_STATED,
    NOTHING_RAISED,
    REPLAY_COLUMNS,
    SILENCE_COLUMNS,
    STEP_COLUMNS,
    WEEK_COLUMNS,
    counted,
    figures_of_all,
    level_named,
    outcome_named,
    reason_named,
    shown,
    status_named,
)
from riskwarn.cli.options import some_reason
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table, local_time
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from serving.alerts.origins import Origin

VERBS = ("acknowledge", "start", "assign", "note", "extend", "return", "refer", "co_handle", "contest", "close", "reopen")  # fmt: skip
STATES = ("open", "acknowledged", "in_progress", "closed", "returned", "referred", "expired", "withdrawn")


@click.group("alerts")
def command() -> None:
    """See notices, act on them, silence units, and try the rules on what was published before."""


@command.command("list")
@click.option("--status", type=click.Choice(STATES), help="Only those that stand so.")
@click.option("--level", type=click.Choice(["red", "orange", "yellow", "blue", "unknown"]), help="Only this level.")
@click.option("--target", help="Only this target.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.pass_obj
def list_alerts(session: Session, status: str | None, level: str | None, target: str | None, limit: int) -> None:
    """List notices, the newest first."""
    from serving.alerts.alert import newest_alerts
    from serving.alerts.tables import ALERTS
    from serving.alerts.telling import told_to_the_owner

    home = session.home()
    wanted = {"status": status, "level": level, "target": target}
    where = [ALERTS.c[name] == value for name, value in wanted.items() if value is not None]
    with home.database.connect() as connection:
        alerts = newest_alerts(connection, where, limit)
    found = told_to_the_owner(home, alerts)
    session.emit(found, table(shown(session.configuration(), found), COLUMNS), paged=True)


@command.command("show")
@click.argument("alert")
@click.pass_obj
def show_alert(session: Session, alert: str) -> None:
    """Show ALERT, why it was raised, and how it came to stand as it does."""
    from serving.alerts.alert import alert_named, steps_of
    from serving.alerts.telling import told_to, view_of_the_owner

    home = session.home()
    with home.database.connect() as connection:
        kept = alert_named(connection, alert)
        steps = [{**step, "at": step["at"].isoformat()} for step in steps_of(connection, alert)]
    one = told_to(kept, view_of_the_owner(home, [kept]), home.configuration, full=True)
    said = one["text"][session.language]
    lines: list[str | Table] = [
        *table(shown(session.configuration(), [one]), COLUMNS),
        *(said[part] for part in ("head", "body", "instruction", "link") if said[part]),
        *table(shown(session.configuration(), steps), STEP_COLUMNS),
    ]
    session.emit({**one, "steps": steps}, lines)


@command.command("do")
@click.argument("verb", type=click.Choice(VERBS))
@click.argument("alerts", nargs=-1, required=True)
@click.option("--note", default="", metavar="TEXT", help="Why, or what was seen; kept in the audit, and names nobody.")
@click.option("--service", help="What is done: mediation, visit …")
@click.option("--outcome", help="What was found: real, false, prevented or unknown.")
@click.option("--team", "team_id", metavar="ID", help="The team that assign and co_handle are about.")
@click.option("--version", type=int, help="Only where it is at this version still.")
@click.pass_context
def act_on(
    context: click.Context, verb: str, alerts: tuple[str, ...], note: str, service: str | None, outcome: str | None,
    team_id: str | None, version: int | None,
) -> None:  # fmt: skip
    """Do VERB with ALERTS, each for itself; exit 1 where one of them does not allow it."""
    from serving.alerts.acting import Asked, By, act_on_many
    from serving.alerts.alert import alert_named
    from serving.alerts.life import Verb
    from serving.alerts.telling import told_to_the_owner

    session: Session = context.obj
    home = session.home()
    asked = Asked(Verb(verb), note.strip(), service, outcome, team_id)
    done = act_on_many(home, alerts, asked, By(version=version), now=datetime.now(UTC))
    with home.database.connect() as connection:
        kept = [alert_named(connection, each["id"]) for each in done if "alert" in each]
    changed = told_to_the_owner(home, kept)
    told = {one["id"]: one for one in changed}
    for each in done:
        if "alert" in each:
            each["alert"] = told[each["id"]]
    session.emit(done, table(shown(session.configuration(), changed), COLUMNS) if changed else [])
    for each in done:
        if "problem" in each and not session.as_json:
            click.echo(session.said(each["problem"]), err=True)
    context.exit(0 if len(changed) == len(done) else 1)


@command.command("silence")
@click.argument("unit")
@click.option("--days", type=click.IntRange(1, 91), required=True, help="For so many days.")
@click.option(
    "--because", required=True, metavar="TEXT", callback=some_reason, help="Why; kept in the audit, and names nobody."
)
@click.option("--target", help="Only of this target.")
@click.pass_obj
def add_silence(session: Session, unit: str, days: int, because: str, target: str | None) -> None:
    """Tell nobody of UNIT (its code, or town:CODE) for a while; no notice changes by it."""
    from serving.access.areas import areas_named
    from serving.alerts.silences import silence
    from serving.snapshots.units import units_today

    home, now = session.home(), datetime.now(UTC)
    if target is not None:
        home.configuration.chosen_targets(target)
    ((kind, code),) = areas_named([unit], units_today(home)).units
    made = silence(home, kind, code, target, because, now + timedelta(days=days), now=now)
    session.emit(made.as_dict(), [Message("silent: {code} until {ends}", code=code, ends=local_time(made.ends_at.isoformat(), home.configuration.calendar.timezone))])  # fmt: skip


@command.command("unsilence")
@click.argument("silence")
@click.pass_obj
def end(session: Session, silence: str) -> None:
    """End SILENCE before its time."""
    from serving.alerts.silences import end_silence

    done = end_silence(session.home(), silence, now=datetime.now(UTC))
    session.emit(done.as_dict(), [Message("no longer silent: {code}", code=done.code)])


@command.command("silences")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.pass_obj
def list_silences(session: Session, limit: int) -> None:
    """List silences with their reason and end, the newest first."""
    from serving.alerts.silences import listed_silences

    with session.home().database.connect() as connection:
        found = [one.as_dict() for one in listed_silences(connection, lambda _one: True, limit)]
    session.emit(found, table(shown(session.configuration(), found), SILENCE_COLUMNS), paged=True)


@command.command("held")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.pass_obj
def list_held(session: Session, limit: int) -> None:
    """List what was not told, and why."""
    from serving.alerts.held import held_alerts
    from serving.snapshots.suspensions import suspended

    with session.home().database.connect() as connection:
        gone = suspended(connection)
        found = held_alerts(connection, lambda row: row["target"] not in gone, limit)
    session.emit(found, table(shown(session.configuration(), found), HELD_COLUMNS), paged=True)


@command.command("week")
@options.week
@click.pass_obj
def what_became(session: Session, week: date | None) -> None:
    """Say what became of the notices of a week: where they stand, what was found, and what waits for somebody."""
    from riskwarn.disclosure import week_of
    from serving.alerts.telling import told_to_the_owner
    from serving.alerts.week import Asked, became_of

    home, now = session.home(), datetime.now(UTC)
    zone = home.configuration.calendar.timezone
    day = week or now.astimezone(zone).date()
    with home.database.connect() as connection:
        told = became_of(connection, week_of(day), zone, Asked(now, told=partial(told_to_the_owner, home)))
    session.emit(told, _week_lines(told, session))


def _week_lines(told: dict[str, Any], session: Session) -> list[str | Table]:
    late: list[str | Table] = []
    if told["suspended"]:
        names = Listed(map(session.configuration().target_named, told["suspended"]))
        late = [Message("suspended, and left out: {targets}", targets=names)]
    if told["late"]:
        late += ["These are past a deadline:", *table(shown(session.configuration(), told["late"]), LATE_COLUMNS)]
    if told["notices"] is None:
        few = Message("Week of {week}: nothing is counted where fewer than five work", week=told["week"])
        return [few, *late]
    lines: list[str | Table] = [
        Message(
            "Week of {week}: {notices} notices; {used} of the {of} that all teams may be sent",
            week=told["week"], notices=told["notices"], **told["budget"],
        ),
    ]  # fmt: skip
    if told["levels"]:
        lines.append(Message("levels: {counts}", counts=counted(told["levels"], level_named)))
        lines.append(Message("they stand: {counts}", counts=counted(told["statuses"], status_named)))
    if told["outcomes"]:
        lines.append(Message("what was found: {counts}", counts=counted(told["outcomes"], outcome_named)))
    if told["closed"]:
        closed = counted(told["closed"], outcome_named)
        lines.append(Message("closed in the week, of whichever week: {counts}", counts=closed))
    lines += _held_back(told["held"])
    if told["earlier"]["live"]:
        lines.append(Message("from weeks before: {live} are live, {late} of them late", **told["earlier"]))
    return [*lines, *late]


@command.command("stats")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Rows of units and weeks.")
@click.pass_obj
def figures_of(session: Session, limit: int) -> None:
    """Show how notices went: precision by level, load by unit and week; never of a person."""
    with session.home().database.connect() as connection:
        found = figures_of_all(connection, limit)
    configuration = session.configuration()
    levels, weeks = shown(configuration, found["levels"]), shown(configuration, found["weeks"])
    lines = [*(table(levels, LEVEL_COLUMNS) if levels else [NONE_STATED]), *table(weeks, WEEK_COLUMNS)]
    session.emit(found, lines)


@command.command("tick")
@click.pass_obj
def keep_alerts(session: Session) -> None:
    """Do what is due: follow tickets, remind, escalate, let expire. A server does it by itself; this is for cron."""
    from serving.alerts.keeping import keep
    from serving.alerts.sources import tickets_of
    from serving.alerts.tickets import follow_tickets

    home, now = session.home(), datetime.now(UTC)
    followed = follow_tickets(home, tickets_of(home), now=now)
    done = keep(home, now=now)
    said = Message(
        "{changed} notices followed their tickets; {sent} told, {reminded} reminded, {escalated} went up, {expired} expired, "
        "of {outcomes} it was told what became of them",
        changed=followed.changed, **done.as_dict(),
    )  # fmt: skip
    session.emit({"tickets": followed.as_dict(), **done.as_dict()}, [said, *followed.lines()])


@command.command("tickets")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.week
@options.force
@click.pass_obj
def write_week(session: Session, file: Path, week: date | None, force: bool) -> None:
    """Write the week's notices and those still live into FILE (.csv or .xlsx), as tickets that can be filled in and loaded again."""
    from riskwarn.cli.written import checked_file
    from riskwarn.disclosure import week_of
    from serving.alerts.telling import as_handed_over, view_of_the_owner
    from serving.alerts.tickets import tickets_table, week_of_tickets, write_tickets

    checked_file(file, force)
    home = session.home()
    zone = home.configuration.calendar.timezone
    day = week or datetime.now(zone).date()
    names = {name: one.zh or name for name, one in home.configuration.targets.items()}
    with home.database.connect() as connection:
        alerts = week_of_tickets(connection, week_of(day))
    view = view_of_the_owner(home, alerts)
    write_tickets(file, tickets_table([as_handed_over(one, view) for one in alerts], names, zone))
    session.emit({"file": str(file.resolve()), "tickets": len(alerts)}, [Message("{tickets} tickets: {file}", tickets=len(alerts), file=file)])  # fmt: skip


@command.command("preview")
@click.option("--service", help="Only what is said of this service: mediation, legal_aid, wage_claim … or gap.")
@click.pass_obj
def preview(session: Session, service: str | None) -> None:
    """Show what a notice of each service says, by the texts of riskwarn.yaml; in Chinese with --lang zh.

    The place and the numbers are made up. Edit alerts: texts: in riskwarn.yaml and ask again.
    """
    from serving.alerts.words.sample import samples

    found = samples(session.home().configuration, service)
    lines: list[str] = []
    for one in found:
        said = one["text"][session.language]
        title = Message("== {service}, texts {version}, head of {characters} characters", service=one["service"], version=one["text"]["version"], characters=len(said["head"]))  # fmt: skip
        lines += [title, said["head"], said["body"], said["instruction"], *([said["link"]] if said["link"] else []), ""]
    session.emit(found, lines)


@command.command("simulate")
@click.option(
    "--backtest", "predictions", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Replay the origins of a back-test instead of the kept snapshots.",
)  # fmt: skip
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw notices and their budget by week into this file (.svg or .png).")  # fmt: skip
@click.pass_obj
def simulate(session: Session, predictions: Path | None, plot: Path | None) -> None:
    """Say what the rules of riskwarn.yaml would have told: how much it would have caught and missed, and the load of a team and week.

    Nothing is sent, and nothing changes. Change alerts: in riskwarn.yaml and ask again.
    """
    from serving.alerts.origins import origins_of_backtest
    from serving.alerts.replaying import as_dict, replay
    from serving.alerts.sources import teams_of

    home = session.home_with_families()
    origins = origins_of_backtest(home, predictions) if predictions is not None else _published(session)
    told = as_dict(replay(home.configuration, origins, teams_of(home, origins[0].said.places, origins[-1].said.as_of))) if origins else None  # fmt: skip
    if told is None:
        from riskwarn.errors import NothingToSimulate

        raise NothingToSimulate(problem="no publication is kept")
    if plot is not None:
        from serving.alerts.plotting import plot_weeks

        plot_weeks(plot, told, session.language)
    session.emit(told, _replay_lines(told, session))
    if home.configuration.alerts.raise_nothing:
        session.tell(NOTHING_RAISED)


def _published(session: Session) -> list[Origin]:
    """The kept snapshots, and what came after each."""
    from serving.alerts.origins import origins_of_snapshots
    from serving.publishing.alerting import came_after

    home = session.home()
    return origins_of_snapshots(home, came_after(home, now=datetime.now(UTC), progress=session.progress))


def _replay_lines(told: dict[str, Any], session: Session) -> list[str | Table]:
    load, share = told["load"], told["capture"]
    lines: list[str | Table] = [
        Message(
            "{publications} publications from {start} to {end}: {notices} notices about {grids} grids",
            publications=told["publications"], start=told["from"], end=told["to"], notices=told["notices"], grids=told["grids"],
        ),
        Message(
            "of {events} events {caught} came where a notice told of it, {missed} elsewhere ({share})",
            events=told["events"], caught=told["caught"], missed=told["missed"], share="-" if share is None else f"{share:.0%}",
        ),
        Message("{teams} teams, {mean} notices a team and week on the mean, {most} at most", **load),
        *table(shown(session.configuration(), told["levels"]), REPLAY_COLUMNS),
    ]  # fmt: skip
    return [*lines, *_held_back(told["held"])]


def _held_back(counts: dict[str, int]) -> list[str]:
    return [Message("held back: {reasons}", reasons=counted(counts, reason_named))] if counts else []
