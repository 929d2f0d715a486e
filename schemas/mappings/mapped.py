"""What every mapping answers, and what it is told: a dataset with findings, from a payload with its context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from schemas.model import Dataset, Organization
from schemas.report import Finding
from schemas.text import Text


class Mapped(msgspec.Struct, frozen=True):
    """One record read: the dataset, and what is to be said about the record."""

    dataset: Dataset
    findings: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool:
        """Tell whether no finding is an error."""
        return not any(finding.level == "error" for finding in self.findings)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a mapping may know beyond one record.

    `base_url` resolves relative addresses; `language` is what plain texts are written in; `catalogue` holds the
    catalogue's own fields, without its records; `own` says that the payload speaks of this site's own record
    (an API client's), and `previous` is that record as it stands.
    """

    base_url: str = ""
    language: str = ""
    catalogue: dict[str, Any] = {}
    own: bool = False
    previous: Dataset | None = None


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a dataset is shown with: its owner, its themes and the address of the site."""

    site_url: str = ""
    site_title: str = ""
    organization: Organization | None = None
    groups: tuple[Organization, ...] = ()


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange format: how records are read from it and datasets are written to it, where that is possible."""

    key: str
    label: Text
    media_type: str
    extension: str
    read: Callable[[dict[str, Any], Context], Mapped] | None = None
    write: Callable[[Dataset, Surroundings], Any] | None = None


Kind = Literal["text", "list", "object", "number", "date", "address"]
