"""Commands for the scoreboard."""

from __future__ import annotations

import click
import msgspec

from publisher import organizations, scoreboard
from publisher.auth import ANONYMOUS, SYSTEM
from web.commands.opening import as_json, show, site


@click.group("scoreboard")
def scores() -> None:
    """Keep and show the scoreboard of departments. 部门公开成绩。"""


@scores.command("keep")
def scores_keep() -> None:
    """Compute today's board and keep it; run daily. 计算并保存当日成绩，每日运行。"""
    with site() as platform, platform.work(SYSTEM) as work:
        board = scoreboard.keep(work)
    click.echo(f"Kept {len(board.scores):,} lines.")


@scores.command("show")
@as_json
def scores_show(as_json: bool) -> None:
    """Show the board as it stands. 显示当前成绩。"""
    with site() as platform, platform.read(ANONYMOUS) as work:
        board = scoreboard.compute(work)
        names = {key: body.name for key, body in organizations.many(work, list(board.scores)).items()}
    if as_json:
        show(msgspec.to_builtins(board))
        return
    for key, score in board.scores.items():
        rates = (score.disclosure_rate, score.timeliness, score.pass_rate, score.metadata_quality)
        told = "\t".join("-" if rate is None else f"{rate:.0%}" for rate in rates)
        click.echo(f"{names.get(key, key or '*')}\t{score.registered}\t{told}")
