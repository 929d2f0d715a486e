"""Commands that run and inspect the site itself: serve, config, db."""

from __future__ import annotations

import click

from publisher import database
from publisher.config import SETTINGS
from web.commands.opening import as_json, show
from web.environment import settings

SECRET = frozenset({"secret_key"})


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on. 监听地址。")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="Port. 端口。")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes. 进程数。")
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 128), help="Threads each. 每进程线程数。"
)
@click.option("--scheduler/--no-scheduler", default=None, help="Run the harvest schedule too. 是否同时运行采集计划。")
def serve(host: str, port: int, workers: int, threads: int, scheduler: bool | None) -> None:
    """Serve the portal and the API until stopped. 启动门户与接口。"""
    from web.serving import run

    config = settings(**({} if scheduler is None else {"scheduler": scheduler}))
    run(config, host=host, port=port, workers=workers, threads=threads)


@click.group()
def config() -> None:
    """Look at the site's settings. 查看站点设置。"""


@config.command("show")
@as_json
def config_show(as_json: bool) -> None:
    """Print every setting with its value and meaning; secrets are not printed. 显示全部设置。"""
    current = settings()
    values = {s.name: "…" if s.name in SECRET else getattr(current, s.name) for s in SETTINGS}
    if as_json:
        show(
            {
                s.variable: v if isinstance(v, (bool, int)) else _text(v)
                for s, v in zip(SETTINGS, values.values(), strict=True)
            }
        )
        return
    for setting in SETTINGS:
        click.echo(f"{setting.variable}={_text(values[setting.name])}")
        click.echo(f"    {setting.help.en}\n    {setting.help.zh}")


@click.group()
def db() -> None:
    """Look after the database. 数据库维护。"""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version. 升级数据库结构。"""
    engine = database.open_engine(settings().database_url)
    before, _ = database.versions(engine)
    database.upgrade(engine)
    after, _ = database.versions(engine)
    told = f"Upgraded from {before or 'nothing'} to {after}." if before != after else f"Already at {after}."
    click.echo(told)


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
