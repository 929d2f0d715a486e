"""Accounts, passwords and tokens open what they should and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher import users
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.orm import TokenRow, UserRow
from publisher.wiring import Platform
from schemas.errors import Invalid, NotAuthorized
from tests.publisher.conftest import add_person


def test_a_right_password_opens_and_a_wrong_one_does_not(platform: Platform) -> None:
    add_person(platform, "clerk")
    with platform.read(SYSTEM) as work:
        found = users.check_password(work, "clerk", "a long password")
        assert found is not None
        assert found.name == "clerk"
        assert users.check_password(work, "clerk", "another password") is None
        assert users.check_password(work, "nobody", "a long password") is None


def test_secrets_are_kept_only_as_hashes(platform: Platform) -> None:
    actor = add_person(platform, "clerk")
    with platform.work(actor) as work:
        secret, token = users.create_token(work, users.get(work, "clerk"), "laptop")
    with platform.read(SYSTEM) as work:
        assert users.actor_for_token(work, secret) == actor
        assert work.session.get_one(TokenRow, token.id).hash != secret
        assert "a long password" not in work.session.get_one(UserRow, actor.id).password_hash


def test_unknown_expired_and_revoked_tokens_are_anonymous(platform: Platform) -> None:
    actor = add_person(platform, "clerk")
    with platform.work(actor) as work:
        clerk = users.get(work, "clerk")
        old, _ = users.create_token(work, clerk, "old", expires=work.now - timedelta(seconds=1))
        ended, token = users.create_token(work, clerk, "ended")
        users.revoke_token(work, token.id)
    with platform.read(SYSTEM) as work:
        assert [users.actor_for_token(work, secret) for secret in ("no", old, ended)] == [ANONYMOUS] * 3


def test_nobody_takes_tokens_of_others(platform: Platform) -> None:
    add_person(platform, "clerk")
    other = add_person(platform, "other")
    with pytest.raises(NotAuthorized), platform.work(other) as work:
        users.create_token(work, users.get(work, "clerk"), "stolen")


@pytest.mark.parametrize(
    ("name", "password"), [("A B", "a long password"), ("clerk", "a long password"), ("new-one", "short")]
)
def test_bad_accounts_are_refused(platform: Platform, name: str, password: str) -> None:
    add_person(platform, "clerk")
    with pytest.raises(Invalid), platform.work(SYSTEM) as work:
        users.add(work, name, password=password)
