"""The table engine as the shared corpus calls it: `--callable tests.contract.tables:report`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.tables import report
from schemas.tables.engine import fallback
from schemas.tables.engine import report as engine
from schemas.tables.reference import report as reference

__all__ = ["fast", "reference", "report"]


def fast(package_path: str, resource_name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Check with the fast engine however small the file is; only what it leaves goes to frictionless."""
    try:
        document = engine.report(package_path, resource_name, options, smallest=0)
    except fallback.Fallback as reason:
        fallback.count(reason.reason)
        return reference(package_path, resource_name, options)
    fallback.count("fast")
    return document
