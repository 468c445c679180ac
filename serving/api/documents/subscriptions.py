"""Who is told of notices."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from riskwarn.words import Level
from serving.api.documents.fields import Document, forecast, model, place, service

Channel = Literal["webhook", "mail", "dingtalk", "wecom", "feishu"]
Received = Literal["Actual", "Exercise", "Test"]


class Subscription(Document):
    """A receiver of notices."""

    id: str = service("its id")
    name: str = service("what it is called")
    channel: Channel = service("how it is told")
    address: str = service("of a webhook; of the others what may be shown of it")
    language: Literal["zh", "en"] = service("of texts")
    target: str | None = model("only of this target")
    min_level: Level | None = forecast("only of this attention level and higher")
    team_id: str | None = service("only what goes to this team")
    area: list[str] | None = place("only of these units, `kind:code`; null is the whole city")
    status: Received = service("what it receives; what is not Actual goes to nobody who asks for that")
    created_at: datetime = service("when it was made")
    stopped_at: datetime | None = service("since when it is told nothing any more; null where it is told")
    stopped: str | None = service(
        "why: `gone` where the receiver said so, `owner` where who made it may see nothing any more"
    )


class ListedSubscription(Subscription):
    """A receiver of notices, and what is on its way."""

    waiting: int = service("messages that are on their way")
    dead: int = service("messages that were given up: `replay` tries them again")


class Subscriptions(Document):
    """One's own receivers of notices."""

    items: list[ListedSubscription] = service("the newest first")


class MadeSubscription(Subscription):
    """A receiver of notices that was just made."""

    secret: str | None = service("what signs its webhooks (Standard Webhooks); told this once, null of the others")


class RotatedSubscription(MadeSubscription):
    """A receiver of notices with another secret."""

    before_until: datetime = service("until when messages bear the signature of the secret before, too")


class RemovedSubscription(Document):
    """A receiver of notices that is told nothing any more."""

    id: str = service("its id")
    removed_at: datetime = service("when")


class TestedSubscription(Document):
    """What became of a test."""

    id: str = service("the id of the subscription")
    delivered: bool = service("whether it arrived")
    problem: str | None = service("a word for what went wrong; null where it arrived")


class ReplayedSubscription(Document):
    """What is tried again."""

    id: str = service("the id of the subscription")
    replayed: int = service("messages")
