"""Deliveries: who was told about a harvest, and whether it arrived"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "harvest_delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.String(length=100), nullable=False),
        sa.Column("run_id", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("arrived", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["harvest_source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("harvest_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_harvest_delivery_source_id"), ["source_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("harvest_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_harvest_delivery_source_id"))
    op.drop_table("harvest_delivery")
