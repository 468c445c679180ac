"""What the store knows of those who answer notices, and of what became of these.

A server asks, too, and refuses pandas: rows are read without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from riskwarn.contracts.identity import newest_rows
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.home import Home
from riskwarn.store import Store
from serving.alerts.teams import Teams, declared_teams
from serving.alerts.ticket_rows import stage_of
from serving.columns.places import Places


def teams_of(home: Home, places: Places, as_of: date) -> Teams:
    """The teams in force; one a town where no table tells of any."""
    return declared_teams(_rows(home, "teams"), places, as_of, home.configuration.alerts.notices_a_week)


def tickets_of(home: Home) -> list[Mapping[str, Any]]:
    """Every row of `tickets` as it is known now, in the order of its time; of several of one ticket, time and load the furthest in its life."""
    return sorted(_rows(home, "tickets", stage_of), key=lambda row: row["updated_at"])


def _rows(home: Home, source: str, order: Callable[[Mapping[str, Any]], int] = lambda _: 0) -> list[Mapping[str, Any]]:
    stored = [row for table in Store(home).scan(source) for row in table.to_pylist()]
    return newest_rows(
        sorted(stored, key=lambda row: (row["load_id"], order(row), row["row"])), TABLE_CONTRACTS[source]
    )
