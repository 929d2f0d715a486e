"""Reminders: marks requests whose limit is near and escalates those that are overdue, once each; run daily."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import select

from publisher import requests, workdays
from publisher.auth import Permission
from publisher.disclosure_orm import RequestRow
from publisher.limits import limits
from publisher.request_values import RUNNING, Request, due_day
from publisher.work import Work
from publisher.workdays import Calendar


def remind(work: Work) -> list[Request]:
    """Mark each request that reached a stage before its limit, or passed it; answer those newly marked."""
    work.require(Permission.SITE_ADMIN)
    days, today = workdays.site_calendar(work.config.data), workdays.local_day(work.now)
    stages = sorted(limits(work.config.data).reminders)
    marked = []
    statement = select(RequestRow.number).where(RequestRow.state.in_((*RUNNING, "granted"))).order_by(RequestRow.number)
    for number in work.session.scalars(statement).all():
        request = requests.held(work, number)
        mark = _mark(request, today, days, stages)
        if mark and mark not in request.reminded:
            act = "escalate" if mark == "overdue" else "remind"
            changed = msgspec.structs.replace(request, reminded=(*request.reminded, mark))
            marked.append(requests.keep(work, changed, act, "site", mark))
    return marked


def _mark(request: Request, today: date, days: Calendar, stages: Sequence[int]) -> str:
    """Answer the name of the nearest stage that a request has reached: `overdue`, `1`, `3`, or nothing."""
    due = due_day(request)
    if today > due:
        return "overdue"
    left = days.between(today, due)
    return next((str(stage) for stage in stages if left <= stage), "")
