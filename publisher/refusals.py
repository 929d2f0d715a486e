"""Refusals: what is wrong with a form, field by field and in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.errors import Invalid
from schemas.text import Text


class BadForm(Invalid):
    """Input is refused; `faults` maps each field to what is wrong with it."""

    def __init__(self, faults: Mapping[str, Text], *, code: str = "bad-form") -> None:
        self.faults = dict(faults)
        message = Text(
            zh="".join(fault.zh for fault in faults.values()), en=" ".join(fault.en for fault in faults.values())
        )
        super().__init__({field: [fault.en] for field, fault in faults.items()}, message, code=code)
