"""The engine's door: one resource of a package in, frictionless' own report out, or Fallback."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.tables.engine.blocks import LARGEST
from schemas.tables.engine.fallback import Fallback
from schemas.tables.engine.plan import SMALL, Plan, open_plan
from schemas.tables.engine.run import Outcome, run
from schemas.tables.engine.values import run_values

Document = dict[str, Any]

DEFAULT_LIMIT = 1000


def report(
    package: str | Path | Document,
    resource: str,
    options: Mapping[str, Any],
    basepath: str = "",
    *,
    smallest: int = SMALL,
    largest: int = LARGEST,
    writer: Any = None,
) -> Document:
    """Check one resource; raises Fallback before anything is said where frictionless has to do it.

    Files of fewer than `smallest` bytes are left to frictionless; blocks have at most `largest` bytes.
    """
    from frictionless import Package, helpers
    from frictionless.exception import FrictionlessException

    if set(options) - {"limit_errors"}:
        raise Fallback("options")
    timer: Any = helpers.Timer()  # type: ignore[no-untyped-call]
    try:
        opened = (
            Package(package) if not isinstance(package, dict) else Package.from_descriptor(package, basepath=basepath)
        )
    except FrictionlessException as error:
        raise Fallback("metadata", str(error)) from error
    plan = open_plan(opened, resource, int(options.get("limit_errors", DEFAULT_LIMIT)), smallest)
    plan.largest = largest
    if writer is not None:
        if plan.csv is None:
            raise Fallback("typed-source", "values are written through frictionless")
        writer.open(plan)
    try:
        outcome = run(plan, writer) if plan.csv is not None else run_values(plan)
    except Fallback:
        raise
    except Exception as error:  # frictionless would meet it too, and its outcome is the one to give
        raise Fallback("reader", f"{type(error).__name__}: {error}") from error
    return _document(plan, outcome, timer)


def _document(plan: Plan, outcome: Outcome, timer: Any) -> Document:
    from frictionless import Report

    stats = plan.resource.stats
    stats.rows = outcome.rows
    stats.bytes = max(stats.bytes or 0, outcome.bytes) or None
    if outcome.hashes is not None:
        stats.md5, stats.sha256 = outcome.hashes
    errors, warnings = list(outcome.errors), list(plan.warnings)
    if outcome.stopped:
        warnings.append(f"reached error limit: {plan.limit}")
    else:
        for check in plan.checks:
            errors += [error.to_descriptor() for error in check.validate_end() if plan.checklist.match(error)]
    task = Report.from_validation_task(plan.resource, time=timer.time, labels=plan.labels, warnings=warnings)
    document: Document = Report.from_validation_reports(time=timer.time, reports=[task]).to_descriptor()
    return _with_errors(document, errors)


def _with_errors(document: Document, errors: list[Document]) -> Document:
    document["valid"] = document["tasks"][0]["valid"] = not errors
    document["stats"]["errors"] = document["tasks"][0]["stats"]["errors"] = len(errors)
    document["tasks"][0]["errors"] = errors
    return document
