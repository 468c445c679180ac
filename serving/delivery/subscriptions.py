"""Who is told of notices: made, listed, given another secret and removed, each with its row of the audit in the same transaction.

A subscription sees no more than who made it, and ends with what that one may do. A secret is told once, when it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, func, insert, select, update

from riskwarn import secrets
from riskwarn.audit import Action, Entry, recorded
from riskwarn.audit import Caller as Actor
from riskwarn.contracts.because import check_because
from riskwarn.errors import ReceiverRefused, SubscriptionInvalid, SubscriptionsTooMany, UnknownSubscription
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from serving.access.areas import WHOLE_CITY, Area, area_of
from serving.access.caller import LOCAL, Caller
from serving.access.tokens import new_id
from serving.delivery.addresses import Allowed, plain
from serving.delivery.messages import Status
from serving.delivery.owners import owner_of
from serving.delivery.robots import ROBOTS, is_token
from serving.delivery.tables import DELIVERIES, SUBSCRIPTIONS
from serving.delivery.webhooks import is_address, new_secret

WEBHOOK, MAIL = "webhook", "mail"
CHANNELS = (WEBHOOK, MAIL, *ROBOTS)

#: Subscriptions of one owner, beside the owner of the home.
MOST = 20

#: Hours for which a secret of before signs beside a new one.
OVERLAP_HOURS = 24

#: So many secrets of before sign beside a new one at most.
_BESIDE = 2

#: Characters of a name.
LONGEST_NAME = 64


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Parameters
    ----------
    address : of a webhook, or of mail.
    token : what opens a robot, `token` or `token secret` where it is signed.
    """

    name: str
    channel: str = WEBHOOK
    address: str = ""
    token: str = field(default="", repr=False)
    language: str = "zh"
    target: str | None = None
    min_level: str | None = None
    team_id: str | None = None
    area: Area = WHOLE_CITY
    status: Status = "Actual"


@dataclass(frozen=True)
class Subscription:
    """A row."""

    id: str
    name: str
    channel: str
    address: str
    language: str
    target: str | None
    min_level: str | None
    team_id: str | None
    area: list[list[str]]
    status: str
    owner: str
    created_at: datetime
    before_until: datetime | None
    stopped_at: datetime | None
    stopped: str | None

    @property
    def within(self) -> Area:
        """What it was asked for."""
        return area_of(self.area)

    @property
    def secret(self) -> str:
        """The name under which is sealed what it needs."""
        return f"webhook.{self.id}"

    def as_dict(self) -> dict[str, Any]:
        """The shape that is listed."""
        told = {name: value for name, value in vars(self).items() if name not in ("area", "before_until", "owner")}
        told["area"] = area_of(self.area).codes()
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}


def create(
    home: Home, asked: Asked, caller: Caller, origin: str, covers: Callable[[Area], bool], *, now: datetime,
    answers: Callable[[str], bool] = lambda _team: True,
) -> dict[str, Any]:  # fmt: skip
    """Make a subscription; `{…, secret}` tells that of a webhook this once. `answers` says whether there is a team.

    Raises SubscriptionInvalid, ReceiverRefused, SubscriptionsTooMany; RefusedWord, PersonalText, ReasonTooLong (`name`); and what keeping
    a secret raises (SecretKeyUnfit where no key file is named).
    """
    check_because(asked.name, "name")
    if not asked.name.strip() or len(asked.name) > LONGEST_NAME:
        raise _invalid("name", Message("it has 1 to {most} characters", most=LONGEST_NAME))
    if asked.target is not None and asked.target not in home.configuration.targets:
        raise _invalid(
            "target", Message("there is no such target; there are {known}", known=Listed(home.configuration.targets))
        )
    if asked.team_id is not None and not answers(asked.team_id):
        raise _invalid("team_id", Message("there is no team {team!r}", team=asked.team_id[:64]))
    if not covers(asked.area):
        raise _invalid("area", Message("it goes beyond what you see"))
    sealed, shown = _receiver(home, asked)
    owner = owner_of(caller)
    made = Subscription(
        new_id("sb"), asked.name.strip(), asked.channel, shown, asked.language, asked.target, asked.min_level, asked.team_id,
        asked.area.as_list(), asked.status, owner, now, None, None, None,
    )  # fmt: skip
    actor = Actor(owner, origin, caller.purpose.value if caller.purpose is not None else "")
    with recorded(home) as change:
        connection = change.connection
        own = select(func.count()).select_from(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.owner == owner)
        if owner != LOCAL.id and connection.execute(own).scalar_one() >= MOST:
            raise SubscriptionsTooMany(most=MOST)
        connection.execute(insert(SUBSCRIPTIONS).values(**vars(made)))
        _, kept = secrets.put(home, connection, made.secret, sealed, now=now, caller=actor)
        change.append(Entry(Action.SUBSCRIPTION_CREATED, made.id, actor), kept, at=now)
    return {**made.as_dict(), "secret": sealed if asked.channel == WEBHOOK else None}


def _receiver(home: Home, asked: Asked) -> tuple[str, str]:
    """(What is sealed, what may be shown of where it goes)."""
    declared = home.configuration.delivery
    if asked.channel == WEBHOOK:
        if not is_address(asked.address):
            raise _invalid("address", Message("it takes an address such as https://receiver.example.gov.cn/notices"))
        host = urlsplit(asked.address).hostname or ""
        parts, allowed = urlsplit(asked.address), Allowed.of(declared)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        named = plain(host) is not None or host == "localhost"
        if named and not allowed.takes("127.0.0.1" if host == "localhost" else host, port, host):
            raise ReceiverRefused(host=host)
        if not named and not allowed.networks and host not in allowed.hosts:
            raise ReceiverRefused(host=host)
        return new_secret(), asked.address
    if asked.channel == MAIL:
        if declared.mail is None:
            raise _invalid("channel", Message("delivery: {channel} is not set in riskwarn.yaml", channel=MAIL))
        if not declared.mail.takes(asked.address):
            raise _invalid("address", Message("mail goes to a mailbox of the domains under delivery: mail alone"))
        return asked.address, "…@" + asked.address.rpartition("@")[2]
    if asked.channel not in ROBOTS:
        raise _invalid("channel", Message("it must be one of {known}", known=Listed(CHANNELS)))
    robot = declared.robots().get(asked.channel)
    if robot is None:
        raise _invalid("channel", Message("delivery: {channel} is not set in riskwarn.yaml", channel=asked.channel))
    if not is_token(asked.token):
        raise _invalid("token", Message("it takes the robot's token, and behind a blank its secret where it is signed"))
    return asked.token, robot


def listed(home: Home, caller: Caller, limit: int | None = None) -> list[dict[str, Any]]:
    """One's own subscriptions, the newest first, with how many messages wait and how many are given up; the owner of the home sees all."""
    rows = select(SUBSCRIPTIONS).order_by(SUBSCRIPTIONS.c.created_at.desc(), SUBSCRIPTIONS.c.id).limit(limit)
    if caller is not LOCAL:
        rows = rows.where(SUBSCRIPTIONS.c.owner == owner_of(caller))
    counted = select(DELIVERIES.c.subscription, DELIVERIES.c.state, func.count())
    counted = counted.where(DELIVERIES.c.state.in_(("waiting", "dead")))
    with home.database.connect() as connection:
        found = [Subscription(**row) for row in connection.execute(rows).mappings()]
        counts = {
            (one, state): number
            for one, state, number in connection.execute(
                counted.group_by(DELIVERIES.c.subscription, DELIVERIES.c.state)
            )
        }
    return [
        {**one.as_dict(), **{state: counts.get((one.id, state), 0) for state in ("waiting", "dead")}} for one in found
    ]


def named(connection: Connection, caller: Caller, identity: str) -> Subscription:
    """One's own subscription. Raises UnknownSubscription, also where it is another's."""
    row = connection.execute(select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == identity)).mappings().first()
    if row is None or (caller is not LOCAL and row["owner"] != owner_of(caller)):
        raise UnknownSubscription(id=identity[:32])
    return Subscription(**row)


def remove(home: Home, identity: str, caller: Caller, origin: str, *, now: datetime) -> dict[str, Any]:
    """Remove a subscription with what is on its way and its secret. Raises UnknownSubscription."""
    actor = Actor(owner_of(caller), origin)
    with recorded(home) as change:
        one = named(change.connection, caller, identity)
        change.connection.execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == identity))
        change.connection.execute(delete(DELIVERIES).where(DELIVERIES.c.subscription == identity))
        dropped = secrets.drop(change.connection, one.secret, caller=actor)
        change.append(Entry(Action.SUBSCRIPTION_REMOVED, identity, actor), *dropped, at=now)
    return {"id": identity, "removed_at": now.isoformat()}


def rotate(home: Home, identity: str, caller: Caller, origin: str, *, now: datetime) -> dict[str, Any]:
    """Give a webhook another secret; for a day messages bear the signatures of those before, too.

    Raises UnknownSubscription, SubscriptionInvalid (no webhook; two secrets sign beside it already), and what opening and keeping a secret raise.
    """
    actor = Actor(owner_of(caller), origin)
    with home.database.connect() as connection:
        one = named(connection, caller, identity)
    if one.channel != WEBHOOK:
        raise _invalid("channel", Message("only a webhook has a secret of riskwarn's: make the other anew"))
    fresh, until = new_secret(), now + timedelta(hours=OVERLAP_HOURS)
    sign = one.before_until is not None and now < one.before_until
    before = secrets.secret(home, one.secret).get_secret_value().split(" ")[: None if sign else 1]
    if len(before) > _BESIDE:
        raise _invalid("secret", Message("it was changed twice within a day: wait until those of before sign no more"))
    with recorded(home) as change:
        connection = change.connection
        named(connection, caller, identity)
        connection.execute(update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == identity).values(before_until=until))
        _, kept = secrets.put(home, connection, one.secret, " ".join([fresh, *before]), now=now, caller=actor)
        change.append(Entry(Action.SUBSCRIPTION_CHANGED, identity, actor), kept, at=now)
    told = replace(one, before_until=until)
    return {**told.as_dict(), "secret": fresh, "before_until": until.isoformat()}


def _invalid(parameter: str, problem: str) -> SubscriptionInvalid:
    return SubscriptionInvalid(parameter=parameter, problem=problem)
