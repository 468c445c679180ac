"""Since when something is held back, and from where on it is news: it waits from publication to publication."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0017"
down_revision = "0016"


def upgrade(op: Operations) -> None:
    """Of what was held back before nobody knows from which level on: whatever a rule takes is news of it."""
    op.add_column("alerts_held", sa.Column("since", sa.DateTime(timezone=True)))
    op.add_column("alerts_held", sa.Column("entry", sa.Integer()))
    op.add_column("alerts_held", sa.Column("bar", sa.Float()))
