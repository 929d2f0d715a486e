"""Limits: how long each step of a request or of feedback may take, and on which grounds a request may be refused.

Values are data with their rule beside them: `publisher/data/limits.yaml`, or `limits.yaml` in the site's data folder.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from schemas.errors import Invalid
from schemas.text import Text

SHIPPED = Path(__file__).parent / "data" / "limits.yaml"
Kind = Literal["disclosure", "sharing"]
Days = Annotated[int, msgspec.Meta(ge=1, le=365)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many days, by this rule."""

    days: Days
    rule: str


class KindLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of one kind of request.

    All are working days but `objection`, which is calendar days. `review` and `answer` run from the application,
    `completion` from the call for it, `delivery` and `objection` from the decision; `extension` lengthens `answer`,
    once.
    """

    label: Text
    review: Limit
    answer: Limit
    extension: Limit
    completion: Limit
    delivery: Limit
    objection: Limit


class Ground(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One legal ground to refuse a request; `basis` says that the provision relied on must be named besides."""

    key: str
    kinds: tuple[Kind, ...]
    label: Text
    rule: str
    basis: bool = False


class FeedbackLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits for answering the public."""

    question: Limit
    suggestion: Limit
    error: Limit


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every limit of a site; `reminders` are days before a limit's end, `grant_days` the longest grant."""

    requests: dict[Kind, KindLimits]
    feedback: FeedbackLimits
    reminders: tuple[Days, ...]
    applications_per_day: Count
    feedback_per_hour: Count
    grant_days: Count
    grounds: tuple[Ground, ...]

    def ground(self, key: str, kind: Kind) -> Ground | None:
        """Answer the ground of that key where it holds for the kind."""
        return next((ground for ground in self.grounds if ground.key == key and kind in ground.kinds), None)


def limits(data: Path) -> Limits:
    """Answer the limits of the site with this data folder; raises Invalid naming the fault of its file."""
    own = data / "limits.yaml"
    path = own if own.exists() else SHIPPED
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Limits:
    try:
        found = msgspec.yaml.decode(path.read_bytes(), type=Limits)
        missing = {"disclosure", "sharing"} - set(found.requests)
        if missing:
            raise msgspec.ValidationError(f"requests lacks {sorted(missing)[0]}")
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        message = Text(
            zh=f"期限文件 {path.name} 无效：{error}", en=f"The file of limits {path.name} is not valid: {error}"
        )
        raise Invalid({path.name: [str(error)]}, message, code="bad-limits-file") from None
    return found
