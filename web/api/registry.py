"""Every action of the API by name; a new noun is one module and one line here."""

from __future__ import annotations

from web.api import (
    activity,
    admin,
    catalogue,
    datastore,
    dcat,
    disclosure,
    feedback,
    files,
    follows,
    formats,
    groups,
    harvest,
    harvest_jobs,
    licences,
    members,
    packages,
    relations,
    requests,
    resources,
    revise,
    search,
    site,
    tags,
    users,
    views,
    vocabularies,
)
from web.api.action import Action

NOUNS = (
    site,
    search,
    packages,
    resources,
    views,
    groups,
    members,
    tags,
    vocabularies,
    licences,
    formats,
    users,
    follows,
    activity,
    datastore,
    harvest,
    harvest_jobs,
    dcat,
    disclosure,
    requests,
    feedback,
    catalogue,
    relations,
    revise,
    files,
    admin,
)

ACTIONS: dict[str, Action] = {action.name: action for noun in NOUNS for action in noun.ACTIONS}
