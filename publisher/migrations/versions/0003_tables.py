"""The table store: tables, their versions and aliases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the table store."""
    op.create_table(
        "table",
        sa.Column("resource_id", sa.String(length=100), nullable=False),
        sa.Column("dataset_id", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("next_id", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("resource_id"),
    )
    with op.batch_alter_table("table", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_table_dataset_id"), ["dataset_id"], unique=False)

    op.create_table(
        "table_version",
        sa.Column("resource_id", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=100), nullable=False),
        sa.Column("run_id", sa.String(length=100), nullable=False),
        sa.Column("source_hash", sa.String(length=128), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["table.resource_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("resource_id", "number"),
    )
    op.create_table(
        "table_alias",
        sa.Column("alias", sa.String(length=100), nullable=False),
        sa.Column("resource_id", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["table.resource_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alias"),
    )
    with op.batch_alter_table("table_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_table_alias_resource_id"), ["resource_id"], unique=False)


def downgrade() -> None:
    """Drop the tables of the table store."""
    op.drop_table("table_alias")
    op.drop_table("table_version")
    op.drop_table("table")
