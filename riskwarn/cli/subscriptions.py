"""``riskwarn subscriptions``: who is told of notices, and how."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from riskwarn.cli.session import Session, table
from riskwarn.cli.tables import local_time
from riskwarn.messages import Message

COLUMNS = (
    "id",
    "name",
    "channel",
    "address",
    "target",
    "min_level",
    "team_id",
    "area",
    "status",
    "waiting",
    "dead",
    "stopped",
)
CHANNELS = ("webhook", "mail", "dingtalk", "wecom", "feishu")

#: As who the command line acts, in the audit.
ORIGIN = "local"


@click.group("subscriptions")
def command() -> None:
    """Say who is told of notices: programs by webhooks, offices by robots of their chats or by mail."""


@command.command("create")
@click.argument("name")
@click.option("--channel", type=click.Choice(CHANNELS), default="webhook", show_default=True, help="How.")
@click.option("--address", default="", help="Of a webhook, or of a mailbox.")
@click.option("--target", help="Only notices of this target (all).")
@click.option("--min-level", type=click.Choice(("red", "orange", "yellow", "blue")), help="Only this level and higher.")
@click.option("--area", "area", multiple=True, metavar="CODE", help="Only of this unit; several (the whole city).")
@click.option("--team", help="Only notices to this team.")
@click.option("--language", type=click.Choice(("zh", "en")), default="zh", show_default=True, help="Of texts.")
@click.option(
    "--status",
    type=click.Choice(("Actual", "Exercise", "Test")),
    default="Actual",
    show_default=True,
    help="What it receives: what is not Actual goes to nobody who asks for that.",
)
@click.pass_obj
def create(
    session: Session,
    name: str,
    channel: str,
    address: str,
    target: str | None,
    min_level: str | None,
    area: Sequence[str],
    team: str | None,
    language: str,
    status: Any,
) -> None:
    """Tell a receiver, called NAME, of notices. The secret of a webhook is printed this once; the token of a robot is asked for, or read from stdin."""
    from serving.access.areas import areas_named
    from serving.access.caller import LOCAL
    from serving.alerts.teams import there_is
    from serving.delivery.subscriptions import Asked, create
    from serving.snapshots.units import units_today

    home = session.home()
    token = _token(session) if channel in CHANNELS[2:] else ""
    asked = Asked(
        name, channel, address, token, language, target, min_level, team, areas_named(area, units_today(home) if area else {}), status
    )  # fmt: skip
    made = create(home, asked, LOCAL, ORIGIN, lambda _area: True, now=datetime.now(UTC), answers=there_is(home))
    session.emit(made, [Message("{id}: {name} is told of notices", id=made["id"], name=name), *_secret(made)])


def _token(session: Session) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(session.said("Token"), hide_input=True, err=True))
    return sys.stdin.readline().strip()


def _secret(made: dict[str, Any]) -> list[str]:
    if made["secret"] is None:
        return []
    return [made["secret"], Message("Keep the secret now: what it signs is told by it, and it cannot be told again.")]


@command.command("list")
@click.pass_obj
def list_subscriptions(session: Session) -> None:
    """List who is told, how many messages wait for each, and how many were given up."""
    from serving.access.caller import LOCAL
    from serving.delivery.subscriptions import listed

    rows = listed(session.home(), LOCAL)
    shown = [{**row, "area": Message("whole city") if row["area"] is None else " ".join(row["area"])} for row in rows]
    following = [] if rows else ["Nobody is told of notices: riskwarn subscriptions create adds somebody."]
    session.emit(rows, [*table(shown, COLUMNS), *following], paged=True)


@command.command("remove")
@click.argument("subscription")
@click.pass_obj
def remove_subscription(session: Session, subscription: str) -> None:
    """Tell the receiver of the id SUBSCRIPTION nothing any more; what is on its way is dropped."""
    from serving.access.caller import LOCAL
    from serving.delivery.subscriptions import remove

    done = remove(session.home(), subscription, LOCAL, ORIGIN, now=datetime.now(UTC))
    session.emit(done, [Message("{name}: removed", name=subscription)])


@command.command("test")
@click.argument("subscription")
@click.pass_obj
def test_subscription(session: Session, subscription: str) -> None:
    """Send a test, which no program takes for a notice, to the receiver of the id SUBSCRIPTION."""
    from riskwarn.errors import DeliveryFailed
    from serving.access.caller import LOCAL
    from serving.delivery.trying import try_out

    done = try_out(session.home(), subscription, LOCAL)
    if not done["delivered"]:
        raise DeliveryFailed(id=subscription, problem=done["problem"])
    session.emit(done, [Message("{id}: the test arrived", id=subscription)])


@command.command("rotate")
@click.argument("subscription")
@click.pass_obj
def rotate_secret(session: Session, subscription: str) -> None:
    """Give the webhook of the id SUBSCRIPTION another secret; for a day messages bear the signatures of those before, too."""
    from serving.access.caller import LOCAL
    from serving.delivery.subscriptions import rotate

    home = session.home()
    done = rotate(home, subscription, LOCAL, ORIGIN, now=datetime.now(UTC))
    ends = local_time(done["before_until"], home.configuration.calendar.timezone)
    session.emit(done, [*_secret(done), Message("Those before sign beside it until {ends}.", ends=ends)])


@command.command("replay")
@click.argument("subscription")
@click.pass_obj
def replay_dead(session: Session, subscription: str) -> None:
    """Try again what was given up for the receiver of the id SUBSCRIPTION, and go on where it was stopped."""
    from serving.access.caller import LOCAL
    from serving.delivery.deliveries import replay

    number = replay(session.home(), subscription, LOCAL, ORIGIN, now=datetime.now(UTC))
    session.emit(
        {"id": subscription, "replayed": number}, [Message("{number} messages are tried again", number=number)]
    )
