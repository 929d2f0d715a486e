"""Commands that run, preview and report harvests, and the processes that carry them out."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click
import msgspec

from harvester import connections, jobs, preview, reports, scheduler
from harvester import harvest as harvesting
from harvester.jobs import Run
from publisher.auth import SYSTEM
from web.commands.opening import as_json, show, site

LANGUAGE = click.option(
    "--language", default="en", type=click.Choice(["en", "zh"]), show_default=True, help="Language. 语言。"
)


@click.group()
def harvest() -> None:
    """Bring departments' records in. 采集。"""


@harvest.command("run")
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every active source. 全部采集源。")
@LANGUAGE
@as_json
def run(names: tuple[str, ...], everything: bool, language: str, as_json: bool) -> None:
    """Harvest the sources called NAMES now; exit 1 when a run does not end well. 立即采集。"""
    ended: list[Run] = []
    with site() as platform:
        with platform.read(SYSTEM) as work:
            wanted = [c.name for c in connections.listing(work, state="active")] if everything else list(names)
        if not wanted:
            raise click.UsageError("Name a source, or say --all.")
        for name in wanted:
            done = harvesting.now(platform, SYSTEM, name, progress=Progress(name))
            ended.append(done)
            if not as_json:
                click.echo(f"{name}: {done.state}: {reports.summary(done, language)}")
    if as_json:
        show(msgspec.to_builtins(ended))
    if any(done.state != "done" for done in ended):
        sys.exit(1)


@harvest.command("preview")
@click.argument("name")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Records shown. 显示条数。")
@LANGUAGE
@as_json
def show_preview(name: str, limit: int, language: str, as_json: bool) -> None:
    """Show what harvesting NAME would change; nothing is written; exit 1 when a guard would stop it. 预览采集。"""
    with site() as platform:
        with platform.read(SYSTEM) as work:
            connection = connections.get(work, name)
        plan = preview.preview(platform, SYSTEM, connection, limit=limit)
    if as_json:
        show(msgspec.to_builtins(plan))
    else:
        _tell_plan(plan, language)
    if plan.stop is not None or plan.fault is not None:
        sys.exit(1)


@harvest.command("status")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Runs shown. 显示条数。")
@LANGUAGE
@as_json
def status(limit: int, language: str, as_json: bool) -> None:
    """List the newest runs. 查看近期运行。"""
    with site() as platform, platform.read(SYSTEM) as work:
        names = {c.id: c.name for c in connections.listing(work)}
        runs = jobs.listing(work, limit=limit)
    if as_json:
        show(msgspec.to_builtins(runs))
        return
    for run in runs:
        told = reports.summary(run, language)
        click.echo(f"{run.id}\t{names.get(run.source_id, '')}\t{run.created:%Y-%m-%d %H:%M}Z\t{run.state}\t{told}")


@harvest.command("report")
@click.argument("run_id")
@click.option("--csv", "as_csv", is_flag=True, help="Print every finding as CSV. 以 CSV 输出。")
@LANGUAGE
@as_json
def report(run_id: str, as_csv: bool, language: str, as_json: bool) -> None:
    """Print the report of a run: what to mend, grouped by cause. 查看运行报告。"""
    with site() as platform, platform.read(SYSTEM) as work:
        if as_json:
            show(reports.document(work, run_id))
        elif as_csv:
            for line in reports.lines(work, run_id, language):
                click.echo(line, nl=False)
        else:
            run = jobs.get(work, run_id)
            click.echo(f"{run.state}: {reports.summary(run, language)}")
            for cause in reports.causes(work, run_id):
                click.echo(f"{cause.level} {cause.code} x {cause.records}: {cause.message.get(language)}")
                click.echo(f"    {', '.join(cause.titles)}")
                if cause.remedy:
                    click.echo(f"    {cause.remedy.get(language)}")


@harvest.command("cancel")
@click.argument("run_id")
def cancel(run_id: str) -> None:
    """Stop a run; what it has done stays. 取消运行。"""
    with site() as platform, platform.work(SYSTEM) as work:
        click.echo(f"{jobs.cancel(work, run_id).state}")


@harvest.command("release")
@click.argument("run_id")
def release(run_id: str) -> None:
    """Let a run that a guard holds go on. 放行被保护机制暂停的运行。"""
    with site() as platform, platform.work(SYSTEM) as work:
        click.echo(f"{jobs.release(work, run_id).state}")


@click.group()
def schedule() -> None:
    """Look at the plan of harvests. 采集计划。"""


@schedule.command("list")
@as_json
def list_schedule(as_json: bool) -> None:
    """List what runs next, soonest first. 列出后续运行。"""
    with site() as platform, platform.read(SYSTEM) as work:
        due = scheduler.calendar(work)
    if as_json:
        show(msgspec.to_builtins(due))
        return
    for line in due:
        plan = line.plan.cron or f"every {line.plan.seconds} s"
        click.echo(f"{line.due:%Y-%m-%d %H:%M}Z\t{line.name}\t{plan}\t{line.plan.zone}")


@click.command("scheduler")
@click.option("--workers", default=None, type=click.IntRange(1, 64), help="Harvests at once. 同时运行数。")
def run_scheduler(workers: int | None) -> None:
    """Start due harvests and carry them out until stopped; any number may run. 运行采集计划。"""
    with site() as platform:
        running = scheduler.Scheduler(platform, workers=workers)

        def end(_signal: int, _frame: FrameType | None) -> None:
            running.request_stop()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        running.serve()


class Progress:
    """Shows how far a harvest is, on standard error."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Rewrite the line."""
        if sys.stderr.isatty() or stage == "done":
            counted = f"{done:,}" + (f" / {total:,}" if total else "")
            click.echo(f"\r{self.name}: {stage} {counted}   ", nl=stage == "done", err=True)


def _tell_plan(plan: preview.Preview, language: str) -> None:
    if plan.fault is not None:
        click.echo(plan.fault.message.get(language))
        return
    click.echo(f"{plan.total:,} records: " + ", ".join(f"{key} {count:,}" for key, count in plan.counts.items()))
    if plan.stop is not None:
        click.echo(plan.stop.message.get(language))
    for record in plan.records:
        click.echo(f"{record.decision}\t{record.remote_id}\t{record.title}")
        for finding in record.findings:
            click.echo(f"    {finding.level}: {finding.message.get(language)}")
