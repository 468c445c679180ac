"""``riskwarn score``: publish a snapshot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from riskwarn.cli import options
from riskwarn.cli.notices import NOTHING_RAISED, target_named
from riskwarn.cli.session import Session
from riskwarn.messages import Listed, Message

if TYPE_CHECKING:
    from riskwarn.configuration import Configuration
    from riskwarn.home import Home
    from serving.publishing.publish import Published


@click.command("score")
@options.as_of
@click.pass_obj
def command(session: Session, as_of: date | None) -> None:
    """Score the city with its champions, publish the snapshot and raise alerts."""
    from serving.publishing.publish import publish

    home = session.home_with_families()
    done = publish(home, as_of, now=datetime.now(UTC), progress=session.progress)
    session.emit(
        done.as_dict(),
        [*published(done, session.configuration()), *(["Next: riskwarn serve."] if done.current else [])],
    )
    say_what_is_missing(session, home)


def published(done: Published, configuration: Configuration) -> list[str]:
    """What was published."""
    lines: list[str] = [
        Message(
            "snapshot {snapshot}: {grids} grids as of {as_of}, {alerts} new alerts, {seconds:.1f} s",
            snapshot=done.snapshot, grids=done.grids, as_of=done.as_of, alerts=done.alerts, seconds=done.seconds,
        ),
        Message("models: {models}", models=Listed(done.models)),
    ]  # fmt: skip
    if done.stays is not None:
        current, as_of = done.stays
        lines.append(
            Message(
                "stored, not current: {current} as of {as_of} stays current; it raises no alerts",
                current=current, as_of=as_of,
            )
        )  # fmt: skip
    lines += [
        Message(
            "snapshot {snapshot} is damaged: this one is compared with an earlier one, or none "
            "(riskwarn snapshots replay {snapshot} --repair puts it back)",
            snapshot=one,
        )
        for one in done.damaged
    ]
    if done.suspended:
        lines.append(
            Message(
                "left out, for they are suspended: {targets} (riskwarn resume)",
                targets=Listed(target_named(configuration, one) for one in done.suspended),
            )
        )
    if done.gaps:
        lines.append(
            Message(
                "data gaps: {sources}; levels that rest on them are unknown (riskwarn health)",
                sources=Listed(done.gaps),
            )
        )
    return lines


def say_what_is_missing(session: Session, home: Home) -> None:
    """Say that no rule raises a notice, and name the targets whose champions were not trained together."""
    from training import champions, of_several_families

    if home.configuration.alerts.raise_nothing:
        session.tell(NOTHING_RAISED)
    for target, versions in of_several_families(champions(home)).items():
        session.tell(
            "the champions of {target} ({versions}) were not trained together, so that their horizons need not agree; "
            "riskwarn promote and riskwarn rollback take a whole family",
            target=target_named(session.configuration(), target), versions=Listed(versions),
        )  # fmt: skip
