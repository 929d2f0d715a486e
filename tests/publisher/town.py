"""A site with two departments, their people and a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher import applications, config, datasets, handling, organizations
from publisher.auth import SYSTEM, Actor
from publisher.handling import Decision
from publisher.request_values import Application, Request
from publisher.wiring import Platform, open_platform
from schemas.model import Dataset, Organization
from tests.publisher.conftest import add_person
from tests.publisher.memory import MemoryIndex

MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)
ASK = Application(organization="health", title="医院床位", content="请提供 2025 年各医院床位数。")
YES = Decision(outcome="granted", answer="同意提供。")


class Town:
    """Two departments: health (clerk, officer) and housing (colleague); a citizen; a clock in `moment`."""

    def __init__(self, platform: Platform, moment: list[datetime]) -> None:
        self.platform = platform
        self.moment = moment
        with platform.work(SYSTEM) as work:
            self.health = organizations.put(work, Organization(name="health", title="卫生健康局")).id
            self.housing = organizations.put(work, Organization(name="housing", title="住房局")).id
        self.clerk = add_person(platform, "clerk", **{self.health: "editor"})
        self.officer = add_person(platform, "officer", **{self.health: "admin"})
        self.colleague = add_person(platform, "colleague", **{self.housing: "editor"})
        self.citizen = add_person(platform, "citizen")

    def pass_days(self, days: int) -> None:
        """Let so many calendar days pass."""
        self.moment[0] += timedelta(days=days)

    def submit(self, actor: Actor, application: Application = ASK, sender: str = "") -> tuple[Request, str]:
        """Send in a request."""
        with self.platform.work(actor) as work:
            return applications.submit(work, application, sender=sender)

    def put(self, dataset: Dataset) -> Dataset:
        """Put a dataset as the site."""
        with self.platform.work(SYSTEM) as work:
            return datasets.put(work, dataset)

    def decide(self, number: str, decision: Decision = YES) -> Request:
        """Decide as the officer of health."""
        with self.platform.work(self.officer) as work:
            return handling.decide(work, number, decision)


@contextmanager
def open_town(folder: Path, database_url: str = "") -> Iterator[Town]:
    """Open the town on a Monday morning."""
    moment = [MONDAY]
    settings = config.load({}, data=folder, database_url=database_url, password_cost="low")
    with open_platform(settings, upgrade=True, search=MemoryIndex(), clock=lambda: moment[0]) as platform:
        yield Town(platform, moment)
