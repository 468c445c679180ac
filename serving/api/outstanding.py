"""What waits in the database, for a monitoring system: messages on their way, by channel, and notices, by where they stand.

It is the same whichever worker is asked, so that it has no label of one; and it names no subscriber and no unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Connection, func, select

from riskwarn.home import Home
from serving.alerts.life import LIVE
from serving.alerts.tables import ALERTS
from serving.api.problems import OF_DATABASE
from serving.delivery.tables import DELIVERIES, SUBSCRIPTIONS

_HELD = ("waiting", "dead")


class _Outstanding:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection, self._now = connection, now

    def collect(self) -> Iterator[Metric]:
        """What Prometheus asks for."""
        waiting = GaugeMetricFamily("riskwarn_deliveries_waiting", "Messages on their way", labels=["channel"])
        oldest = GaugeMetricFamily(
            "riskwarn_deliveries_oldest_waiting_seconds", "Seconds for which the oldest has waited", labels=["channel"]
        )
        dead = GaugeMetricFamily("riskwarn_deliveries_dead", "Messages that were given up", labels=["channel"])
        own, who = DELIVERIES.c, SUBSCRIPTIONS.c
        held = select(own.subscription, own.state, func.count().label("held"), func.min(own.queued_at).label("first"))
        part = held.where(own.state.in_(_HELD)).group_by(own.state, own.subscription).subquery()
        rows = select(who.channel, part.c.state, func.sum(part.c.held), func.min(part.c.first))
        found = {
            (channel, state): (number, first)
            for channel, state, number, first in self._connection.execute(
                rows.join_from(part, SUBSCRIPTIONS, part.c.subscription == who.id).group_by(who.channel, part.c.state)
            )
        }
        for channel in sorted(self._connection.execute(select(who.channel).distinct()).scalars()):
            number, first = found.get((channel, "waiting"), (0, None))
            waiting.add_metric([channel], number)
            oldest.add_metric([channel], 0.0 if first is None else max(0.0, (self._now - first).total_seconds()))
            dead.add_metric([channel], found.get((channel, "dead"), (0, None))[0])
        notices = GaugeMetricFamily(
            "riskwarn_alerts", "Notices that somebody has to do with, by state and level", labels=["status", "level"]
        )
        rows_of_alerts = select(ALERTS.c.status, ALERTS.c.level, func.count()).where(ALERTS.c.status.in_(LIVE))
        for status, level, number in self._connection.execute(rows_of_alerts.group_by(ALERTS.c.status, ALERTS.c.level)):
            notices.add_metric([status, level], number)
        yield from (waiting, oldest, dead, notices)


def outstanding(home: Home, now: datetime) -> bytes:
    """In Prometheus' text format; nothing while the database is silent, which `riskwarn_degraded` tells of."""
    registry = CollectorRegistry(auto_describe=False)
    try:
        with home.database.connect() as connection:
            registry.register(_Outstanding(connection, now))
            return generate_latest(registry)
    except OF_DATABASE:
        return b""
