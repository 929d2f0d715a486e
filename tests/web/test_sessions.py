"""Logging in and out, forms that others forge, and tokens."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import token
from web.sessions import local


def test_a_wrong_password_is_told_at_the_form_without_saying_which_was_wrong(public: FlaskClient) -> None:
    form = {"name": "editor", "password": "wrong", "csrf_token": token(public, "/en/user/login")}
    answer = public.post("/en/user/login", data=form)
    assert answer.status_code == 422
    assert "The name or the password is not right" in answer.get_data(as_text=True)


def test_a_form_without_its_token_is_refused(public: FlaskClient) -> None:
    answer = public.post("/en/user/login", data={"name": "editor", "password": "x"})
    assert answer.status_code == 400
    assert "expired" in answer.get_data(as_text=True)


def test_a_form_with_another_sessions_token_is_refused(app: Flask, public: FlaskClient) -> None:
    foreign = token(app.test_client(), "/user/login")
    public.get("/user/login")
    assert public.post("/user/login", data={"csrf_token": foreign}).status_code == 400


def test_an_account_needs_a_login_and_the_login_leads_back(public: FlaskClient) -> None:
    answer = public.get("/en/user/me")
    assert answer.status_code == 302
    assert "next=" in answer.location


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_login_never_leads_to_another_site(address: str) -> None:
    assert local(address) == ""


def test_logging_out_ends_the_session(editor: FlaskClient) -> None:
    secret = token(editor, "/user/me")
    assert editor.post("/user/logout", data={"csrf_token": secret}).status_code == 302
    assert editor.get("/user/me").status_code == 302


def test_a_token_is_shown_once_and_can_be_revoked(editor: FlaskClient) -> None:
    made = editor.post("/en/user/me", data={"csrf_token": token(editor, "/user/me"), "token": "my script"})
    assert made.status_code == 201
    page = editor.get("/en/user/me").get_data(as_text=True)
    assert "my script" in page
    found = re.search(r'name="revoke" value="([^"]+)"', page)
    assert found is not None
    form = {"csrf_token": token(editor, "/user/me"), "revoke": found[1]}
    assert editor.post("/en/user/me", data=form).status_code == 302
    assert "my script" not in editor.get("/en/user/me").get_data(as_text=True)


def test_a_forged_cookie_is_nobody(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("gongkai", "eyJ1c2VyIjoiYWRtaW4ifQ.forged.forged")
    assert client.get("/user/me").status_code == 302
