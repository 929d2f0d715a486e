"""Administration: the trash, accounts, organizations and their members; each open to those who may, to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

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
    opened = catalogue.make(tmp_path_factory.mktemp("administration"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def desk(workshop: Platform) -> Flask:
    """Answer the application over it."""
    made = create_app(platform=workshop)
    made.test_client_class = Reader
    return made


@pytest.fixture
def boss(desk: Flask) -> FlaskClient:
    """Answer a client of the site's administrator."""
    return logged_in(desk, "admin")


def send(client: FlaskClient, path: str, **form: str) -> tuple[int, str]:
    answer = client.post(path, data={"csrf_token": token(client, path), **form}, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_withdrawn_dataset_is_brought_back_or_erased(desk: Flask, boss: FlaskClient) -> None:
    for name in ("noise", "job-fairs"):
        secret = token(boss, f"/en/dataset/edit/{name}")
        assert boss.post(f"/en/dataset/delete/{name}", data={"csrf_token": secret}).status_code == 302
    assert "Noise map" in boss.get("/en/admin").get_data(as_text=True)
    assert "is back" in send(boss, "/en/admin", act="restore", dataset="id-noise")[1]
    assert desk.test_client().get("/en/dataset/noise").status_code == 200
    assert "erased for good" in send(boss, "/en/admin", act="purge", dataset="id-job-fairs")[1]
    assert boss.get("/en/dataset/job-fairs").status_code == 404


def test_an_account_is_made_and_given_a_role(desk: Flask, boss: FlaskClient) -> None:
    form = {"act": "add-user", "name": "new-clerk", "password": catalogue.PASSWORD}
    assert "new-clerk" in send(boss, "/en/admin", **form)[1]
    status, page = send(boss, "/en/admin", **form)
    assert (status, "already in use" in page) == (422, True)
    members = "/en/organization/education-bureau/members"
    assert "new-clerk" in send(boss, members, user="new-clerk", role="admin")[1]
    clerk = logged_in(desk, "new-clerk")
    assert clerk.get("/dataset/new").status_code == 200
    assert "editor" in send(clerk, members, user="editor", role="member")[1]
    assert send(boss, members, user="nobody", role="member")[0] == 422
    assert send(boss, members, user="editor", role="king")[0] == 422


def test_an_organization_is_made_and_changed(boss: FlaskClient) -> None:
    form = {"title": "气象局", "title_en": "Weather Bureau", "name": "weather", "homepage": "javascript:alert(1)"}
    status, page = send(boss, "/en/organization/new", **form)
    assert status == 200
    assert "Weather Bureau" in page
    assert "javascript:" not in page
    assert send(boss, "/en/organization/new", title="", name="empty")[0] == 422
    assert "气象局新名" in send(boss, "/zh/organization/edit/weather", title="气象局新名", name="weather")[1]


def test_nobody_else_may(desk: Flask) -> None:
    stranger, clerk = desk.test_client(), logged_in(desk, "editor")
    assert stranger.get("/admin").status_code == 302
    assert stranger.get("/organization/new").status_code == 403
    for path in (
        "/admin",
        "/organization/edit/housing-bureau",
        "/organization/housing-bureau/members",
    ):
        assert clerk.get(path).status_code == 403, path
        form = {"csrf_token": token(clerk, "/user/me"), "act": "purge", "dataset": "id-schools"}
        assert clerk.post(path, data=form).status_code == 403, path
    assert stranger.get("/dataset/schools").status_code == 200
