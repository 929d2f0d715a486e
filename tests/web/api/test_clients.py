"""The clients that people have work unchanged: ckanapi's commands and library, and frictionless' CKAN adapter."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ckanapi
import frictionless
import pytest
from frictionless.portals import CkanControl

from tests.databases import copied, make_template
from tests.web.api.serving import served

SCRIPTS = Path(sys.executable).parent
ROWS = "id,name\n1,深圳\n2,beta\n"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    if request.param == "sqlite":
        yield {}
        return
    server = request.getfixturevalue("postgresql_url")
    make_template(server)
    with copied(server) as url:
        yield {"database_url": url}


def run(address: str, token: str, *arguments: str, given: str = "") -> str:
    """Run a command of ckanapi against a site and answer what it printed."""
    command = [str(SCRIPTS / "ckanapi"), *arguments, "-r", address, "-a", token]
    around = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, input=given.encode(), capture_output=True, timeout=120, env=around)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def fill(address: str, token: str) -> None:
    """Fill a site with the library: bodies, people, packages, one uploaded file."""
    site = ckanapi.RemoteCKAN(address, apikey=token)
    site.action.organization_create(name="bureau", title="交通局", extras=[{"key": "phone", "value": "1"}])
    site.action.group_create(name="theme", title="Theme")
    site.action.user_create(name="ming", email="ming@example.org", password="long-enough", fullname="Ming")
    for number in range(3):
        site.action.package_create(
            name=f"set-{number}",
            title=f"数据 {number}",
            notes="Notes",
            owner_org="bureau",
            private=number == 2,
            license_id="cc-by",
            author="Li Hua",
            author_email="li@example.org",
            tags=[{"name": "bus"}, {"name": "公交"}],
            groups=[{"name": "theme"}],
            extras=[{"key": "region", "value": "Nanshan"}, {"key": "frequency", "value": "daily"}],
            resources=[{"name": "one", "url": "http://example.org/a.csv", "format": "CSV", "my_field": "kept"}],
        )


def test_full_dump_loads_into_another_site_and_dumps_to_the_same_lines(database: dict[str, str]) -> None:
    with served(**database) as (first, first_token), served() as (second, second_token):
        fill(first, first_token)
        kinds = ("organizations", "groups", "datasets")
        dumps = {kind: run(first, first_token, "dump", kind, "--all") for kind in kinds}
        for kind in kinds:
            run(second, second_token, "load", kind, given=dumps[kind])
        for kind, count in zip(kinds, (1, 1, 2), strict=True):
            again = run(second, second_token, "dump", kind, "--all")
            lines = [_comparable(line) for line in dumps[kind].splitlines()]
            assert [_comparable(line) for line in again.splitlines()] == lines
            assert len(lines) == count


def _comparable(line: str) -> Any:
    """Leave out who the accounts of a site are: passwords do not travel, so people are made on each site."""
    value = json.loads(line)
    value.pop("users", None)
    value.pop("creator_user_id", None)
    value.pop("package_count", None)  # the private package does not travel in a dump of the listed ones
    return value


def test_ckanapi_commands_work_unchanged(database: dict[str, str], tmp_path: Path) -> None:
    with served(**database) as (address, token):
        fill(address, token)
        assert json.loads(run(address, token, "action", "package_show", "id=set-0", "-j"))["name"] == "set-0"
        found = run(address, token, "search", "datasets", "q=*:*", "include_private=true").splitlines()
        assert {json.loads(line)["name"] for line in found} == {"set-0", "set-1", "set-2"}
        (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
        upload = run(
            address, token, "action", "resource_create", "package_id=set-0", f"upload@{tmp_path / 'rows.csv'}", "-j"
        )
        assert json.loads(upload)["url"].endswith("/download/rows.csv")
        changes = "".join(json.dumps({"id": f"set-{n}", "title": "Batch"}) + "\n" for n in range(2))
        run(address, token, "batch", given="".join(
            json.dumps({"action": "package_patch", "data": json.loads(line)}) + "\n" for line in changes.splitlines()
        ))  # fmt: skip
        assert json.loads(run(address, token, "action", "package_show", "id=set-1", "-j"))["title"] == "Batch"
        run(address, token, "delete", "datasets", "set-1")
        assert json.loads(run(address, token, "action", "package_show", "id=set-1", "-j"))["state"] == "deleted"


def test_library_raises_its_own_errors() -> None:
    with served() as (address, token):
        anonymous, admin = ckanapi.RemoteCKAN(address), ckanapi.RemoteCKAN(address, apikey=token)
        with pytest.raises(ckanapi.NotFound):
            admin.action.package_show(id="nothing")
        with pytest.raises(ckanapi.NotAuthorized):
            anonymous.action.package_create(name="made")
        with pytest.raises(ckanapi.ValidationError):
            admin.action.package_create(name="Bad Name")
        with pytest.raises(ckanapi.SearchQueryError):
            admin.action.package_search(nonsense="x")
        assert admin.call_action("status_show", requests_kwargs={})["ckan_version"].startswith("2.12")


def test_frictionless_reads_and_publishes_packages(database: dict[str, str], tmp_path: Path) -> None:
    with served(**database) as (address, token):
        site = ckanapi.RemoteCKAN(address, apikey=token)
        site.action.organization_create(name="bureau", title="Bureau")
        (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
        given = frictionless.Package(
            name="published",
            title="Rows",
            licenses=[{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
            resources=[frictionless.Resource(name="rows", path="rows.csv", format="csv", mediatype="text/csv")],
            basepath=str(tmp_path),
        )
        control = CkanControl(baseurl=address, organization_name="bureau", apikey=token)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # frictionless leaves the files that it sends open
            published = given.publish(control=control)
            gc.collect()
        assert published is not None
        back = frictionless.Package(f"{address}/dataset/published")
        assert (back.name, back.title) == ("published", "Rows")
        rows = [row.to_dict() for row in back.get_resource("rows").read_rows()]
        assert rows == [{"id": 1, "name": "深圳"}, {"id": 2, "name": "beta"}]


def test_paging_by_id_gives_each_package_once() -> None:
    with served() as (address, token):
        site = ckanapi.RemoteCKAN(address, apikey=token)
        site.action.organization_create(name="bureau")
        made = {site.action.package_create(name=f"set-{n}", owner_org="bureau")["id"] for n in range(25)}
        seen: list[str] = []
        while page := site.action.package_search(sort="id asc", rows=7, start=len(seen))["results"]:
            seen += [one["id"] for one in page]
        assert seen == sorted(made)
