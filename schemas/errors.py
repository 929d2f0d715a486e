"""The error tree: every refusal says what, which and what to do; nobody here writes, logs or knows HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.text import Text


class GongkaiError(Exception):
    """Carries one bilingual message; `str(error)` is the English one."""

    code = "error"

    def __init__(self, message: Text | str, *, code: str | None = None) -> None:
        self.message = message if isinstance(message, Text) else Text(zh=message, en=message)
        if code is not None:
            self.code = code
        super().__init__(self.message.en)


class NotFound(GongkaiError):
    """Nothing of that kind has that id or name, or the caller may not know that it exists."""

    code = "not-found"


class NotAuthorized(GongkaiError):
    """The actor lacks the permission that the act requires."""

    code = "not-authorized"


class Invalid(GongkaiError):
    """Input is refused; `errors` maps field paths to lists of messages (nested as the input is nested)."""

    code = "invalid"

    def __init__(
        self,
        errors: Mapping[str, Any] | None = None,
        message: Text | str | None = None,
        *,
        code: str | None = None,
    ) -> None:
        self.errors: dict[str, Any] = dict(errors or {})
        super().__init__(message or _summary(self.errors), code=code)


class Conflict(GongkaiError):
    """The thing changed meanwhile, or another one stands in the way."""

    code = "conflict"


class Unavailable(GongkaiError):
    """An engine or a remote system does not answer; trying again later may help."""

    code = "unavailable"


def _summary(errors: Mapping[str, Any]) -> Text:
    if not errors:
        return Text(zh="输入无效。", en="The input is not valid.")
    told = "; ".join(f"{path}: {_first(value)}" for path, value in errors.items())
    return Text(zh=f"输入无效：{told}", en=f"The input is not valid: {told}")


def _first(value: Any) -> str:
    while isinstance(value, (list, tuple, dict)) and value:
        value = next(iter(value.values() if isinstance(value, dict) else value))
    return str(value)
