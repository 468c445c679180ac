"""What the store knows of those who answer notices, and of what became of these. It is asked by who publishes, never by a server."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from riskwarn.contracts.identity import newest_of_each
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.home import Home
from riskwarn.store import Store
from serving.alerts.teams import Teams, declared_teams
from serving.columns.places import Places


def teams_of(home: Home, places: Places, as_of: date) -> Teams:
    """The teams in force; one a town where no table tells of any."""
    return declared_teams(_rows(home, "teams"), places, as_of, home.configuration.alerts.notices_a_week)


def tickets_of(home: Home) -> list[dict[str, Any]]:
    """Every row of `tickets` as it is known now, in the order of its time."""
    return sorted(_rows(home, "tickets"), key=lambda row: row["updated_at"])


def _rows(home: Home, source: str) -> list[dict[str, Any]]:
    store = Store(home)
    if source not in store.sources():
        return []
    newest = newest_of_each(store.versions(source), TABLE_CONTRACTS[source])
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in newest.to_dict("records")
    ]
