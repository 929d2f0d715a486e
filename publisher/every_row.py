"""Every module that declares rows of the catalogue's side, so that migrations and their test see all of them."""

from __future__ import annotations

from publisher import (
    collaborators,
    disclosure_orm,
    follows,
    orm,
    relationships,
    table_rows,
    task_status,
    term_translations,
    uploads,
    views,
    vocabularies,
)

MODULES = (
    collaborators,
    disclosure_orm,
    follows,
    orm,
    relationships,
    table_rows,
    task_status,
    term_translations,
    uploads,
    views,
    vocabularies,
)
