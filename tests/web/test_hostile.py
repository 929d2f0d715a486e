# ruff: noqa: E501  (lists whose rows stay on one line)
"""Whatever is asked: an answer below 500, without a traceback, with the headers that every answer carries."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from web.app import HEADERS

NASTY = (
    "'\"><script>", "%00", "\u202e", "a" * 5000, "[* TO", "((((", "title:", "*:*", "AND OR NOT", '"', "\\", "{!lucene}x",
    "-", "+", "~", "?*?*?*", "99999999999999999999", "-1", "０", "null", "🚍", "\ud800".encode("utf-8", "replace").decode(),
)  # fmt: skip
PARAMETERS = (
    "q",
    "page",
    "sort",
    "organization",
    "tags",
    "res_format",
    "late",
    "from",
    "to",
    "column",
    "op",
    "value",
    "after",
)
PATHS = (
    "/dataset", "/organization/transport-bureau", "/group/transport", "/dataset/bus-stops/resource/1",
    "/dataset/parking/versions", "/feeds/custom.atom", "/suggestions", "/harvest/housing-folder", "/dataset/parking/resource/1/chart",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_hostile_parameters_never_break_a_page(public: FlaskClient, path: str) -> None:
    for value in NASTY:
        for names in (PARAMETERS[:1], PARAMETERS[1:], PARAMETERS):
            query = "&".join(f"{name}={quote(value)}&{name}={quote(value)}" for name in names)
            assert public.get(f"{path}?{query}").status_code < 500, (path, names, value)


@pytest.mark.parametrize("value", NASTY)
def test_hostile_addresses_are_not_found(public: FlaskClient, value: str) -> None:
    for path in (
        "/dataset/{}",
        "/organization/{}",
        "/group/{}",
        "/dataset/bus-stops/resource/{}",
        "/harvest/{}",
        "/{}",
    ):
        assert public.get(path.format(quote(value, safe=""))).status_code in (200, 404, 308), (path, value)


@given(q=st.text(max_size=60), page=st.text(max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched_for(public: FlaskClient, q: str, page: str) -> None:
    assert public.get("/en/dataset", query_string={"q": q, "page": page}).status_code == 200


def test_every_answer_carries_the_security_headers(public: FlaskClient) -> None:
    for path in ("/", "/dataset", "/nothing", "/static/app.css", "/feeds/dataset.atom"):
        answer = public.get(path)
        for name in HEADERS:
            assert answer.headers.get(name), (path, name)
    assert "unsafe-inline" not in public.get("/").headers["Content-Security-Policy"]


def test_what_is_not_there_is_told_in_the_readers_language_and_form(public: FlaskClient) -> None:
    page = public.get("/zh/dataset/nothing")
    assert (page.status_code, "没有找到这一页" in page.get_data(as_text=True)) == (404, True)
    assert "There is nothing at this address" in public.get("/en/nothing").get_data(as_text=True)
    told = public.get("/en/dataset/nothing", headers={"Accept": "application/json"})
    assert told.json is not None
    assert told.json["error"]["code"] == "not-found"


def test_a_wrong_method_is_refused_with_a_page(public: FlaskClient) -> None:
    assert public.delete("/dataset").status_code in (400, 405)
    assert public.get("/user/logout").status_code == 405


def test_programs_are_told_in_json_what_went_wrong(public: FlaskClient) -> None:
    answer = public.get("/api/nowhere", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert answer.get_json()["error"]["status"] == 404
