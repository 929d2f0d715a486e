"""Commands for accounts and tokens."""

from __future__ import annotations

import click
import msgspec

from publisher import users
from publisher.auth import SYSTEM
from web.commands.opening import as_json, show, site


@click.group()
def user() -> None:
    """Manage accounts. 管理账号。"""


@user.command("add")
@click.argument("name")
@click.option("--email", default="", help="E-mail address. 电子邮件。")
@click.option("--sysadmin", is_flag=True, help="Let it administer the whole site. 系统管理员。")
@click.password_option(help="At least 8 characters; asked for when not given. 至少 8 个字符。")
def user_add(name: str, email: str, sysadmin: bool, password: str) -> None:
    """Create an account called NAME. 新建账号。"""
    with site() as platform, platform.work(SYSTEM) as work:
        made = users.add(work, name, email=email, password=password, sysadmin=sysadmin)
    click.echo(f"Created {made.name} ({made.id}).")


@user.command("list")
@as_json
def user_list(as_json: bool) -> None:
    """List active accounts. 列出账号。"""
    with site() as platform, platform.read(SYSTEM) as work:
        found = users.listing(work)
    if as_json:
        show([msgspec.to_builtins(person) for person in found])
        return
    for person in found:
        click.echo(f"{person.name}\t{person.email}\t{'sysadmin' if person.sysadmin else ''}")


@click.group()
def token() -> None:
    """Manage API tokens. 管理接口令牌。"""


@token.command("create")
@click.argument("user_name")
@click.option("--name", default="command line", show_default=True, help="What it is for. 用途。")
@as_json
def token_create(user_name: str, name: str, as_json: bool) -> None:
    """Make an API token for USER_NAME and print it, this once. 新建令牌（仅显示一次）。"""
    with site() as platform, platform.work(SYSTEM) as work:
        secret, made = users.create_token(work, users.get(work, user_name), name)
    if as_json:
        show({"token": secret, "id": made.id, "user": user_name, "name": name})
        return
    click.echo(secret)
