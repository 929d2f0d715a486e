"""Regular expressions that RE2 may judge: written anew from Python's own parse, never accepting more than Python."""

from __future__ import annotations

import re
from typing import Any

_CATEGORIES = {"CATEGORY_DIGIT": "0-9", "CATEGORY_WORD": "0-9A-Za-z_", "CATEGORY_SPACE": r" \t\n\r\f"}
MOST = 1000


def for_re2(pattern: str) -> str | None:
    """Answer an RE2 expression whose matches Python's `^pattern$` surely has too, or None."""
    try:
        parsed: Any = re._parser.parse(pattern)  # type: ignore[attr-defined]
    except (re.error, RecursionError, OverflowError):
        return None
    if parsed.state.flags & ~re.UNICODE:
        return None
    try:
        return f"^(?:{_sequence(inner(parsed))})$"
    except _Unsafe:
        return None


def inner(parsed: Any) -> list[Any]:
    """Answer the parts of a parsed pattern without the anchors at its two ends, which are implied."""
    parts = list(parsed)
    if parts and str(parts[0][0]) == "AT" and str(parts[0][1]) == "AT_BEGINNING":
        parts = parts[1:]
    if parts and str(parts[-1][0]) == "AT" and str(parts[-1][1]) == "AT_END":
        parts = parts[:-1]
    return parts


class _Unsafe(Exception):
    """The expression holds something that the two engines may read differently."""


def _sequence(parts: list[Any]) -> str:
    return "".join(_part(str(operation), value) for operation, value in parts)


def _part(name: str, value: Any) -> str:
    if name == "LITERAL":
        return _char(value)
    if name == "ANY":
        return "."
    if name == "NOT_LITERAL":
        return f"[^{_char(value)}]"
    if name == "IN":
        return _set(value)
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return _repeat(*value)
    if name == "SUBPATTERN" and not value[1] and not value[2]:
        return f"(?:{_sequence(list(value[3]))})"
    if name == "BRANCH" and value[0] is None:
        return "(?:" + "|".join(_sequence(list(branch)) for branch in value[1]) + ")"
    raise _Unsafe(name)


def _repeat(low: int, high: Any, inner: Any) -> str:
    text = f"(?:{_sequence(list(inner))})"
    if low > MOST or (isinstance(high, int) and str(high) != "MAXREPEAT" and high > MOST):
        raise _Unsafe("repeat")
    return text + (f"{{{low},}}" if str(high) == "MAXREPEAT" else f"{{{low},{int(high)}}}")


def _set(items: list[Any]) -> str:
    negated = bool(items) and str(items[0][0]) == "NEGATE"
    parts = []
    for operation, value in items[1:] if negated else items:
        name = str(operation)
        if name == "LITERAL":
            parts.append(_char(value))
        elif name == "RANGE":
            parts.append(f"{_char(value[0])}-{_char(value[1])}")
        elif name == "CATEGORY" and not negated and str(value) in _CATEGORIES:
            parts.append(_CATEGORIES[str(value)])
        else:
            raise _Unsafe(name)
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _char(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF:
        raise _Unsafe("surrogate")
    return f"\\x{{{code:x}}}"
