"""The commands of `gongkai`; a new one is one file and one line here."""

from __future__ import annotations

import click

from web.commands.bundle import bundle
from web.commands.demo import demo
from web.commands.harvest import harvest, run_scheduler, schedule
from web.commands.index import index
from web.commands.links import links
from web.commands.log import disclosure_log
from web.commands.people import token, user
from web.commands.requests import requests
from web.commands.scoreboard import scores
from web.commands.site import config, db, serve
from web.commands.source import source
from web.commands.tables import tables
from web.commands.validate import validate

COMMANDS: tuple[click.Command, ...] = (
    serve,
    demo,
    validate,
    index,
    user,
    token,
    config,
    db,
    disclosure_log,
    requests,
    source,
    harvest,
    schedule,
    run_scheduler,
    scores,
    tables,
    bundle,
    links,
)
