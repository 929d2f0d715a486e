"""Everybody may do what the contract says, and nothing more: nobody, an outsider, a member, an editor, an admin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api.asking import Asked
from web.api.registry import ACTIONS

EVERYBODY = ("", "outsider", "member", "editor", "admin", "sysadmin")
ROWS: tuple[tuple[str, dict[str, Any], str], ...] = (
    # action, what is sent, and the answers in the order of EVERYBODY
    ("package_show", {"id": "shown"}, "200 200 200 200 200 200"),
    ("package_show", {"id": "secret"}, "403 403 200 200 200 200"),
    ("package_activity_list", {"id": "secret"}, "403 403 200 200 200 200"),
    ("package_relationships_list", {"id": "secret"}, "403 403 200 200 200 200"),
    ("dcat_dataset_show", {"id": "secret"}, "403 403 200 200 200 200"),
    ("package_create", {"name": "made", "owner_org": "bureau"}, "403 403 403 200 200 200"),
    ("package_create", {"name": "made", "owner_org": "other"}, "403 403 403 403 403 200"),
    ("package_patch", {"id": "shown", "title": "New"}, "403 403 403 200 200 200"),
    ("package_update", {"id": "shown", "owner_org": "bureau"}, "403 403 403 200 200 200"),
    ("package_revise", {"match": {"name": "shown"}, "update": {"title": "R"}}, "403 403 403 200 200 200"),
    ("package_delete", {"id": "trash"}, "403 403 403 200 200 200"),
    ("dataset_purge", {"id": "trash"}, "403 403 403 403 403 200"),
    ("resource_create", {"package_id": "shown", "url": "http://e.org/2"}, "403 403 403 200 200 200"),
    ("bulk_update_private", {"org_id": "bureau", "datasets": []}, "403 403 403 403 200 200"),
    ("organization_create", {"name": "new-org"}, "403 200 200 200 200 200"),
    ("organization_patch", {"id": "bureau", "title": "New"}, "403 403 403 403 200 200"),
    ("organization_member_create", {"id": "bureau", "username": "the-outsider", "role": "member"},
     "403 403 403 403 200 200"),
    ("organization_purge", {"id": "other"}, "403 403 403 403 403 200"),
    ("user_create", {"name": "new-user", "email": "n@e.org", "password": "long-enough"}, "403 403 403 403 403 200"),
    ("user_patch", {"id": "the-editor", "about": "x"}, "403 403 403 200 403 200"),
    ("user_delete", {"id": "the-editor"}, "403 403 403 403 403 200"),
    ("api_token_list", {"user_id": "the-editor"}, "403 403 403 200 403 200"),
    ("api_token_create", {"user": "the-editor", "name": "t"}, "403 403 403 200 403 200"),
    ("follow_dataset", {"id": "shown"}, "403 200 200 200 200 200"),
    ("follow_dataset", {"id": "secret"}, "403 403 200 200 200 200"),
    ("dashboard_activity_list", {}, "403 200 200 200 200 200"),
    ("vocabulary_create", {"name": "voc", "tags": []}, "403 403 403 403 403 200"),
    ("config_option_show", {"key": "ckan.site_title"}, "403 403 403 403 403 200"),
    ("job_list", {}, "403 403 403 403 403 200"),
    ("term_translation_update", {"term": "a", "term_translation": "b", "lang_code": "zh"}, "403 403 403 403 403 200"),
    ("harvest_source_create", {"name": "src", "title": "S", "url": "http://e.org", "source_type": "ckan",
                               "owner_org": "bureau"}, "403 403 403 403 200 200"),
    ("resource_view_clear", {}, "403 403 403 403 403 200"),
)  # fmt: skip


@pytest.mark.parametrize(("action", "body", "answers"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)])
def test_everybody_gets_what_the_contract_says(fresh: Asked, action: str, body: dict[str, Any], answers: str) -> None:
    expected = dict(zip(EVERYBODY, map(int, answers.split()), strict=True))
    for who in (who for who in EVERYBODY if expected[who] == 403):
        status, error = fresh.refused(action, who, **body)
        assert (who, status, error["__type"]) == (who, 403, "Authorization Error")
        assert error["message"].startswith("Access denied")
    allowed = [who for who in EVERYBODY if expected[who] == 200]
    for who in allowed if ACTIONS[action].reads else allowed[:1]:
        status, answer = fresh.send(action, who, **body)
        assert (who, status) == (who, 200), answer


def test_no_answer_tells_of_a_private_package(settled: Asked) -> None:
    for who in ("", "outsider"):
        found = settled.act("package_search", who, **{"include_private": True, "facet.field": ["organization"]})
        assert found["count"] == 2
        assert found["facets"]["organization"] == {"bureau": 2}
        assert settled.act("package_autocomplete", who, q="sec") == []
        assert "secret" not in settled.act("package_list", who)
        assert settled.act("organization_show", who, id="bureau")["package_count"] == 2
        assert settled.act("resource_search", who, query="name:one")["count"] == 1
        assert all(
            one["object_id"] != _id(settled) for one in settled.act("organization_activity_list", who, id="bureau")
        )
        assert all(
            one["object_id"] != _id(settled) for one in settled.act("recently_changed_packages_activity_list", who)
        )


def _id(site: Asked) -> str:
    return str(site.act("package_show", id="secret")["id"])
