"""The search page understands what people type, and says when it guessed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


def page(client: FlaskClient, query: str) -> str:
    answer = client.get(f"/en/dataset?q={query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("bus stops", "bus-stops"),
        ("公車站點", "bus-stops"),
        ("gongjiao zhandian", "bus-stops"),
        ("空氣質量監測", "air-quality"),
        ("kindergartens", "kindergartens"),
        ("停车场", "parking"),
        ("tushuguan", "libraries"),
    ],
)
def test_what_is_meant_comes_first(public: FlaskClient, typed: str, name: str) -> None:
    shown = page(public, typed)
    results = shown[shown.index('<ol class="results">') :]
    first = results.index("/dataset/")
    assert results[first:].startswith(f"/dataset/{name}")


def test_a_typing_error_is_answered_and_corrected(public: FlaskClient) -> None:
    shown = page(public, "kindergratens")
    assert "/dataset/kindergartens" in shown
    assert "Did you mean:" in shown
    assert "q=kindergartens" in shown
    assert "Did you mean:" not in page(public, "kindergartens")


def test_suggestions_hold_datasets_and_tags(public: FlaskClient) -> None:
    entries = public.get("/suggestions?q=图书馆").get_json()
    assert any("/dataset/libraries" in entry["url"] for entry in entries)
    assert any("tags=" in entry["url"] for entry in entries)


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("bus stop", "<mark>Bus stops</mark>"),
        ("公車站點", "<mark>公交</mark>"),
        ("stops", "<mark>stops</mark>"),
    ],
)
def test_what_was_looked_for_is_marked(public: FlaskClient, typed: str, marked: str) -> None:
    assert marked in page(public, typed)


@pytest.mark.parametrize(("typed", "loose"), [("bus", False), ("公交", False), ("bus zebrafish", True)])
def test_a_single_word_is_not_said_to_match_in_part(public: FlaskClient, typed: str, loose: bool) -> None:
    assert ("those that match a part" in page(public, typed)) is loose
