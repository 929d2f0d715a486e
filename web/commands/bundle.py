"""Commands for bundles that carry records one way between two networks."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, cast

import click

from publisher import bundle as bundle_format
from publisher import bundles
from publisher.auth import SYSTEM
from publisher.bundle import Contents
from publisher.zones import ZONES, Zone
from web.commands.opening import site


@click.group()
def bundle() -> None:
    """Carry records one way between two networks. 内外网之间的单向数据包。"""


@bundle.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--target", default="extranet", show_default=True, help="For whom. 接收方名称。")
@click.option(
    "--zone",
    "zones",
    type=click.Choice(list(ZONES)),
    multiple=True,
    default=("public",),
    show_default=True,
    help="Which zones go out. 传出的范围。",
)
def bundle_export(file: Path, target: str, zones: tuple[str, ...]) -> None:
    """Write to FILE what changed for the target since its last bundle. 导出自上次以来的变更。"""
    draft = file.with_name(f".{file.name}.part")
    with site() as platform, platform.work(SYSTEM) as work:
        with draft.open("wb") as stream:
            stream.writelines(bundles.export(work, target, zones=cast("tuple[Zone, ...]", zones)))
        draft.replace(file)
    with file.open("rb") as stream:
        _tell(bundle_format.verify(stream))


@bundle.command("verify")
@click.argument("file", type=click.File("rb"))
@click.option("--key", default="", help="The public key that must have signed it. 应当签名的公钥。")
def bundle_verify(file: BinaryIO, key: str) -> None:
    """Check every byte of a bundle, without a site. 核验数据包，无需站点。"""
    _tell(bundle_format.verify(file, key=key))


@bundle.command("import")
@click.argument("file", type=click.File("rb"))
def bundle_import(file: BinaryIO) -> None:
    """Take in a bundle, whole or not at all. 导入数据包；有误则整包拒收。"""
    with site() as platform, platform.work(SYSTEM) as work:
        contents = bundles.take(work, file)
    _tell(contents)


def _tell(contents: Contents) -> None:
    opening = contents.opening
    click.echo(f"bundle {opening.number} for {opening.target}, signed by {opening.key}")
    click.echo(
        f"{contents.datasets} datasets, {contents.withdrawn} withdrawn, {contents.organizations} organizations,"
        f" {contents.files} files"
    )
