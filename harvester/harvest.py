"""Harvesting as people ask for it: this source, now, to the end; or whatever waits to be run."""

from __future__ import annotations

from harvester import jobs, pipeline
from harvester.jobs import Run
from harvester.pipeline import Progress, nobody
from publisher.auth import Actor
from publisher.wiring import Platform
from schemas.errors import Conflict
from schemas.text import Text


def now(platform: Platform, actor: Actor, source: str, *, progress: Progress = nobody, trigger: str = "manual") -> Run:
    """Harvest a source in this process and answer its run; raises Conflict while another run of it is not over."""
    with platform.work(actor) as work:
        queued = jobs.start(work, source, trigger=trigger)
    claimed = jobs.claim(platform, queued.id)
    if claimed is None:
        raise Conflict(Text("运行已由其他进程接手。", "Another process has taken the run."), code="already-running")
    return pipeline.execute(platform, claimed, progress)


def next_waiting(platform: Platform, progress: Progress = nobody) -> Run | None:
    """Carry out the oldest run that waits or whose worker died; None when there is none."""
    claimed = jobs.claim(platform)
    return pipeline.execute(platform, claimed, progress) if claimed else None
