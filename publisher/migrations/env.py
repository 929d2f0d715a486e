"""Alembic's entry: runs the migrations on the engine that `publisher.database` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from publisher import every_row  # noqa: F401  (its tables join the collection)
from publisher.orm import Base, Moment


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column type as the plain one that it stands on."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
