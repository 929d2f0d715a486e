"""The index follows the catalogue, survives outages and is mended when it drifts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from publisher import config, datasets, indexing
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.wiring import Platform, open_platform
from schemas.model import Dataset, replace
from search.query import Nothing, Query
from tests.publisher.memory import MemoryIndex


def put(platform: Platform, name: str, **fields: Any) -> Dataset:
    with platform.work(SYSTEM) as work:
        return datasets.put(work, replace(Dataset(title=name, name=name), **fields))


def index(platform: Platform) -> MemoryIndex:
    assert isinstance(platform.search, MemoryIndex)
    return platform.search


def test_a_commit_is_in_the_index_when_the_work_ends(platform: Platform) -> None:
    kept = put(platform, "air")
    assert dict(platform.search.ids()) == {kept.id: 1}
    with platform.work(SYSTEM) as work:
        datasets.purge(work, kept.id)
    assert dict(platform.search.ids()) == {}


def test_outage_loses_nothing(platform: Platform) -> None:
    index(platform).down = True
    kept = put(platform, "air")
    assert indexing.waiting(platform) == 1
    index(platform).down = False
    assert platform.catch_up() == 1
    assert dict(platform.search.ids()) == {kept.id: 1}
    assert indexing.waiting(platform) == 0


def test_private_datasets_never_reach_strangers(platform: Platform) -> None:
    put(platform, "secret", visibility="private")
    shown = put(platform, "shown")
    with platform.read(ANONYMOUS) as work:
        assert indexing.search(work, Query()).ids == (shown.id,)
    with platform.read(SYSTEM) as work:
        assert indexing.search(work, Query()).total == 2


def test_drift_is_found_and_mended(platform: Platform) -> None:
    kept, lost = put(platform, "air"), put(platform, "water")
    extra = index(platform).documents[lost.id]
    index(platform).documents["ghost"] = extra
    del index(platform).documents[lost.id]
    drift = indexing.check(platform)
    assert (drift.missing, drift.surplus, drift.stale) == ((lost.id,), ("ghost",), ())
    indexing.repair(platform)
    assert indexing.check(platform).clean
    assert set(dict(platform.search.ids())) == {kept.id, lost.id}


def test_rebuild_tells_its_progress_and_ends_equal(platform: Platform) -> None:
    for number in range(3):
        put(platform, f"set-{number}")
    index(platform).documents.clear()
    assert list(indexing.rebuild(platform)) == [(3, 3)]
    assert indexing.check(platform).clean


def test_typed_words_and_beginnings_find_what_the_actor_may_see(tmp_path: Path) -> None:
    settings = config.load({}, data=tmp_path, password_cost="low", testing=True)
    with open_platform(settings, upgrade=True) as site:
        shown = put(site, "air-quality", title="空氣品質監測")
        put(site, "air-secret", title="空氣品質草稿", visibility="private", keywords=("空气秘密",))
        with site.read(ANONYMOUS) as work:
            assert indexing.find(work, "空气质量", Query()).results.ids == (shown.id,)
            assert indexing.find_as_ckan(work, "空气品质", Query(where=Nothing())).results.ids == (shown.id,)
            assert [one.value for one in indexing.suggest(work, "空气")] == ["air-quality"]
            assert indexing.suggest(work, " ") == ()
        with site.read(SYSTEM) as work:
            assert indexing.find(work, "空气质量", Query()).results.total == 2
            assert [one.value for one in indexing.suggest(work, "kongqi")] == ["air-quality"]


def test_an_index_of_another_version_or_a_lost_one_is_made_anew(tmp_path: Path) -> None:
    settings = config.load({}, data=tmp_path, password_cost="low", testing=True)
    with open_platform(settings, upgrade=True) as site:
        assert not site.renew()
        kept = put(site, "air")
        assert not site.renew()
    for mark in (tmp_path / "index").glob("gen-*/columns"):
        mark.write_text("of another version", encoding="ascii")
    with open_platform(settings) as site:
        second = put(site, "water")
        assert set(dict(site.search.ids())) == {kept.id, second.id}
    shutil.rmtree(tmp_path / "index")
    with open_platform(settings) as site:
        assert site.renew()
        assert set(dict(site.search.ids())) == {kept.id, second.id}
