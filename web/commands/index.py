"""Commands for the search index."""

from __future__ import annotations

import sys

import click
import msgspec

from publisher import datasets, indexing
from publisher.auth import SYSTEM
from search.query import Query
from web.commands.opening import as_json, show, site


@click.group()
def index() -> None:
    """Look after the search index. 检索索引维护。"""


@index.command("rebuild")
def index_rebuild() -> None:
    """Build a new index beside the live one and swap. 重建索引，期间检索不中断。"""
    done = 0
    with site() as platform:
        for done, total in indexing.rebuild(platform):
            click.echo(f"\r{done:,} / {total:,}", nl=False, err=True)
        platform.catch_up()
    click.echo(f"\nIndexed {done:,} datasets.", err=True)


@index.command("explain")
@click.argument("typed")
@click.argument("dataset")
def index_explain(typed: str, dataset: str) -> None:
    """Tell how a dataset scores for a search, as the engine's JSON. 说明某次检索中数据集的得分。"""
    with site() as platform, platform.read(SYSTEM) as work:
        found = datasets.get(work, dataset)
        answer = indexing.find(work, typed, Query(rows=0))
        click.echo(f"Read {answer.way}; {answer.results.total:,} datasets match.", err=True)
        click.echo(platform.search.explain(Query(where=answer.where, visible=None, weighted=True), found.id))


@index.command("check")
@click.option("--repair", is_flag=True, help="Mend what differs. 修复差异。")
@as_json
def index_check(repair: bool, as_json: bool) -> None:
    """Compare index and catalogue; exit 1 when they differ. 比对索引与目录。"""
    with site() as platform:
        drift = indexing.repair(platform) if repair else indexing.check(platform)
    if as_json:
        show(msgspec.to_builtins(drift))
    else:
        click.echo(
            f"missing {len(drift.missing)}, surplus {len(drift.surplus)}, stale {len(drift.stale)}, "
            f"waiting {drift.waiting}" + (" (mended)" if repair and not drift.clean else "")
        )
    if not drift.clean and not repair:
        sys.exit(1)
