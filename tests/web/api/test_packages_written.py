"""What is given out from memory is never older than what was changed."""

from __future__ import annotations

from tests.web.api.asking import Asked
from web.api.packages_written import Written


def test_every_change_shows_at_once(fresh: Asked) -> None:
    def shown() -> dict[str, object]:
        found = fresh.act("package_search", fq="name:shown")["results"][0]
        asked: dict[str, object] = fresh.act("package_show", id="shown")
        assert found["metadata_modified"] == asked["metadata_modified"]
        return asked

    assert shown() == shown()
    fresh.act("package_patch", id="shown", title="Changed", groups=[{"name": "theme"}])
    assert shown()["title"] == "Changed"
    fresh.act("organization_patch", id="bureau", title="Renamed bureau")
    assert shown()["organization"]["title"] == "Renamed bureau"  # type: ignore[index]
    fresh.act("group_patch", id="theme", title="Renamed theme")
    assert shown()["groups"][0]["title"] == "Renamed theme"  # type: ignore[index]
    resource = shown()["resources"][0]["id"]  # type: ignore[index]
    fresh.act("datastore_create", resource_id=resource, records=[{"a": 1}], force=True)
    assert shown()["resources"][0]["datastore_active"] is True  # type: ignore[index]
    fresh.act("package_relationship_create", subject="shown", object="trash", type="depends_on")
    assert len(shown()["relationships_as_subject"]) == 1  # type: ignore[arg-type]
    fresh.act("package_relationship_delete", subject="shown", object="trash", type="depends_on")
    assert shown()["relationships_as_subject"] == []


def test_private_package_stays_private_when_it_is_kept(fresh: Asked) -> None:
    assert fresh.act("package_show", id="secret")["name"] == "secret"
    for who in ("", "outsider"):
        assert fresh.refused("package_show", who, id="secret")[0] == 403
    fresh.act("package_patch", id="shown", private=True)
    assert fresh.refused("package_show", "", id="shown")[0] == 403


def test_memory_forgets_what_was_asked_for_longest() -> None:
    kept = Written(most=25)
    for name in "abc":
        kept.put(name, 1, name.encode() * 10)
    assert kept.get("a", 1) is None
    assert kept.get("c", 1) == b"c" * 10
    assert kept.get("c", 2) is None
    kept.put("b", 2, b"short")
    assert kept.get("b", 2) == b"short"
