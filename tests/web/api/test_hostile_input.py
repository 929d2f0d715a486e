"""Whatever is sent, in the shapes that the OpenAPI document declares or in none, nothing answers 5xx."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.api.asking import Asked
from web.api.registry import ACTIONS

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
KNOWN = st.sampled_from(["shown", "secret", "bureau", "theme", "the-editor", "water"])
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=40) | KNOWN,
    "integer": st.integers(-(2**70), 2**70) | st.text(max_size=8),
    "natural": st.integers(-5, 2**70) | st.text(max_size=8),
    "positive": st.integers(-5, 2**70),
    "boolean": st.booleans() | st.text(max_size=5),
    "list": st.lists(JUNK, max_size=4) | st.text(max_size=20),
    "object": st.dictionaries(st.text(max_size=10), JUNK, max_size=4) | st.text(max_size=20),
    "any": JUNK | KNOWN,
    "file": JUNK,
}
# they change what the other examples stand on
APART = {"dataset_purge", "organization_purge", "group_purge", "user_delete", "user_update", "user_patch"}


def _body(name: str) -> st.SearchStrategy[dict[str, Any]]:
    params = {param.name: BY_TYPE[param.type] | JUNK for param in ACTIONS[name].params}
    return st.fixed_dictionaries({}, optional=params) | st.dictionaries(st.text(max_size=10), JUNK, max_size=3)


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - APART))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(data=st.data())
def test_no_input_is_answered_with_a_fault(settled: Asked, name: str, data: st.DataObject) -> None:
    who = data.draw(st.sampled_from(["", "editor", "sysadmin"]))
    body = data.draw(_body(name))
    headers = {"Authorization": settled.tokens[who]} if who else {}
    answer = settled.client.post(f"/api/3/action/{name}", json=body, headers=headers)
    assert answer.status_code < 500
    told = answer.get_json()
    if answer.status_code == 200:
        assert told["success"] is True
        assert "result" in told
    elif isinstance(told, dict):
        assert told["success"] is False
        assert told["error"]["__type"]
    else:
        assert answer.status_code in (400, 413, 415)


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{broken", "application/json", 400),
        (b"[1, 2]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b'{"id": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"id": ' + b'{"a":' * 500 + b"1" + b"}" * 501, "application/json", 400),
        (b'{"id": "x"}', "text/plain", 415),
        (b'{"id": "a\\u0000b"}', "application/json", 409),
        (b"\xff\xfe", "application/json", 400),
    ],
)
def test_body_that_is_no_call_is_refused(settled: Asked, raw: bytes, kind: str, status: int) -> None:
    answer = settled.client.post("/api/3/action/package_show", data=raw, content_type=kind)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"


def test_upload_over_the_limit_is_refused() -> None:
    from tests.web.api.asking import asked

    with asked(upload_limit_mb=1) as site:
        status, _ = site.upload("resource_create", name="big.csv", content=b"x" * 1_200_000, package_id="shown")
        assert status in (409, 413)
        assert len(site.act("package_show", id="shown")["resources"]) == 1


@pytest.mark.parametrize(
    ("expires_in", "unit", "status"),
    [
        ("abc", 1, 409),
        (10**20, 1, 200),
        (2**31, 100, 409),
        (-5, 1, 409),
        (3, "x", 409),
        ([1], 1, 409),
        ("3", "60", 200),
    ],
)
def test_a_token_s_time_is_a_number_within_bounds(
    settled: Asked, expires_in: object, unit: object, status: int
) -> None:
    sent = {"user": "the-editor", "name": "t", "expires_in": expires_in, "unit": unit}
    headers = {"Authorization": settled.tokens["sysadmin"]}
    answer = settled.client.post("/api/3/action/api_token_create", json=sent, headers=headers)
    assert answer.status_code == status
    if status == 409:
        assert set(answer.get_json()["error"]) - {"__type"} <= {"expires_in", "unit"}
