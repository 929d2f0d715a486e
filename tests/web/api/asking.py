"""A site with one organization, its people and its packages, asked by name and by person."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.test import Client

from tests.contract.site import fresh_site

PEOPLE = ("outsider", "member", "editor", "admin")


class Asked:
    """Asks the actions of a site; `who` is "", "sysadmin", or one of PEOPLE."""

    def __init__(self, app: Any, sysadmin: str) -> None:
        self.app = app
        self.client = Client(app)
        self.tokens = {"": "", "sysadmin": sysadmin}

    @property
    def platform(self) -> Any:
        return self.app.extensions["gongkai"]

    def send(self, action: str, who: str = "sysadmin", **body: Any) -> tuple[int, Any]:
        headers = {"Authorization": self.tokens[who]} if who else {}
        answer = self.client.post(f"/api/3/action/{action}", json=body, headers=headers)
        return answer.status_code, answer.get_json()

    def act(self, action: str, who: str = "sysadmin", **body: Any) -> Any:
        status, answer = self.send(action, who, **body)
        assert status == 200, answer
        return answer["result"]

    def refused(self, action: str, who: str = "sysadmin", **body: Any) -> tuple[int, dict[str, Any]]:
        status, answer = self.send(action, who, **body)
        assert status >= 400, answer
        return status, answer["error"]

    def upload(self, action: str, who: str = "sysadmin", *, name: str, content: bytes, **form: str) -> tuple[int, Any]:
        headers = {"Authorization": self.tokens[who]} if who else {}
        answer = self.client.post(
            f"/api/3/action/{action}", data={**form, "upload": (io.BytesIO(content), name)}, headers=headers
        )
        answer.request.environ["wsgi.input"].close()  # the client keeps large forms in a file of its own
        return answer.status_code, answer.get_json()

    def settle(self) -> None:
        """Make the organization `bureau`, its people, and the packages `shown`, `secret` and `trash`."""
        self.act("organization_create", name="bureau", title="Bureau")
        self.act("organization_create", name="other", title="Other")
        self.act("group_create", name="theme", title="Theme")
        for name in PEOPLE:
            made = self.act(
                "user_create",
                name=f"the-{name}",
                email=f"the-{name}@example.org",
                password="long-enough",
                with_apitoken=True,
            )
            self.tokens[name] = made["token"]
            if name != "outsider":
                self.act("organization_member_create", id="bureau", username=f"the-{name}", role=name)
        resources = [{"name": "one", "url": "http://example.org/one.csv", "format": "CSV"}]
        self.act("package_create", name="shown", owner_org="bureau", resources=resources, tags=[{"name": "water"}])
        self.act("package_create", name="secret", owner_org="bureau", private=True, resources=resources)
        self.act("package_create", name="trash", owner_org="bureau")


@contextmanager
def asked(**settings: Any) -> Iterator[Asked]:
    """Open a fresh site and settle it."""
    with fresh_site(**settings) as (app, sysadmin, _):
        site = Asked(app, sysadmin)
        site.settle()
        yield site
