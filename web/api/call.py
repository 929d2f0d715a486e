"""One call of an action: what the client sent, who it is, and the unit of work that it runs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from publisher.auth import SITE, Actor, Permission, Subject
from publisher.wiring import Platform
from publisher.work import Work
from schemas.errors import NotAuthorized
from web.api.errors import Refused


class Changed(msgspec.Struct, frozen=True):
    """A result that also names the datasets that the call changed."""

    result: Any
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """Carries what an action needs.

    `data` holds the parameters of the action's row, coerced, and everything else that was sent as it came; `sent` names
    what the client really sent. `site` is the address of the site without a slash at its end.
    """

    name: str
    permission: Permission
    data: dict[str, Any]
    work: Work
    platform: Platform
    site: str
    sent: frozenset[str] = field(default_factory=frozenset)

    @property
    def actor(self) -> Actor:
        """Answer who calls."""
        return self.work.actor

    @property
    def who(self) -> str:
        """Answer the caller's name as refusals print it: nothing for an anonymous caller."""
        return "" if self.anonymous else self.actor.name

    @property
    def anonymous(self) -> bool:
        """Tell whether nobody is logged in."""
        return not self.actor.id

    def get(self, name: str, default: Any = None) -> Any:
        """Answer a parameter, or the default where it is absent or null."""
        value = self.data.get(name)
        return default if value is None else value

    def text(self, name: str) -> str:
        """Answer a parameter as text, empty where it is absent."""
        value = self.data.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Answer a parameter as a truth value."""
        return bool(self.data.get(name))

    def permit(self, subject: Subject | None = None, to: str = "", *, anonymous: str = "") -> None:
        """Require the permission that the action's row names."""
        self.require(self.permission, subject, to, anonymous=anonymous)

    def require(
        self, permission: Permission, subject: Subject | None = None, to: str = "", *, anonymous: str = ""
    ) -> None:
        """Require a permission and refuse in the contract's words: `User NAME not authorized to …`."""
        try:
            self.work.require(permission, subject or SITE)
        except NotAuthorized:
            name = anonymous if self.anonymous else self.who
            raise Refused(f"User {name} not authorized to {to}" if to else "") from None
