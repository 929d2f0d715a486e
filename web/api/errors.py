"""The refusals of the API and the one table that turns an error's class into a status and the contract's `__type`."""

from __future__ import annotations

from typing import Any

from schemas.errors import Conflict, GongkaiError, Invalid, NotAuthorized, NotFound, Unavailable

MISSING = "Missing value"


class BadRequest(Exception):
    """The request cannot be read as a call at all; the answer is a bare JSON string."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message = f"Bad request: {message}"
        self.status = status
        super().__init__(self.message)


class Missing(NotFound):
    """An object is not there; `detail` follows "Not found: " where the contract has more to say."""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(detail or "Not found")


class Refused(NotAuthorized):
    """The caller may not; `detail` follows "Access denied: " where the contract has more to say."""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(detail or "Access denied")


class BadParameters(Invalid):
    """A search that asks for parameters or an order that do not exist."""

    code = "search-query-error"


class SearchRefused(Invalid):
    """A search whose text cannot be understood."""

    code = "search-error"


class WrongShape(Invalid):
    """A list of objects was expected and something else came; `data` is what was sent."""

    code = "integrity-error"

    def __init__(self, field: str, kind: type, data: dict[str, Any]) -> None:
        self.data = data
        message = f"Only lists of dicts can be placed against subschema ('{field}',), not {kind}"
        super().__init__(message=message)


RULES: tuple[tuple[type[GongkaiError], int, str], ...] = (
    (WrongShape, 400, "Integrity Error"),
    (BadParameters, 400, "Search Query Error"),
    (SearchRefused, 409, "Search Error"),
    (NotFound, 404, "Not Found Error"),
    (NotAuthorized, 403, "Authorization Error"),
    (Invalid, 409, "Validation Error"),
    (Conflict, 409, "Validation Error"),
    (Unavailable, 503, "Search Connection Error"),
    (GongkaiError, 409, "Validation Error"),
)


def answer(error: GongkaiError) -> tuple[int, dict[str, Any]]:
    """Turn an error into its status and the `error` object of the answer."""
    status, kind = next((status, kind) for cls, status, kind in RULES if isinstance(error, cls))
    return status, _body(error) | {"__type": kind}


def _body(error: GongkaiError) -> dict[str, Any]:
    if isinstance(error, WrongShape):
        return {"message": str(error), "data": error.data}
    if isinstance(error, (BadParameters, SearchRefused)):
        return {"message": str(error)}
    if isinstance(error, NotFound):
        return {"message": _with_detail("Not found", error)}
    if isinstance(error, NotAuthorized):
        return {"message": _with_detail("Access denied", error)}
    if isinstance(error, Invalid) and error.errors:
        return dict(error.errors)
    return {"message": str(error)}


def _with_detail(text: str, error: GongkaiError) -> str:
    detail = getattr(error, "detail", "")
    return f"{text}: {detail}" if detail else text


def missing(*names: str) -> Invalid:
    """Make the refusal of a call that lacks parameters."""
    return Invalid({name: [MISSING] for name in names})


def refuse(**messages: str) -> Invalid:
    """Make a refusal with one message a field."""
    return Invalid({name: [message] for name, message in messages.items()})


def told(message: str) -> Invalid:
    """Make a refusal that is about the call as a whole."""
    return Invalid(message=message)
