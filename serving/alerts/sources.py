"""What the store knows of those who answer notices, and of what became of these.

A server asks, too, and refuses pandas: rows are read without.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from riskwarn.contracts.identity import newest_rows
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.home import Home
from riskwarn.store import Store
from serving.alerts.teams import Teams, declared_teams
from serving.columns.places import Places


def teams_of(home: Home, places: Places, as_of: date) -> Teams:
    """The teams in force; one a town where no table tells of any."""
    return declared_teams(_rows(home, "teams"), places, as_of, home.configuration.alerts.notices_a_week)


def tickets_of(home: Home) -> list[Mapping[str, Any]]:
    """Every row of `tickets` as it is known now, in the order of its time."""
    return sorted(_rows(home, "tickets"), key=lambda row: row["updated_at"])


def _rows(home: Home, source: str) -> list[Mapping[str, Any]]:
    stored = [row for table in Store(home).scan(source) for row in table.to_pylist()]
    return newest_rows(sorted(stored, key=lambda row: (row["load_id"], row["row"])), TABLE_CONTRACTS[source])
