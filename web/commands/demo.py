"""The command that shows everything at once: a site with five sample departments, harvested and served."""

from __future__ import annotations

import secrets
import sys

import click

from harvester import examples, reports, standin
from harvester.jobs import Run
from publisher import users
from publisher.auth import SYSTEM
from publisher.wiring import Platform, open_platform
from web.environment import settings

ADMINISTRATOR = "admin"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on. 监听地址。")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="Port. 端口。")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes. 进程数。")
@click.option("--language", default="en", type=click.Choice(["en", "zh"]), show_default=True, help="Language. 语言。")
def demo(host: str, port: int, workers: int, language: str) -> None:
    """Make or reuse a site, harvest the sample departments and serve. 演示：采集示例部门并启动服务。"""
    from web.serving import claim, run

    claim(host, port)
    own = settings()
    config = settings(
        harvest_allow=(*own.harvest_allow, *examples.allowance()), site_url=f"http://{host}:{port}", scheduler=False
    )
    told = examples.stand_in()
    with standin.serving(told, port=port + 1 if port < 65535 else 0):
        with open_platform(config, upgrade=True) as platform:
            platform.renew()
            password = _administrator(platform)
            ended = examples.load(platform, told, _tell)
        for done in ended:
            _report(done, language)
        click.echo(f"\nServing http://{host}:{port} (Ctrl-C stops it)", err=True)
        if password:
            click.echo(f"Log in as {ADMINISTRATOR} with the password {password} (shown this once)", err=True)
        run(config, host=host, port=port, workers=workers, threads=8)


def _administrator(platform: Platform) -> str:
    """Make an administrator on a new site and answer the password; nothing on a site that has one."""
    with platform.work(SYSTEM) as work:
        if users.find(work, ADMINISTRATOR) is not None:
            return ""
        password = secrets.token_urlsafe(9)
        users.add(work, ADMINISTRATOR, password=password, sysadmin=True, full_name="Administrator")
    return password


def _tell(title: str, stage: str, done: int, total: int) -> None:
    if sys.stderr.isatty() or stage == "done":
        counted = f"{done:,}" + (f" / {total:,}" if total else "")
        click.echo(f"\r{title}: {stage} {counted}    ", nl=stage == "done", err=True)


def _report(run: Run, language: str) -> None:
    click.echo(f"  {run.state}: {reports.summary(run, language)}", err=True)
