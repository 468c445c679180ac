"""By which tree an area held what lay in a file when somebody asked for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0018"
down_revision = "0017"


def upgrade(op: Operations) -> None:
    """What was asked for before names no tree: nobody but who asked and who sees the whole city is told of it, and it can be refused only."""
    op.add_column("export_approvals", sa.Column("by_tree_of", sa.String(64)))
