"""Every action of the API by name; a new noun is one module and one line here."""

from __future__ import annotations

from web.api import (
    datastore,
    disclosure,
    feedback,
    formats,
    groups,
    licences,
    members,
    packages,
    requests,
    resources,
    search,
    site,
    tags,
)
from web.api.action import Action

NOUNS = (
    site,
    search,
    packages,
    resources,
    groups,
    members,
    tags,
    licences,
    formats,
    datastore,
    disclosure,
    requests,
    feedback,
)

ACTIONS: dict[str, Action] = {action.name: action for noun in NOUNS for action in noun.ACTIONS}
