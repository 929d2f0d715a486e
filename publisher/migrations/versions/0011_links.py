"""Links: whether addresses of files that others keep still answer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "link",
        sa.Column("resource_id", sa.String(length=100), nullable=False),
        sa.Column("dataset_id", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=50), nullable=False),
        sa.Column("failed_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("resource_id"),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        for column in ("dataset_id", "at"):
            batch_op.create_index(batch_op.f(f"ix_link_{column}"), [column], unique=False)
