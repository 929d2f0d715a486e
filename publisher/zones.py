"""Zones: how far a record may go, from what it says of itself."""

from __future__ import annotations

from typing import Literal

from schemas.model import Dataset
from schemas.text import Text

Zone = Literal["public", "shared", "internal"]
ZONES: dict[Zone, Text] = {
    "public": Text(zh="向社会公开", en="public"),
    "shared": Text(zh="政务共享", en="shared within government"),
    "internal": Text(zh="部门内部", en="internal"),
}


def zone_of(dataset: Dataset) -> Zone:
    """Answer a dataset's zone: internal unless active and visible to all, shared where its content is restricted."""
    if dataset.state != "active" or dataset.visibility != "public":
        return "internal"
    return "public" if dataset.access_level == "public" else "shared"
