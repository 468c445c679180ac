"""``riskwarn track-record``: what was forecast, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from riskwarn.cli.notices import target_named
from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import Table, interval
from riskwarn.messages import Message

if TYPE_CHECKING:
    from riskwarn.configuration import Configuration

COLUMNS = ("as_of", "target", "horizon", "events", "expected", "capture_5", "log_loss", "inside", "state", "snapshot")
SUMMARY_COLUMNS = ("forecaster", "log_loss", "gain", "capture_5", "brier", "calibration_level")
NAMED_COLUMNS = ("as_of", "target", "unit", "name", "expected", "observed")

#: Units that are named of each kind, and rows that are listed; --json has all.
MOST_NAMED, MOST_ROWS = 6, 30


@click.command("track-record")
@click.option("--target", help="Only this target.")
@click.option("--horizon", type=int, help="Only this horizon, in periods.")
@click.option(
    "--verify", "verifying", is_flag=True, help="Walk the chain and name the first row that was tampered with."
)
@click.pass_obj
def command(session: Session, target: str | None, horizon: int | None, verifying: bool) -> None:
    """Show how each published forecast went, beside the baselines; nobody can edit it."""
    from serving.track_record.record import track_record
    from serving.track_record.verifying import verify

    home = session.home()
    if verifying:
        found = verify(home)
        said = Message(
            "{snapshots} snapshots and {rows} rows of the record are as they were written.",
            snapshots=found.snapshots, rows=found.rows,
        )  # fmt: skip
        ends = Message(
            "the chains end at {snapshots} and {record}: note them elsewhere, and any later change is found out",
            snapshots=found.snapshots_chain or "-", record=found.record_chain or "-",
        )  # fmt: skip
        session.emit(asdict(found), [said, ends])
        return
    told = track_record(home, target, horizon)
    session.emit(told, _lines(told, home.configuration), paged=True)


def _lines(told: Mapping[str, Any], configuration: Configuration) -> list[str | Table]:
    rows = told["rows"]
    if not rows:
        return [
            Message(
                "No published forecast is over yet ({waiting} are waiting): each is judged by riskwarn score or riskwarn update "
                "once its window has passed and its reports have arrived.",
                waiting=told["waiting"],
            )
        ]
    lines: list[str | Table] = []
    for one in told["summary"]:
        lines.append(
            Message(
                "{target}, {horizon} periods: {counted} of {judged} judged forecasts count, {late} were published late, {events} events",
                target=target_named(configuration, one["target"]), horizon=one["horizon"], counted=one["counted"], judged=one["judged"], late=one["late"],
                events="-" if one["events"] is None else one["events"],
            )
        )  # fmt: skip
        if "grid" in one["levels"]:
            lines += table(_beside(one["levels"]["grid"]), SUMMARY_COLUMNS)
    lines += table([_row(one) for one in rows[:MOST_ROWS]], COLUMNS)
    for name, title in (
        ("misses", Message("the largest misses:")),
        ("false_alarms", Message("the largest false alarms:")),
    ):
        named = [
            {**unit, "unit": Message(unit["unit"]), "as_of": one["as_of"], "target": one["target"]}
            for one in rows
            for unit in one[name]
        ]
        if named:
            lines += [title, *table(named[:MOST_NAMED], NAMED_COLUMNS)]
    if told["waiting"]:
        lines.append(Message("{waiting} published forecasts are not over yet", waiting=told["waiting"]))
    return lines


def _beside(one: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What was published beside each baseline; the gain is that of log loss, with its interval."""
    found: list[dict[str, Any]] = [{"forecaster": Message("as published"), **_means(one["figures"])}]
    for name, figures in one["baselines"].items():
        gain = one["gains"][name]["log_loss"]
        found.append({"forecaster": name, **_means(figures), "gain": interval(gain)})
    return found


def _means(figures: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: None if value is None else value["mean"] for name, value in figures.items()}


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    """A forecast as a row of the table."""
    return {**one, **one["levels"].get("grid", {}), "events": one["events"], "state": _state(one)}


def _state(one: Mapping[str, Any]) -> Message:
    if one["late"]:
        return Message("late")
    return Message("counts") if one["counted"] else Message("replaced")
