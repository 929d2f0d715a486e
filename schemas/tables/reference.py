"""The frictionless engine itself: the reference for every verdict, and the way for whatever the fast engine leaves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

Document = dict[str, Any]


def report(package: str | Path | Document, resource: str, options: Mapping[str, Any], basepath: str = "") -> Document:
    """Check one resource of a package with frictionless and answer its report, letting its exceptions out."""
    from frictionless import Checklist, Package

    opened = Package(package) if not isinstance(package, dict) else Package.from_descriptor(package, basepath=basepath)
    rest = dict(options)
    checklist = rest.pop("checklist", None)
    if isinstance(checklist, dict):
        checklist = Checklist.from_descriptor(checklist)
    document: Document = opened.validate(checklist, name=resource, **rest).to_descriptor()
    return document
