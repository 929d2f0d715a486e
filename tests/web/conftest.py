"""One filled site for all tests of pages: they only read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from publisher.wiring import Platform
from tests.web import catalogue
from web.app import create_app


class Reader(FlaskClient):
    """Reads every answer to its end and closes the file behind it, as a server does."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **options})


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Open the filled site."""
    opened = catalogue.make(tmp_path_factory.mktemp("site"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def app(platform: Platform) -> Flask:
    """Answer the application over the filled site."""
    made = create_app(platform=platform)
    made.test_client_class = Reader
    return made


@pytest.fixture
def public(app: Flask) -> FlaskClient:
    """Answer a client that nobody is logged in to."""
    return app.test_client()


@pytest.fixture
def editor(app: Flask) -> FlaskClient:
    """Answer a client of an editor of the transport bureau."""
    return logged_in(app, "editor")


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """Answer a client of the site's administrator."""
    return logged_in(app, "admin")


def logged_in(app: Flask, name: str) -> FlaskClient:
    """Log in through the form."""
    client = app.test_client()
    form = {"name": name, "password": catalogue.PASSWORD, "csrf_token": token(client, "/en/user/login")}
    assert client.post("/en/user/login", data=form).status_code == 302
    return client


def token(client: FlaskClient, page: str) -> str:
    """Answer the token that a page's form carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert found is not None
    return found[1]
