"""Commands for the table store."""

from __future__ import annotations

import sys

import click

from publisher import table_loading
from publisher import tables as store
from publisher.auth import SYSTEM
from web.commands.opening import as_json, show, site


@click.group()
def tables() -> None:
    """Look after the table store. 数据表存储维护。"""


@tables.command("load")
@click.argument("resource", required=False)
@as_json
def tables_load(resource: str | None, as_json: bool) -> None:
    """Load one RESOURCE's uploaded file, or all that wait; exit 1 when one is no good table. 加载上传的数据表。"""
    with site() as platform:
        loaded = {resource: table_loading.load_resource(platform, SYSTEM, resource)} if resource else {}
        while not resource and (more := table_loading.load_waiting(platform)):
            loaded |= more
    told = [_told(name, each) for name, each in loaded.items()]
    if as_json:
        show(told)
    else:
        for each in told:
            click.echo(f"{each['resource']}  {each['outcome']}  {each['rows']} rows  {each['errors']} errors")
        click.echo(f"{len(told)} loaded.", err=True)
    if any(each["outcome"] != "published" for each in told):
        sys.exit(1)


@tables.command("versions")
@click.argument("resource")
@as_json
def tables_versions(resource: str, as_json: bool) -> None:
    """List the versions of a RESOURCE's table, newest first. 列出数据表的版本。"""
    with site() as platform, platform.read(SYSTEM) as work:
        found = [
            {"version": v.number, "at": v.at.isoformat(), "rows": v.rows, "bytes": v.bytes, "run": v.run_id}
            for v in store.versions(work, resource)
        ]
    if as_json:
        show(found)
    else:
        for each in found:
            click.echo(f"{each['version']:>6}  {each['at']}  {each['rows']:>12,} rows  {each['bytes']:>12,} bytes")


def _told(name: str, loaded: table_loading.Loaded) -> dict[str, object]:
    rows = loaded.version.rows if loaded.version else 0
    return {"resource": name, "outcome": loaded.outcome, "rows": rows, "errors": len(loaded.report.errors)}
