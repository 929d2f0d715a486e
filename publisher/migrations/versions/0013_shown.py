"""Shown: lists of names and counts by owner without reading documents"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    for column in ("name", "owner"):
        columns = ["state", "visibility", "kind", "name" if column == "name" else "owner_id"]
        op.create_index(f"ix_dataset_shown_{column}", "dataset", columns, unique=False)
