"""Uploaded files become tables when they are good, and say why when they are not."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest

from publisher import checks, datasets, table_loading, tables
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.wiring import Platform
from schemas.errors import Invalid, NotAuthorized
from schemas.model import Dataset, Resource, replace

GOOD = "代码,name,n\n0110,a,1\n0220,b,2\n".encode()


def upload(platform: Platform, content: bytes, name: str = "table.csv", **more: Any) -> str:
    stored = platform.files.save(io.BytesIO(content))
    resource = Resource(
        title="t", url=name, storage="upload", hash=stored.sha256, format=name.rpartition(".")[2].upper(), **more
    )
    with platform.work(SYSTEM) as work:
        return datasets.put(work, Dataset(title="t", resources=(resource,))).resources[0].id


def test_a_good_file_is_loaded_with_codes_as_text(platform: Platform) -> None:
    resource = upload(platform, GOOD)
    loaded = table_loading.load_resource(platform, SYSTEM, resource)
    assert (loaded.outcome, loaded.version is not None) == ("published", True)
    with platform.read(ANONYMOUS) as work:
        assert tables.first_rows(work, resource).rows == (("0110", "a", 1), ("0220", "b", 2))
        check = checks.latest(work, resource)
    assert check is not None
    assert (check.outcome, check.hash) == ("published", loaded.version and loaded.version.source_hash)


def test_a_refused_file_leaves_the_table_and_says_why(platform: Platform) -> None:
    schema = {"fields": [{"name": "代码", "type": "string"}, {"name": "name"}, {"name": "n", "type": "integer"}]}
    resource = upload(platform, GOOD, schema=schema)
    table_loading.load_resource(platform, SYSTEM, resource)
    bad = platform.files.save(io.BytesIO(GOOD + b"0330,c,x\n"))
    with platform.work(SYSTEM) as work:
        dataset, found = datasets.find_resource(work, resource)
        changed = Resource(**{f: getattr(found, f) for f in found.__struct_fields__} | {"hash": bad.sha256})
        datasets.put(work, replace(dataset, resources=(changed,)))
    loaded = table_loading.load_resource(platform, SYSTEM, resource)
    assert (loaded.outcome, loaded.version) == ("badged", None)
    assert [finding.row for finding in loaded.report.errors] == [4]
    with platform.read(ANONYMOUS) as work:
        assert tables.current(work, resource).rows == 2


@pytest.mark.parametrize("content", [b"", b"PAR1 broken PAR1"])
def test_a_file_that_is_no_table_is_told_and_not_tried_again(platform: Platform, content: bytes) -> None:
    name = "table.parquet" if content.startswith(b"PAR1") else "table.csv"
    resource = upload(platform, content, name)
    loaded = table_loading.load_waiting(platform)
    assert loaded[resource].outcome in ("unchecked", "badged")
    assert loaded[resource].report.findings
    assert table_loading.load_waiting(platform) == {}


def test_what_waits_is_found_loaded_and_then_left_alone(platform: Platform) -> None:
    resources = {upload(platform, GOOD + f"0{n}40,d,{n}\n".encode()) for n in range(3)}
    upload(platform, b"%PDF-1.4", "report.pdf")
    with platform.read(SYSTEM) as work:
        assert set(table_loading.waiting(work)) == resources
    assert set(table_loading.load_waiting(platform, limit=2)) | set(table_loading.load_waiting(platform)) == resources
    assert table_loading.load_waiting(platform) == {}


def test_a_load_that_is_killed_is_simply_done_again(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = upload(platform, GOOD)

    def killed(*_args: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(checks, "put", killed)
        table_loading.load_resource(platform, SYSTEM, resource)
    with platform.read(SYSTEM) as work:
        assert tables.find(work, resource) is None
        assert table_loading.waiting(work) == [resource]
    assert table_loading.load_waiting(platform)[resource].outcome == "published"


def test_two_loads_of_one_table_make_one_version(platform: Platform) -> None:
    resource = upload(platform, GOOD)
    done: list[str] = []

    def load() -> None:
        done.append(table_loading.load_resource(platform, SYSTEM, resource).outcome)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["published"] * 4
    with platform.read(SYSTEM) as work:
        assert [v.number for v in tables.versions(work, resource)] == [1]


def test_only_editors_may_load_and_only_what_is_ours(platform: Platform) -> None:
    with pytest.raises(NotAuthorized):
        table_loading.load_resource(platform, ANONYMOUS, upload(platform, GOOD))
    with platform.work(SYSTEM) as work:
        linked = datasets.put(work, Dataset(title="l", resources=(Resource(url="http://x.example/a.csv"),)))
    with pytest.raises(Invalid):
        table_loading.load_resource(platform, SYSTEM, linked.resources[0].id)
