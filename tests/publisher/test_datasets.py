"""Datasets are put, read, withdrawn and purged as their permissions say, and every change leaves a trace."""

from __future__ import annotations

import pytest

from publisher import audit, datasets, history, organizations
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.orm import OptionRow
from publisher.wiring import Platform
from publisher.work import Unaccounted
from schemas.errors import Conflict, Invalid, NotAuthorized, NotFound
from schemas.model import Dataset, Organization, Resource, replace
from tests.publisher.conftest import add_person

AIR = Dataset(
    title="空气质量监测", name="air-quality", keywords=("空气",), resources=(Resource(title="日报", url="http://x/1"),)
)


def put(platform: Platform, dataset: Dataset) -> Dataset:
    with platform.work(SYSTEM) as work:
        return datasets.put(work, dataset)


def test_put_gives_ids_moments_and_a_revision(platform: Platform) -> None:
    kept = put(platform, AIR)
    assert kept.id
    assert kept.resources[0].id
    assert kept.created == kept.changed
    assert kept.revision == 1
    with platform.read(ANONYMOUS) as work:
        assert datasets.get(work, "air-quality") == kept
        assert datasets.get(work, kept.id) == kept


def test_putting_the_same_again_changes_nothing(platform: Platform) -> None:
    kept = put(platform, AIR)
    again = put(platform, kept)
    assert again == kept
    with platform.read(SYSTEM) as work:
        assert [entry.verb for entry in audit.entries(work, kind="dataset")] == ["create"]


def test_a_change_keeps_the_old_version(platform: Platform) -> None:
    kept = put(platform, AIR)
    changed = put(platform, replace(kept, title="空气质量"))
    assert (changed.revision, changed.created, changed.resources) == (2, kept.created, kept.resources)
    with platform.read(ANONYMOUS) as work:
        assert history.at_revision(work, "air-quality", 1) == kept
        assert [version.revision for version in history.versions(work, "air-quality")] == [2, 1]
        with pytest.raises(NotFound):
            history.at_revision(work, "air-quality", 3)


def test_a_stale_editor_is_told_of_the_conflict(platform: Platform) -> None:
    kept = put(platform, AIR)
    put(platform, replace(kept, title="二"))
    with pytest.raises(Conflict), platform.work(SYSTEM) as work:
        datasets.put(work, replace(kept, title="三"), expected_revision=1)


def test_names_are_made_from_titles_and_stay_unique(platform: Platform) -> None:
    first, second = (put(platform, Dataset(title="北京 空气质量 2026")) for _ in range(2))
    assert first.name == "bei-jing-kong-qi-zhi-liang-2026"
    assert second.name == f"{first.name}-2"


@pytest.mark.parametrize("name", ["A", "Bad Name", "new", "x" * 101])
def test_a_bad_name_is_refused_and_leaves_nothing(platform: Platform, name: str) -> None:
    with pytest.raises(Invalid) as caught, platform.work(SYSTEM) as work:
        datasets.put(work, replace(AIR, name=name))
    assert "name" in caught.value.errors
    with platform.read(SYSTEM) as work:
        assert datasets.ids(work) == []
        assert audit.entries(work) == []


def test_a_taken_name_is_refused(platform: Platform) -> None:
    put(platform, AIR)
    with pytest.raises(Invalid, match="already in use"):
        put(platform, AIR)


def test_removed_datasets_stay_with_their_address(platform: Platform) -> None:
    kept = put(platform, AIR)
    with platform.work(SYSTEM) as work:
        datasets.remove(work, "air-quality")
    with platform.read(SYSTEM) as work:
        assert datasets.get(work, kept.id).state == "deleted"
        assert datasets.public_names(work) == []
    with platform.read(ANONYMOUS) as work, pytest.raises(NotAuthorized):
        datasets.get(work, kept.id)


def test_purged_datasets_are_gone_but_not_their_audit(platform: Platform) -> None:
    kept = put(platform, AIR)
    put(platform, replace(kept, title="二"))
    with platform.work(SYSTEM) as work:
        datasets.purge(work, kept.id)
    with platform.read(SYSTEM) as work:
        assert datasets.find(work, kept.id) is None
        assert [entry.verb for entry in audit.entries(work, kind="dataset")] == ["purge", "update", "create"]
        with pytest.raises(NotFound):
            datasets.find_resource(work, kept.resources[0].id)


def test_roles_decide_who_reads_and_writes_private_data(platform: Platform) -> None:
    with platform.work(SYSTEM) as work:
        bureau = organizations.put(work, Organization(name="bureau", title="局"))
    member, editor, outsider = (
        add_person(platform, name, **({bureau.id: name} if name != "outsider" else {}))
        for name in ("member", "editor", "outsider")
    )
    private = replace(AIR, owner=bureau.id, visibility="private")
    with pytest.raises(NotAuthorized), platform.work(member) as work:
        datasets.put(work, private)
    with platform.work(editor) as work:
        kept = datasets.put(work, private)
    with platform.read(member) as work:
        assert datasets.get(work, kept.id) == kept
    for actor in (outsider, ANONYMOUS):
        with platform.read(actor) as work, pytest.raises(NotAuthorized):
            datasets.get(work, kept.id)


def test_a_change_without_permission_or_trace_is_never_kept(platform: Platform) -> None:
    with pytest.raises(Unaccounted), platform.work(SYSTEM) as work:
        work.session.add(OptionRow(key="sneaky", value="1"))
        work.session.flush()
    with platform.read(SYSTEM) as work:
        assert work.session.get(OptionRow, "sneaky") is None


def test_a_failed_part_leaves_the_rest(platform: Platform) -> None:
    with platform.work(SYSTEM) as work:
        datasets.put(work, AIR)
        with pytest.raises(Invalid), work.savepoint():
            datasets.put(work, replace(AIR, title="second"))
    with platform.read(SYSTEM) as work:
        assert datasets.public_names(work) == ["air-quality"]
