"""Publishing by hand: drafts, what has to be corrected, files that are checked at once, and who may."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from publisher.wiring import Platform
from tests.web import catalogue
from tests.web.conftest import Reader, logged_in, token
from web.app import create_app


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Open a filled site of its own, because these tests change it."""
    opened = catalogue.make(tmp_path_factory.mktemp("workshop"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def desk(workshop: Platform) -> Flask:
    """Answer the application over it."""
    made = create_app(platform=workshop)
    made.test_client_class = Reader
    return made


@pytest.fixture
def clerk(desk: Flask) -> FlaskClient:
    """Answer a client of an editor of the transport bureau."""
    return logged_in(desk, "editor")


def send(client: FlaskClient, path: str, **form: object) -> tuple[int, str, str]:
    """Fill in the form at an address and answer the status, where it leads and what it says."""
    answer = client.post(path, data={"csrf_token": token(client, path), **form}, content_type="multipart/form-data")
    return answer.status_code, answer.location or "", answer.get_data(as_text=True)


def published(client: FlaskClient, title: str, act: str = "publish", **more: object) -> str:
    """Publish a dataset and answer its address."""
    status, location, _ = send(client, "/en/dataset/new", title=title, act=act, owner="transport", **more)
    assert status == 302
    return location


def test_the_form_has_every_field_of_the_profile_with_its_help(clerk: FlaskClient) -> None:
    page = clerk.get("/zh/dataset/new").get_data(as_text=True)
    for name in ("title", "description", "keywords", "contact.email", "licence", "frequency", "modified"):
        assert f'name="{name}"' in page
    assert "给出至少一个读者会用来查找的词" in page
    assert page.count('<option value="transport"') == 1
    assert "education" not in re.findall(r'<option value="([^"]+)"', page)


def test_a_draft_is_seen_by_its_organization_alone_until_it_is_published(desk: Flask, clerk: FlaskClient) -> None:
    address = published(clerk, "Ferry timetable", "draft", keywords="ferry, timetable", frequency="monthly")
    stranger = desk.test_client()
    assert stranger.get(address).status_code == 404
    assert "Ferry timetable" in clerk.get("/en/user/me").get_data(as_text=True)
    assert "ferry-timetable" not in clerk.get("/en/dataset?q=ferry").get_data(as_text=True)
    edit = address.replace("/dataset/", "/dataset/edit/")
    form = re.search(r'name="revision" value="(\d+)"', clerk.get(edit).get_data(as_text=True))
    assert form is not None
    status, _, _ = send(clerk, edit, title="Ferry timetable", act="publish", revision=form[1], keywords="ferry")
    assert status == 302
    page = stranger.get(address).get_data(as_text=True)
    assert "Ferry timetable" in page
    assert "ferry" in page
    assert "Change</a>" not in page


def test_what_is_missing_is_told_at_the_field_and_on_top(clerk: FlaskClient) -> None:
    status, _, page = send(
        clerk, "/en/dataset/new", title="", description="kept words", act="publish", owner="transport"
    )
    assert status == 422
    assert 'href="#title"' in page
    assert 'id="title-error"' in page
    assert "kept words" in page


def test_a_taken_name_is_told(clerk: FlaskClient) -> None:
    form = {"title": "Another", "name": "bus-stops", "act": "publish", "owner": "transport"}
    status, _, page = send(clerk, "/en/dataset/new", **form)
    assert status == 422
    assert "already in use" in page


def test_a_change_on_an_old_page_is_refused(clerk: FlaskClient) -> None:
    address = published(clerk, "Tram stops")
    edit = address.replace("/dataset/", "/dataset/edit/")
    assert send(clerk, edit, title="Tram stops, new", revision="1")[0] == 302
    status, _, page = send(clerk, edit, title="Tram stops, other", revision="1")
    assert status == 409
    assert "changed meanwhile" in page


def test_an_uploaded_table_is_checked_and_shown_at_once(clerk: FlaskClient) -> None:
    address = published(clerk, "Toll stations")
    file = (io.BytesIO("name,lanes\n东门,4\n西门,6\n".encode()), "收费站.csv")
    status, location, _ = send(clerk, f"{address}/resource/new", upload=file, title="Toll stations")
    assert status == 302
    page = clerk.get(location).get_data(as_text=True)
    assert "2 rows" in page
    assert "东门" in page
    assert clerk.get(f"{address}/resource/1/download").data.startswith(b"name,lanes")
    replaced = (io.BytesIO("name,lanes\n北门,2\n".encode()), "b.csv")
    status, location, _ = send(clerk, f"{address}/resource/1/edit", upload=replaced, title="Toll stations")
    assert "北门" in clerk.get(location).get_data(as_text=True)
    versions = clerk.get(f"{address}/resource/1/versions").get_data(as_text=True)
    assert "From version 1 to version 2" in versions
    assert "<ins>北门</ins>" in versions
    assert "<del>东门</del>" in versions
    assert send(clerk, f"{address}/resource/1/edit", act="remove")[0] == 302
    assert "0 files" in clerk.get(address).get_data(as_text=True)


def test_a_broken_table_leads_to_its_report(clerk: FlaskClient) -> None:
    address = published(clerk, "Broken table")
    file = (io.BytesIO(b"a,b\n1,2\n3\n4,5,6\n"), "broken.csv")
    status, location, _ = send(clerk, f"{address}/resource/new", upload=file)
    assert status == 302
    assert clerk.get(location).status_code == 200


def test_a_link_is_kept_and_a_harmful_one_is_not(clerk: FlaskClient) -> None:
    address = published(clerk, "Linked")
    status, _, page = send(clerk, f"{address}/resource/new", url="javascript:alert(1)")
    assert status == 422
    assert "Choose a file" in page
    assert send(clerk, f"{address}/resource/new", url="https://example.org/a.xlsx")[0] == 302
    assert ">XLSX<" in clerk.get(address).get_data(as_text=True)


def test_only_those_who_may_see_and_send_the_forms(desk: Flask, clerk: FlaskClient) -> None:
    stranger = desk.test_client()
    assert stranger.get("/dataset/new").status_code == 302
    assert stranger.get("/dataset/edit/bus-stops").status_code == 403
    assert clerk.get("/dataset/edit/schools").status_code == 403
    assert clerk.get("/dataset/schools/resource/new").status_code == 403
    form = {"csrf_token": token(clerk, "/user/me")}
    assert clerk.post("/dataset/delete/schools", data=form).status_code == 403
    assert clerk.post("/dataset/edit/schools", data=form).status_code == 403


def test_a_withdrawn_dataset_is_gone_from_pages_and_search(desk: Flask, clerk: FlaskClient) -> None:
    address = published(clerk, "Short lived")
    form = {"csrf_token": token(clerk, address.replace("/dataset/", "/dataset/edit/"))}
    name = Path(address).name
    assert clerk.post(f"/en/dataset/delete/{name}", data=form).status_code == 302
    assert desk.test_client().get(address).status_code == 404
    assert name not in clerk.get("/en/dataset?q=lived").get_data(as_text=True)


def test_a_table_of_very_many_columns_still_makes_a_light_page(clerk: FlaskClient) -> None:
    address = published(clerk, "Wide table")
    head = ",".join(f"column_{number}" for number in range(400))
    row = ",".join("some longer value here" for _ in range(400))
    file = (io.BytesIO(("\n".join([head, *[row] * 30]) + "\n").encode()), "wide.csv")
    status, location, _ = send(clerk, f"{address}/resource/new", upload=file)
    assert status == 302
    for path in (address, location, f"{address}/resource/1/chart"):
        answer = clerk.get(path)
        assert answer.status_code == 200
        assert len(answer.data) <= 150_000, path
    assert "The first 100 of 400 columns" in clerk.get(location).get_data(as_text=True)
