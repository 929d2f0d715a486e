"""Who reads a table: the owner of a token, else whoever is logged in at the portal."""

from __future__ import annotations

from flask import request

from publisher.auth import Actor
from web import sessions
from web.api import datastore, identity


def reader() -> Actor:
    """Answer who asks; reads alone may go by the portal's cookie."""
    found = identity.caller(request, datastore.ACTIONS[0])
    return found if found.known else sessions.actor()
