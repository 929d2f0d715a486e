"""Checks: what was found in each version of a resource's file, and whether it was published, badged or held back."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import insert, select

from publisher import datasets
from publisher.orm import CheckRow
from publisher.work import Work
from schemas.report import Report

Outcome = Literal["published", "badged", "held", "unchecked"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check of one file: when, of which content, what it said, and what the policy made of it.

    `outcome` is `published` (no error), `badged` (published with its errors shown), `held` (the last good version
    stays) or `unchecked` (it could not be read as a table).
    """

    id: str
    dataset_id: str
    resource_id: str
    at: datetime
    hash: str
    outcome: Outcome
    run_id: str
    report: Report


def put(
    work: Work, dataset_id: str, resource_id: str, report: Report, *, outcome: Outcome, hash: str = "", run_id: str = ""
) -> Check:
    """Keep what a check said; part of the act that published or held the file, whose permission the caller required."""
    check = Check(
        id=work.new_id(),
        dataset_id=dataset_id,
        resource_id=resource_id,
        at=work.now,
        hash=hash,
        outcome=outcome,
        run_id=run_id,
        report=report,
    )
    row = {
        "id": check.id,
        "dataset_id": dataset_id,
        "resource_id": resource_id,
        "at": work.now,
        "hash": hash,
        "valid": report.valid,
        "outcome": outcome,
        "errors": len(report.errors),
        "rows": report.stats.rows,
        "run_id": run_id,
        "report": msgspec.json.encode(report).decode(),
    }
    work.session.execute(insert(CheckRow), [row])
    work.record("check", "resource", resource_id, dataset=dataset_id, outcome=outcome, errors=row["errors"])
    return check


def latest(work: Work, resource_id: str) -> Check | None:
    """Answer the newest check of a resource that the actor may see, or None."""
    found = history(work, resource_id, limit=1)
    return found[0] if found else None


def history(work: Work, resource_id: str, *, limit: int = 20) -> list[Check]:
    """Answer the checks of a resource, newest first; raises NotFound or NotAuthorized as for the resource."""
    datasets.find_resource(work, resource_id)
    statement = (
        select(CheckRow)
        .where(CheckRow.resource_id == resource_id)
        .order_by(CheckRow.at.desc(), CheckRow.id)
        .limit(limit)
    )
    return [_check(row) for row in work.session.scalars(statement)]


def for_dataset(work: Work, dataset_id: str) -> dict[str, Check]:
    """Answer the newest check of each resource of a dataset, by resource id; the caller has read the dataset."""
    statement = select(CheckRow).where(CheckRow.dataset_id == dataset_id).order_by(CheckRow.at, CheckRow.id)
    return {row.resource_id: _check(row) for row in work.session.scalars(statement)}


def _check(row: CheckRow) -> Check:
    return Check(
        id=row.id,
        dataset_id=row.dataset_id,
        resource_id=row.resource_id,
        at=row.at,
        hash=row.hash,
        outcome=row.outcome,  # type: ignore[arg-type]
        run_id=row.run_id,
        report=msgspec.json.decode(row.report, type=Report),
    )
