"""What an action is: one row that carries its function, its parameters, its help and the permission that it needs.

From the row come the decoding of a request, its validation, the help, the OpenAPI document and the reference page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from publisher.auth import Permission
from schemas.text import Text
from web.api.call import Call

Type = Literal["text", "integer", "natural", "positive", "boolean", "list", "object", "any", "file"]
Function = Callable[[Call], Any]

REFERENCE = Text(zh="对象的 id 或名称。", en="The id or the name of the object.")
LIMIT = Text(zh="最多返回多少项。", en="The most items to answer.")
OFFSET = Text(zh="跳过前面多少项。", en="How many items to skip.")


class Param(msgspec.Struct, frozen=True):
    """One parameter: its type, the value it has when it is not sent, its bounds and its help.

    `required` makes the registry answer "Missing value" before the function runs; `many` says that the client may send
    a list where one value is usual; `among` lists the only values that are taken.
    """

    name: str
    type: Type
    help: Text
    required: bool = False
    default: Any = None
    ceiling: int | None = None
    among: tuple[str, ...] = ()
    many: bool = False


class Action(msgspec.Struct, frozen=True):
    """One action of the API.

    `reads` actions may be called by GET and are open to scripts of other sites. `checked` is false for actions that
    validate for themselves, because the contract asks for the permission first. `internal` actions stay out of the
    documents. `returns` names the JSON type of the result for the OpenAPI document.
    """

    name: str
    function: Function
    help: Text
    params: tuple[Param, ...] = ()
    reads: bool = True
    permission: Permission = Permission.SITE_READ
    checked: bool = True
    returns: str = "any"
    example: dict[str, Any] | None = None


def reference(name: str = "id", *, required: bool = True, help: Text = REFERENCE) -> Param:
    """Make the parameter that names the object of an action."""
    return Param(name, "text", help, required=required)


def limit(default: int | None = None, ceiling: int | None = None) -> Param:
    """Make the parameter that limits a list."""
    return Param("limit", "natural", LIMIT, default=default, ceiling=ceiling)


def offset() -> Param:
    """Make the parameter that skips the start of a list."""
    return Param("offset", "natural", OFFSET, default=0)
