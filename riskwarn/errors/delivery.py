"""Errors of delivery: who is told of notices, and where a receiver may stand."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError


class SubscriptionInvalid(RiskwarnError):
    """A subscription that cannot be made as it is asked for."""

    code = "subscription_invalid"
    template = "{parameter}: {problem}."
    status = 422


class ReceiverRefused(RiskwarnError):
    """A receiver where none may stand."""

    code = "receiver_refused"
    template = (
        "Nothing may be delivered to {host}: only to the networks under delivery: networks in riskwarn.yaml, and never to this machine, "
        "its link or the metadata of a cloud."
    )
    status = 422


class UnknownSubscription(RiskwarnError):
    """A subscription that there is not, or that is another's."""

    code = "unknown_subscription"
    template = "There is no subscription with the id {id!r}: GET /v1/subscriptions, or riskwarn subscriptions list, shows them."
    status = 404


class SubscriptionsTooMany(RiskwarnError):
    """More subscriptions than one may have."""

    code = "subscriptions_too_many"
    template = "There are {most} subscriptions of one caller already: remove one first."
    status = 409


class NothingSaid(RiskwarnError):
    """A notice of which no message is kept."""

    code = "nothing_said"
    template = "No message about a notice {id!r} is kept: GET /v1/alerts shows the notices that there are."
    status = 404


class StreamsTooMany(RiskwarnError):
    """More streams than a server holds."""

    code = "streams_too_many"
    template = "The server holds {most} streams already: ask again later, or GET /v1/alerts."
    status = 503


class DeliveryFailed(RiskwarnError):
    """A test that did not arrive."""

    code = "delivery_failed"
    template = "The test to the subscription {id} did not arrive: {problem}."
    status = 502
