"""Commands for the departments' systems that this site harvests."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from harvester import connections, preview
from harvester.compare import Guards
from harvester.connections import Connection
from harvester.plans import Plan
from harvester.sources import SOURCES
from publisher.auth import SYSTEM
from schemas.errors import Invalid
from schemas.text import Text
from web.commands.opening import as_json, show, site

POLICIES = click.Choice(["hold", "badge", "off"])


@click.group()
def source() -> None:
    """Connect and look after departments' systems. 管理采集源。"""


@source.command("add")
@click.argument("url")
@click.option("--owner", required=True, help="Organization (name or id) that its datasets belong to. 所属部门。")
@click.option("--title", required=True, help="What people call it. 名称。")
@click.option("--kind", default="", help=f"{', '.join(SOURCES)}; found out when not given. 类型，缺省时自动识别。")
@click.option("--name", default="", help="Short name; made from the title when not given. 短名。")
@click.option("--cron", default="", help="Plan as a cron line, such as '30 2 * * *'. 计划（cron）。")
@click.option("--every", default=0, help="Plan as an interval in seconds. 间隔（秒）。")
@click.option("--zone", default="Asia/Shanghai", show_default=True, help="Time zone of the cron line. 时区。")
@click.option(
    "--policy", default="hold", show_default=True, type=POLICIES, help="Tables with defects. 问题表处理方式。"
)
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the type. 类型选项。")
@click.option("--secret", "secrets", multiple=True, metavar="KEY=VALUE", help="A credential, kept apart. 凭据。")
@as_json
def add(
    url: str, owner: str, title: str, kind: str, name: str, cron: str, every: int, zone: str, policy: Any,
    options: tuple[str, ...], secrets: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Connect the system at URL (an address or an allowed folder). 新增采集源。"""
    with site() as platform:
        found = kind or preview.detect(platform, url)
        new = Connection(
            url=url, owner=owner, title=title, kind=found, name=name, policy=policy, options=_pairs(options),
            plan=Plan(cron=cron, seconds=every, zone=zone),
        )  # fmt: skip
        with platform.work(SYSTEM) as work:
            made = connections.add(work, new, _pairs(secrets))
    _tell(made, as_json)


@source.command("list")
@as_json
def list_sources(as_json: bool) -> None:
    """List the sources. 列出采集源。"""
    with site() as platform, platform.read(SYSTEM) as work:
        found = connections.listing(work)
    if as_json:
        show(msgspec.to_builtins(found))
        return
    for connection in found:
        click.echo(f"{connection.name}\t{connection.kind}\t{connection.state}\t{connection.policy}\t{connection.url}")


@source.command("show")
@click.argument("name")
@as_json
def show_source(name: str, as_json: bool) -> None:
    """Show the source called NAME. 查看采集源。"""
    with site() as platform, platform.read(SYSTEM) as work:
        found = connections.get(work, name)
    _tell(found, as_json)


@source.command("edit")
@click.argument("name")
@click.option("--url", help="Address or folder. 地址。")
@click.option("--title", help="What people call it. 名称。")
@click.option("--owner", help="Organization. 所属部门。")
@click.option("--policy", type=POLICIES, help="Tables with defects. 问题表处理方式。")
@click.option("--cron", help="Plan as a cron line; empty for none. 计划（cron）。")
@click.option("--every", type=int, help="Plan as an interval in seconds. 间隔（秒）。")
@click.option("--zone", help="Time zone of the cron line. 时区。")
@click.option(
    "--withdraw-limit", type=click.IntRange(1, 100), help="Per cent that may vanish in a run. 允许撤回的百分比。"
)
@click.option("--secret", "secrets", multiple=True, metavar="KEY=VALUE", help="A credential, kept apart. 凭据。")
@as_json
def edit(
    name: str, url: str | None, title: str | None, owner: str | None, policy: str | None, cron: str | None,
    every: int | None, zone: str | None, withdraw_limit: int | None, secrets: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Change the source called NAME. 修改采集源。"""
    given = {"url": url, "title": title, "owner": owner, "policy": policy}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    with site() as platform, platform.work(SYSTEM) as work:
        old = connections.get(work, name)
        if not (cron is None and every is None and zone is None):
            changes["plan"] = Plan(cron=cron or "", seconds=every or 0, zone=zone or old.plan.zone)
        if withdraw_limit is not None:
            changes["guards"] = Guards(percent=withdraw_limit, absent_runs=old.guards.absent_runs)
        made = connections.edit(work, name, _pairs(secrets) if secrets else None, **changes)
    _tell(made, as_json)


@source.command("pause")
@click.argument("name")
@click.option("--resume", is_flag=True, help="Harvest it again. 恢复采集。")
def pause(name: str, resume: bool) -> None:
    """Stop harvesting NAME by plan; what it published stays. 暂停采集源。"""
    with site() as platform, platform.work(SYSTEM) as work:
        made = connections.resume(work, name) if resume else connections.pause(work, name)
    click.echo(f"{made.name} is {made.state}.")


@source.command("approve")
@click.argument("name")
def approve(name: str) -> None:
    """Let NAME, which a department connected, be harvested. 批准部门接入的采集源。"""
    with site() as platform, platform.work(SYSTEM) as work:
        made = connections.approve(work, name)
    click.echo(f"{made.name} is {made.state}.")


@source.command("remove")
@click.argument("name")
@click.confirmation_option(prompt="Its datasets stay, its runs and records go. Remove it? 确认移除？")
def remove(name: str) -> None:
    """Disconnect NAME; the datasets that it published stay. 移除采集源。"""
    with site() as platform, platform.work(SYSTEM) as work:
        made = connections.remove(work, name)
    click.echo(f"Removed {made.name}.")


def _tell(connection: Connection, as_json: bool) -> None:
    document = msgspec.to_builtins(connection)
    if as_json:
        show(document)
        return
    for key, value in document.items():
        click.echo(f"{key}: {value}")


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    wrong = [text for text in given if "=" not in text]
    if wrong:
        message = Text(zh=f"“{wrong[0]}”应为 KEY=VALUE。", en=f"'{wrong[0]}' should read KEY=VALUE.")
        raise Invalid({"option": [message.en]}, message, code="bad-pair")
    return dict(text.split("=", 1) for text in given)
