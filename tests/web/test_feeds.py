"""Feeds say what changed, at CKAN's addresses, in well-formed Atom."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/dataset.atom",
        "/feeds/dataset.atom?page=2",
        "/feeds/organization/housing-bureau.atom",
        "/feeds/group/transport.atom",
        "/feeds/tag/公交.atom",
        "/feeds/custom.atom?q=bus",
        "/feeds/custom.atom?organization=health-bureau",
    ],
)
def test_a_feed_is_atom_with_entries(public: FlaskClient, path: str) -> None:
    answer = public.get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/atom+xml")
    feed = ET.fromstring(answer.data)
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}")
    entries = feed.findall(f"{ATOM}entry")
    assert entries
    assert all(entry.findtext(f"{ATOM}updated") for entry in entries)


def test_pages_of_a_feed_are_linked_and_the_end_is_empty(public: FlaskClient) -> None:
    feed = ET.fromstring(public.get("/feeds/dataset.atom").data)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["next"] == "http://127.0.0.1:5000/feeds/dataset.atom?page=2"
    assert ET.fromstring(public.get("/feeds/dataset.atom?page=900").data).findall(f"{ATOM}entry") == []


def test_a_feed_of_nothing_is_not_found(public: FlaskClient) -> None:
    assert public.get("/feeds/organization/no-such.atom").status_code == 404


def test_the_feed_of_a_search_keeps_its_filters(public: FlaskClient) -> None:
    page = public.get("/en/organization/health-bureau?res_format=CSV").get_data(as_text=True)
    assert "/en/feeds/custom.atom?organization=health-bureau&amp;res_format=CSV" in page
