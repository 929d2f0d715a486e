"""The validation that follows from an action's row: what is missing, what has the wrong type, what is out of bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from schemas.errors import Invalid
from web.api.action import Action, Param
from web.api.errors import MISSING

LARGEST = 2**31 - 1
TRUE = ("true", "yes", "on", "y", "t", "1")


class Bad(Exception):
    """Carries the messages about one value."""

    def __init__(self, *messages: str) -> None:
        self.messages = list(messages)
        super().__init__(*messages)


def checked(action: Action, data: dict[str, Any]) -> dict[str, Any]:
    """Answer the data with every parameter of the row coerced; raise all that is wrong with it at once."""
    result, errors = dict(data), {}
    for param in action.params:
        value = data.get(param.name)
        if value is None or (isinstance(value, str) and value == "" and param.type != "any"):
            if param.required:
                errors[param.name] = [MISSING]
            else:
                result[param.name] = value if value == "" and param.type == "text" else param.default
            continue
        try:
            result[param.name] = coerce(param, value)
        except Bad as bad:
            errors[param.name] = bad.messages
    if errors:
        raise Invalid(errors)
    return result


def coerce(param: Param, value: Any) -> Any:
    """Turn a sent value into the parameter's type or raise `Bad`."""
    result = COERCE[param.type](value) if not (param.many and isinstance(value, list)) else value
    if param.ceiling is not None and isinstance(result, int):
        result = min(result, param.ceiling)
    if param.among and result not in param.among:
        raise Bad(f"Must be one of: {', '.join(param.among)}")
    return result


def text(value: Any) -> str:
    """Take text, or a number as its text."""
    if isinstance(value, (list, dict)):
        raise Bad("Must be a string")
    return str(value).lower() if isinstance(value, bool) else str(value)


def integer(value: Any) -> int:
    """Take a whole number or its text."""
    if isinstance(value, float) and not value.is_integer():
        raise Bad("Invalid integer")
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise Bad("Invalid integer") from None
    return max(-LARGEST, min(number, LARGEST))


def natural(value: Any) -> int:
    """Take a whole number from 0."""
    number = integer(value)
    if number < 0:
        raise Bad("Must be a natural number")
    return number


def positive(value: Any) -> int:
    """Take a whole number from 1."""
    number = integer(value)
    if number < 1:
        raise Bad("Must be a positive integer")
    return number


def boolean(value: Any) -> bool:
    """Take a truth value as clients write it; anything unknown is false."""
    return value if isinstance(value, bool) else str(value).strip().lower() in TRUE


def sequence(value: Any) -> list[Any]:
    """Take a list, a JSON list as text, or one value as a list of it."""
    if isinstance(value, list):
        return value
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        parsed = _parsed(value)
        if isinstance(parsed, list):
            return parsed
        raise Bad("Not a list")
    return [value]


def structure(value: Any) -> dict[str, Any]:
    """Take an object, or a JSON object as text."""
    parsed = _parsed(value) if isinstance(value, str) else value
    if not isinstance(parsed, dict):
        raise Bad("Must be an object")
    return parsed


def upload(value: Any) -> Any:
    """Take a file part."""
    if not hasattr(value, "filename"):
        raise Bad("Must be a file")
    return value


def _parsed(value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise Bad("Could not parse as valid JSON") from None


COERCE: dict[str, Callable[[Any], Any]] = {
    "text": text,
    "integer": integer,
    "natural": natural,
    "positive": positive,
    "boolean": boolean,
    "list": sequence,
    "object": structure,
    "any": lambda value: value,
    "file": upload,
}
