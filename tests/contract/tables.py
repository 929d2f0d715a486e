"""The table engine as the shared corpus calls it: `--callable tests.contract.tables:report`."""

from __future__ import annotations

from schemas.tables import report

__all__ = ["report"]
