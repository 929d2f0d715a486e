"""Commands for requests and for the calendar that their limits run by."""

from __future__ import annotations

import sys

import click

from publisher import reminders, workdays
from publisher.auth import SYSTEM
from web.commands.opening import as_json, show, site
from web.environment import settings


@click.group("requests")
def requests() -> None:
    """Look after requests and their limits. 申请与期限维护。"""


@requests.command("remind")
def requests_remind() -> None:
    """Mark requests near their limit and escalate overdue ones; run daily. 到期提醒与超期上报，每日运行。"""
    with site() as platform, platform.work(SYSTEM) as work:
        marked = reminders.remind(work)
    for request in marked:
        click.echo(f"{request.number} {request.reminded[-1]} due {request.due}")


@requests.command("calendar")
@as_json
def requests_calendar(as_json: bool) -> None:
    """List the years with a holiday file; exit 1 when the coming year has no final one. 列出已有节假日文件的年份。"""
    calendar = workdays.site_calendar(settings().data)
    years = {year.year: year.notice for year in calendar.years.values()}
    if as_json:
        show({str(year): notice for year, notice in years.items()})
    else:
        for year, notice in years.items():
            click.echo(f"{year} {notice}")
    coming = workdays.today().year + 1
    if not calendar.settled(coming):
        click.echo(
            f"The notice for {coming} is not here yet: its limits are provisional. {coming} 年安排尚未确定。",
            err=True,
        )
        sys.exit(1)
