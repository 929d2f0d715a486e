"""The log is exported, kept and verified from the command line, and requests are reminded of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher import config, datasets, workdays
from publisher.auth import SYSTEM
from publisher.wiring import open_platform
from schemas.errors import Conflict, Invalid, NotAuthorized
from schemas.model import Dataset
from web.cli import gongkai


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a site with three public datasets, which the commands find through the environment."""
    monkeypatch.setenv("GONGKAI_DATA", str(tmp_path / "site"))
    with open_platform(config.load({}, data=tmp_path / "site"), upgrade=True) as platform:
        for number in range(3):
            with platform.work(SYSTEM) as work:
                datasets.put(work, Dataset(title="空气", name=f"air-{number}"))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(gongkai, list(arguments))


def test_a_downloaded_log_is_verified_without_the_site(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = site / "log.jsonl"
    assert run("log", "export", str(path)).exit_code == 0
    monkeypatch.setenv("GONGKAI_DATA", str(site / "nowhere"))
    done = run("log", "verify", str(path))
    assert done.exit_code == 0
    assert "3 entries" in done.stdout
    path.write_bytes(path.read_bytes().replace(b'"revision":1', b'"revision":2', 1))
    done = run("log", "verify", str(path))
    assert done.exit_code == 1
    assert "line 2" in done.stderr
    assert not (site / "nowhere").exists()


def test_a_kept_checkpoint_binds_later_logs(site: Path) -> None:
    kept = site / "kept.json"
    kept.write_text(run("log", "checkpoint").stdout)
    done = run("log", "verify", "--kept", str(kept), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["sound"] is True
    path = site / "log.jsonl"
    run("log", "export", str(path))
    forged = json.loads(kept.read_text()) | {"head": "0" * 64}
    kept.write_text(json.dumps(forged))
    assert run("log", "verify", str(path), "--kept", str(kept)).exit_code == 1


def test_a_wrong_key_is_not_sound(site: Path) -> None:
    path = site / "log.jsonl"
    run("log", "export", str(path))
    assert run("log", "verify", str(path), "--key", "0" * 64).exit_code == 1


def test_reminding_and_the_calendar_run_from_the_command_line(site: Path) -> None:
    assert run("requests", "remind").exit_code == 0
    done = run("requests", "calendar")
    assert "2026 国办发明电〔2025〕7号" in done.stdout
    assert done.exit_code == (0 if workdays.today().year < 2026 else 1)


def test_the_scoreboard_is_kept_and_shown(site: Path) -> None:
    assert "Kept 1 lines." in run("scoreboard", "keep").stdout
    assert json.loads(run("scoreboard", "show", "--json").stdout)["scores"][""]["open"] == 3
    assert "*\t3\t100%" in run("scoreboard", "show").stdout


def test_a_bundle_is_written_checked_and_taken_in(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = site / "one.bundle"
    done = run("bundle", "export", str(path))
    assert "3 datasets" in done.stdout
    key = done.stdout.split("signed by ")[1].split()[0]
    monkeypatch.setenv("GONGKAI_DATA", str(site / "outer"))
    assert run("bundle", "verify", str(path), "--key", key).exit_code == 0
    refused = run("bundle", "import", str(path))
    assert isinstance(refused.exception, NotAuthorized)
    (site / "outer" / "senders.yaml").write_text(f"senders: [{{name: inner, key: '{key}'}}]", encoding="utf-8")
    assert "3 datasets" in run("bundle", "import", str(path)).stdout
    assert isinstance(run("bundle", "import", str(path)).exception, Conflict)
    path.write_bytes(path.read_bytes().replace(b"air-1", b"air-7"))
    assert isinstance(run("bundle", "verify", str(path)).exception, Invalid)


def test_links_are_checked_from_the_command_line(site: Path) -> None:
    assert "0 asked, 0 did not answer." in run("links", "check").stdout
