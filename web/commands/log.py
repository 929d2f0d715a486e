"""Commands for the disclosure log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from publisher import chain, log
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.chain import Checkpoint, Verdict
from publisher.signing import fingerprint
from schemas.errors import Invalid
from schemas.text import Text
from web.commands.opening import as_json, show, site


@click.group("log")
def disclosure_log() -> None:
    """Verify and export the disclosure log. 公开日志的核验与导出。"""


@disclosure_log.command("verify")
@click.argument("file", required=False, type=click.File("rb"))
@click.option("--key", default="", help="The public key that must have signed it. 应当签名的公钥。")
@click.option(
    "--kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint kept from an earlier day. 早先保存的检查点文件。",
)
@as_json
def log_verify(file: BinaryIO | None, key: str, kept: Path | None, as_json: bool) -> None:
    """Verify a downloaded log, or this site's own; exit 1 at the first fault. 核验下载的日志或本站日志。"""
    mark = _kept(kept) if kept else None
    if file is not None:
        verdict = log.verify_file(file, key=key, kept=mark)
    else:
        with site() as platform, platform.read(ANONYMOUS) as work:
            verdict = log.verify(work, kept=mark)
    if as_json:
        show(msgspec.to_builtins(verdict) | {"sound": verdict.sound})
    else:
        _tell(verdict)
    if not verdict.sound:
        sys.exit(1)


@disclosure_log.command("export")
@click.argument("file", type=click.File("wb"), default="-")
def log_export(file: BinaryIO) -> None:
    """Write the whole log, ending with a signed statement. 导出完整日志。"""
    with site() as platform, platform.read(ANONYMOUS) as work:
        file.writelines(log.export(work))


@disclosure_log.command("checkpoint")
def log_checkpoint() -> None:
    """Sign and keep a checkpoint now, and print it. 立即签署并保存检查点。"""
    with site() as platform, platform.work(SYSTEM) as work:
        click.echo(chain.line_of(log.checkpoint(work)))


def _kept(path: Path) -> Checkpoint:
    try:
        return chain.read_checkpoint(path.read_bytes().strip())
    except msgspec.DecodeError as error:
        message = Text(zh=f"{path.name} 不是检查点：{error}", en=f"{path.name} does not hold a checkpoint: {error}")
        raise Invalid({}, message, code="bad-checkpoint") from None


def _tell(verdict: Verdict) -> None:
    for key in verdict.keys:
        click.echo(f"key {key}\n    {fingerprint(key)}")
    click.echo(f"{verdict.entries:,} entries, {verdict.checkpoints:,} checkpoints, head {verdict.head}")
    if verdict.fault is not None:
        where = f"line {verdict.line:,}: " if verdict.line else ""
        click.echo(f"NOT SOUND: {where}{verdict.fault.en}\n           {verdict.fault.zh}", err=True)
    else:
        click.echo("sound")
