"""What was done for a place goes back to where forecasts read it: a finished notice with a service is an intervention, by nobody."""

from __future__ import annotations

import csv
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from riskwarn.ingest import ingest
from riskwarn.tables import parts
from serving.alerts.alert import Alert, alerts_where
from serving.alerts.life import Status
from serving.alerts.tables import ALERTS

#: Who chose it: people did, prompted by a notice.
CHOSEN_BY = "human"

#: So many notices are gone through at a time, and of those that ended longer ago forecasts learn no more.
AT_ONCE, LOOKS_BACK = 2_000, timedelta(days=365)

_COLUMNS = ("record_id", "grid_id", "kind", "started_at", "ended_at", "chosen_by")


def feed_back(home: Home, *, now: datetime) -> int:
    """Load the services of finished notices as interventions, once each; gives how many rows there were."""
    with home.database.connect() as connection:
        finished = alerts_where(
            connection, ALERTS.c.ended_at > now - LOOKS_BACK, ALERTS.c.status == Status.CLOSED.value, ALERTS.c.service.is_not(None),
            ALERTS.c.fed_back.is_(False), most=AT_ONCE,
        )  # fmt: skip
    rows = [row for one in finished for row in interventions_of(one)]
    if rows:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"alerts-{now:%Y%m%d%H%M%S}.csv"
            with file.open("w", encoding="utf-8", newline="") as stream:
                table = csv.writer(stream)
                table.writerow(_COLUMNS)
                table.writerows(rows)
            try:
                ingest(home, "interventions", [file], now=now)
            except RiskwarnError:
                return 0  # a table of theirs stands in the way: what waits is loaded another night, and hinders no forecast
    if finished:
        with home.database.begin() as connection:
            for ids in parts([one.id for one in finished]):
                connection.execute(update(ALERTS).where(ALERTS.c.id.in_(ids)).values(fed_back=True))
    return len(rows)


def interventions_of(alert: Alert) -> list[tuple[str, ...]]:
    """A row for each grid that it told of: from when its team knew of it to its end."""
    began = alert.acknowledged_at or alert.raised_at
    ended = alert.ended_at or began
    return [
        (f"{alert.id}-{code}", code, str(alert.service), began.isoformat(), ended.isoformat(), CHOSEN_BY)
        for code in alert.grids
    ]
