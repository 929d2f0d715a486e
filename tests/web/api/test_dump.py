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


def test_an_empty_limit_dumps_every_row() -> None:
    with fresh_site() as (app, admin, _user):
        client, headers = Client(app), {"Authorization": admin}

        def act(action: str, /, **sent: Any) -> Any:
            return client.post(f"/api/3/action/{action}", json=sent, headers=headers).get_json()["result"]

        act("organization_create", name="bureau")
        act("package_create", name="air", owner_org="bureau")
        columns = [{"id": "a", "type": "int"}]
        made = act("datastore_create", resource={"package_id": "air"}, fields=columns, records=[{"a": 1}, {"a": 2}])
        address = f"/datastore/dump/{made['resource_id']}"
        assert client.get(f"{address}?limit=").get_data() == client.get(address).get_data()
        assert client.get(f"{address}?limit=1").get_data(as_text=True).splitlines()[1:] == ["1,1"]
