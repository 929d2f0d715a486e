"""A dump is byte for byte what the recorded site sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from tests.contract.site import fresh_site


def test_dumps_are_the_recorded_bytes(shared: Path) -> None:
    lines = (shared / "contract" / "ckan-golden.jsonl").read_text(encoding="utf-8").splitlines()
    steps = [row for row in map(json.loads, lines) if row["scenario"] == "datastore-dump"]
    compared = 0
    with fresh_site() as (app, admin, _user):
        client, table = Client(app), ""
        for step in sorted(steps, key=lambda row: row["step"]):
            headers = {"Authorization": admin} if step["auth"] == "sysadmin" else {}
            more: dict[str, Any] = {"json": step["body"]} if step.get("body") else {}
            path = step["path"].replace("{{res}}", table)
            answer = client.open(path, method=step["method"], query_string=step.get("params"), headers=headers, **more)
            if "res" in (step.get("capture") or {}):
                table = answer.get_json()["result"]["resource_id"]
            if step["path"].startswith("/datastore/dump/") and step["status"] == 200:
                assert answer.get_data().decode("utf-8-sig") == step["response_text"].lstrip("\ufeff")
                compared += 1
    assert compared == 9
