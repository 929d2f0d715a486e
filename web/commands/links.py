"""Commands for the addresses of files that others keep."""

from __future__ import annotations

import click

from harvester import links as link_checks
from harvester.fetch import Fetcher
from harvester.guard import Allowed
from web.commands.opening import site


@click.group()
def links() -> None:
    """Check the addresses of files that others keep. 外部链接检查。"""


@links.command("check")
@click.option(
    "--limit", default=500, show_default=True, type=click.IntRange(1), help="At most so many. 最多检查多少个。"
)
def links_check(limit: int) -> None:
    """Ask for each address not asked for within a week; run daily. 检查一周内未查过的链接，每日运行。"""
    with site() as platform:
        allowed = Allowed.parse(platform.config.harvest_allow)
        with Fetcher(allowed, link_checks.LIMITS) as fetcher:
            found = link_checks.check(platform, fetcher, limit=limit)
    for answer in found:
        if answer.code:
            click.echo(f"{answer.code}\t{answer.link.url}")
    dead = sum(bool(answer.code) for answer in found)
    click.echo(f"{len(found)} asked, {dead} did not answer.")
