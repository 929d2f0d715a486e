"""Every action of the registry requires a permission, has help in two languages, and stands in the documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from publisher import users
from publisher.auth import SITE, SYSTEM, Actor, Permission, Subject
from publisher.work import Work
from schemas.errors import Invalid, NotFound
from tests.web.api.asking import Asked
from web.api.action import Action
from web.api.call import Call
from web.api.parameters import checked
from web.api.registry import ACTIONS

FOLLOWEES = tuple(
    f"{kind}followee_{part}" for kind in ("", "dataset_", "group_", "organization_") for part in ("list", "count")
)
BY_ID = {"dataset_purge": "trash", "package_delete": "trash"}


def _sent(site: Asked, action: Action) -> dict[str, Any]:
    """Answer a call that would do what the action is for."""
    shown = site.act("package_show", id="shown")
    resource = shown["resources"][0]["id"]
    known: dict[str, Any] = {
        "id": _named(action.name, resource),
        "q": "wa",
        "query": "name:one" if action.name == "resource_search" else "wa",
        "name": "package_show" if action.name == "help_show" else "new-name",
        "package_id": "shown",
        "resource_id": resource,
        "dataset_id": "shown",
        "org_id": "bureau",
        "organization_id": "other" if action.name == "package_owner_org_update" else "",
        "owner_org": "bureau",
        "group_id": "bureau",
        "username": "the-outsider",
        "user": "the-editor",
        "user_id": "the-editor",
        "role": "member",
        "capacity": "member",
        "email": "new@example.org",
        "password": "long-enough",
        "subject": "shown",
        "object": "the-outsider" if action.name.startswith("member_") else "secret",
        "object_type": "user" if action.name.startswith("member_") else "package",
        "type": "" if action.name == "organization_list" else "depends_on",
        "vocabulary_id": "voc" if action.name in ("tag_create", "tag_delete") else "",
        "match": {"name": "shown"},
        "update": {"title": "New"},
        "view_type": "text_view",
        "title": "Title",
        "url": "http://example.org/x",
        "source_type": "ckan",
        "source_id": "src",
        "key": "ckan.site_title",
        "terms": ["water"],
        "term": "water",
        "term_translation": "水",
        "lang_code": "zh",
        "entity_id": "e",
        "entity_type": "e",
        "task_type": "t",
        "resource": {"id": resource, "package_id": "shown"},
        "package": {"id": "shown"},
        "order": [],
    }
    params = {param.name for param in action.params}
    return {name: value for name, value in known.items() if name in params and value != ""}


def _named(action: str, resource: str) -> str:
    if action in BY_ID:
        return BY_ID[action]
    if action.startswith(("resource_view_list", "resource_view_reorder")):
        return resource
    table = (
        ("resource_", resource),
        ("organization_list_for_user", "the-editor"),
        *((prefix, "the-editor") for prefix in FOLLOWEES),
        ("organization_", "bureau"),
        ("group_", "theme"),
        ("member_", "bureau"),
        ("user_", "the-editor"),
        ("harvest_source", "src"),
        ("vocabulary_", "voc"),
        ("tag_delete", "nature"),
        ("tag_", "water"),
    )
    return next((value for prefix, value in table if action.startswith(prefix)), "shown")


class Watched(Work):
    """Notes what is asked for, and then refuses everything."""

    asked: list[Permission]

    def require(self, permission: Permission, subject: Subject = SITE) -> None:
        self.asked.append(permission)
        super().require(permission, subject)

    def may(self, permission: Permission, subject: Subject = SITE) -> bool:
        self.asked.append(permission)
        return super().may(permission, subject)


@pytest.fixture(scope="module")
def furnished(settled: Asked) -> Asked:
    settled.act("vocabulary_create", name="voc", tags=[{"name": "nature"}])
    settled.act(
        "harvest_source_create", name="src", title="S", url="http://127.0.0.1:9", source_type="ckan", owner_org="bureau"
    )
    return settled


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_no_action_answers_before_it_asked_for_a_permission(furnished: Asked, name: str) -> None:
    action, platform = ACTIONS[name], furnished.platform
    with platform.read(SYSTEM) as work:
        admin = users.find(work, "admin")
        assert admin is not None
        actor: Actor = users.actor_for(work, admin)
    sent = _sent(furnished, action)
    asked: list[Permission] = []
    app = furnished.app
    with app.test_request_context("/api/3/action/" + name), platform.read(actor) as work:
        work.__class__ = Watched
        work.asked = asked
        call = Call(name, action.permission, sent, work, platform, "http://x", frozenset(sent))
        try:
            action.function(replace(call, data=checked(action, sent) if action.checked else sent))
        except (NotFound, Invalid):
            return  # it answered nothing: the call names nothing that is there, or is not complete
        except SQLAlchemyError:
            pass  # a write on a work that only reads: what was asked for before it counts
    assert asked, f"{name} asked for no permission"


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_is_told_in_two_languages(name: str) -> None:
    action = ACTIONS[name]
    texts = [action.help, *(param.help for param in action.params)]
    assert all(text.zh.strip() and text.en.strip() for text in texts)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in action.help.zh)


def test_help_names_every_parameter(settled: Asked) -> None:
    for name, action in ACTIONS.items():
        told = settled.act("help_show", name=name)
        assert all(f":param {param.name}:" in told for param in action.params)


def test_document_has_a_path_for_every_action(settled: Asked) -> None:
    document = settled.client.get("/api/3/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    for name, action in ACTIONS.items():
        path = document["paths"][f"/api/3/action/{name}"]
        assert ("get" in path) == action.reads
        assert "post" in path


def test_writing_by_get_is_refused(settled: Asked) -> None:
    for name, action in ACTIONS.items():
        if not action.reads:
            answer = settled.client.get(f"/api/3/action/{name}")
            assert answer.status_code == 400, name
            assert answer.get_json().startswith("Bad request: JSON Error")


def test_reads_are_open_to_other_sites_and_writes_are_not(settled: Asked) -> None:
    read = settled.client.get("/api/3/action/status_show", headers={"Origin": "https://example.org"})
    assert read.headers["Access-Control-Allow-Origin"] == "*"
    asked = settled.client.options("/api/3/action/package_create", headers={"Origin": "https://example.org"})
    assert "Access-Control-Allow-Origin" not in asked.headers
