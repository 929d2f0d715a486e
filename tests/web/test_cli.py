"""The command line answers with meaningful exit codes and, where asked, JSON."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from harvester import connections
from harvester.connections import Connection
from publisher import config, organizations
from publisher.auth import SYSTEM, Actor
from publisher.wiring import open_platform
from schemas.model import Organization

ROOT = Path(__file__).resolve().parents[2]


def run(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `gongkai` in a process of its own on a site under tmp_path."""
    base = {"PATH": "/usr/bin:/bin", "GONGKAI_DATA": str(tmp_path / "site"), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "web", *arguments],
        cwd=tmp_path,
        env=base | {"GONGKAI_PASSWORD_COST": "low"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Write a small table with one bad cell, and its schema."""
    (tmp_path / "schema.json").write_text(
        json.dumps({"fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]})
    )
    path = tmp_path / "table.csv"
    path.write_text("id,name\n1,one\ntwo,two\n")
    return path


def test_validate_says_no_with_exit_1_and_frictionless_shape(tmp_path: Path, table: Path) -> None:
    done = run(tmp_path, "validate", str(table), "--schema", "schema.json", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [error["type"] for error in report["tasks"][0]["errors"]] == ["type-error"]


def test_validate_says_yes_with_exit_0(tmp_path: Path, table: Path) -> None:
    table.write_text("id,name\n1,one\n")
    done = run(tmp_path, "validate", str(table), "--schema", "schema.json", "--language", "zh")
    assert done.returncode == 0
    assert "合格" in done.stdout


@pytest.mark.parametrize("arguments", [["absent.csv"], ["table.csv", "--schema", "absent.json"], ["broken.json"]])
def test_validate_that_could_not_check_exits_2(tmp_path: Path, table: Path, arguments: list[str]) -> None:
    (tmp_path / "broken.json").write_text('{"resources": [')
    done = run(tmp_path, "validate", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_accounts_and_tokens_are_made_from_the_command_line(tmp_path: Path) -> None:
    made = run(tmp_path, "user", "add", "clerk", "--password", "a long password", "--sysadmin")
    assert made.returncode == 0, made.stderr
    answer = json.loads(run(tmp_path, "token", "create", "clerk", "--json").stdout)
    assert len(answer["token"]) > 30
    again = run(tmp_path, "user", "add", "clerk", "--password", "a long password")
    assert again.returncode == 2
    assert "already in use" in again.stderr


def test_index_check_finds_a_clean_site_clean(tmp_path: Path) -> None:
    done = run(tmp_path, "index", "check", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["waiting"] == 0


def test_a_wrong_setting_stops_with_one_sentence_naming_it(tmp_path: Path) -> None:
    done = run(tmp_path, "config", "show", GONGKAI_UPLOAD_LIMIT_MB="lots")
    assert done.returncode == 2
    assert "GONGKAI_UPLOAD_LIMIT_MB" in done.stderr
    assert "Traceback" not in done.stderr


def test_config_show_never_prints_the_secret(tmp_path: Path) -> None:
    done = run(tmp_path, "config", "show", "--json", GONGKAI_SECRET_KEY="very-secret")
    assert "very-secret" not in done.stdout
    assert json.loads(done.stdout)["GONGKAI_SECRET_KEY"] == "…"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an organization's folder with one good table, and the account that owns the organization."""
    from publisher import organizations
    from publisher.auth import SYSTEM
    from publisher.config import load
    from publisher.wiring import open_platform
    from schemas.model import Organization

    with open_platform(load({}, data=tmp_path / "site"), upgrade=True) as platform, platform.work(SYSTEM) as work:
        organizations.put(work, Organization(name="bureau", title="局"))
    path = tmp_path / "feed"
    path.mkdir()
    (path / "stops.csv").write_text("id,name\n1,one\n2,two\n")
    return path


def test_a_folder_is_connected_previewed_harvested_and_reported(tmp_path: Path, folder: Path) -> None:
    allowed = {"GONGKAI_HARVEST_ALLOW": str(folder)}
    added = run(tmp_path, "source", "add", str(folder), "--owner", "bureau", "--title", "Stops", "--json", **allowed)
    assert added.returncode == 0, added.stderr
    name = json.loads(added.stdout)["name"]
    plan = json.loads(run(tmp_path, "harvest", "preview", name, "--json", **allowed).stdout)
    assert plan["counts"] == {"create": 1}
    done = run(tmp_path, "harvest", "run", name, "--json", **allowed)
    assert done.returncode == 0, done.stderr
    ended = json.loads(done.stdout)[0]
    assert (ended["state"], ended["counts"]) == ("done", {"create": 1})
    again = json.loads(run(tmp_path, "harvest", "run", "--all", "--json", **allowed).stdout)[0]
    assert again["counts"] == {"unchanged": 1}
    report = run(tmp_path, "harvest", "report", ended["id"], "--csv", "--language", "zh", **allowed)
    assert "stops" in report.stdout
    assert json.loads(run(tmp_path, "harvest", "status", "--json", **allowed).stdout)[1]["id"] == ended["id"]


def test_a_source_is_edited_planned_paused_and_removed(tmp_path: Path, folder: Path) -> None:
    allowed = {"GONGKAI_HARVEST_ALLOW": str(folder)}
    run(tmp_path, "source", "add", str(folder), "--owner", "bureau", "--title", "Stops", "--name", "stops", **allowed)
    edited = run(tmp_path, "source", "edit", "stops", "--cron", "30 2 * * *", "--policy", "badge", "--json", **allowed)
    assert json.loads(edited.stdout)["plan"]["cron"] == "30 2 * * *"
    assert json.loads(run(tmp_path, "schedule", "list", "--json", **allowed).stdout)[0]["name"] == "stops"
    bad = run(tmp_path, "source", "edit", "stops", "--cron", "every day", **allowed)
    assert bad.returncode == 2
    assert "cron" in bad.stderr.lower()
    assert run(tmp_path, "source", "pause", "stops", **allowed).stdout == "stops is paused.\n"
    assert run(tmp_path, "source", "remove", "stops", "--yes", **allowed).returncode == 0
    assert json.loads(run(tmp_path, "source", "list", "--json", **allowed).stdout) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/data.json", "/etc"])
def test_what_may_not_be_harvested_is_refused_when_it_is_entered(tmp_path: Path, folder: Path, url: str) -> None:
    done = run(tmp_path, "source", "add", url, "--owner", "bureau", "--title", "No")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, command, "--port", str(port))
    assert done.returncode == 2
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "site").glob("*.db*"))


def test_an_administrator_lets_a_department_s_source_be_harvested(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    allow = (str(tmp_path / "feed"),)
    with open_platform(config.load({}, data=tmp_path / "site", harvest_allow=allow), upgrade=True) as platform:
        with platform.work(SYSTEM) as work:
            office = organizations.put(work, Organization(name="health", title="Health"))
        person = Actor(id="ann", name="ann", roles={office.id: "admin"})
        with platform.work(person) as work:
            made = connections.add(work, Connection(title="Feed", kind="folder", url=allow[0], owner=office.id))
    assert "pending" in run(tmp_path, "source", "list").stdout
    approved = run(tmp_path, "source", "approve", made.name)
    assert (approved.returncode, approved.stdout) == (0, f"{made.name} is active.\n")
    assert run(tmp_path, "source", "approve", "nowhere").returncode == 2
