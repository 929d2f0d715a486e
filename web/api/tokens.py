"""Actions on API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from publisher import users
from publisher.auth import Permission, Subject
from publisher.users import subject
from schemas.errors import Invalid
from schemas.mappings.ckan import moment_text
from schemas.text import Text
from web.api.action import Action, Param
from web.api.call import Call
from web.api.errors import Missing, missing

LONGEST = 100 * 366 * 86_400  # seconds


def api_token_create(call: Call) -> dict[str, Any]:
    """Make a token; its secret is shown this once."""
    lacking = [name for name in ("name", "user") if not call.text(name)]
    if lacking and not call.anonymous:
        raise missing(*lacking)
    person = users.find(call.work, call.text("user"))
    if person is None:
        call.permit(Subject(kind="user"))
        raise Missing("User not found")
    call.permit(subject(person))
    lasting = (call.get("expires_in") or 0) * call.get("unit")
    if lasting > LONGEST:
        raise Invalid({"expires_in": ["A token lasts at most 100 years"]})
    expires = call.work.now + timedelta(seconds=lasting) if lasting else None
    secret, token = users.create_token(call.work, person, call.text("name"), expires=expires)
    return {"token": secret, "id": token.id}


def api_token_list(call: Call) -> list[dict[str, Any]]:
    """Answer a person's tokens without their secrets."""
    ref = call.text("user_id") or call.text("user")
    if not ref:
        raise missing("user_id")
    person = users.find(call.work, ref)
    if person is None:
        call.permit(Subject(kind="user"))
        raise Missing("User not found")
    call.permit(subject(person))
    return [
        {
            "id": token.id,
            "name": token.name,
            "user_id": token.user_id,
            "created_at": moment_text(token.created),
            "last_access": moment_text(token.last_used),
            "expires_at": moment_text(token.expires),
        }
        for token in users.tokens(call.work, person)
    ]


def api_token_revoke(call: Call) -> None:
    """End a token, named by its id or its secret."""
    secret, token_id = call.text("token"), call.text("jti")
    if not secret and not token_id:
        raise missing("token")
    found = users.find_token(call.work, secret=secret, token_id=token_id)
    call.permit(Subject(kind="user", id=found.user_id if found is not None else ""))
    if found is None:
        raise Missing()
    users.revoke_token(call.work, found.id)


def _param(name: str, zh: str, en: str) -> Param:
    return Param(name, "any", Text(zh=zh, en=en))


EDIT = Permission.USER_EDIT

ACTIONS = (
    Action(
        "api_token_create",
        api_token_create,
        Text(zh="新建接口令牌。", en="Create a new API token."),
        (
            _param("user", "用户。", "The account."),
            _param("name", "名称。", "What it is for."),
            Param(
                "expires_in",
                "natural",
                Text(zh="有效期（单位见 unit），至多 100 年。", en="How long it lasts, in units; at most 100 years."),
            ),
            Param("unit", "positive", Text(zh="单位秒数。", en="Seconds of one unit."), default=1),
        ),
        reads=False,
        permission=EDIT,
        returns="object",
    ),
    Action(
        "api_token_list",
        api_token_list,
        Text(zh="列出接口令牌。", en="Return a list of a user's API tokens."),
        (_param("user_id", "用户。", "The account."), _param("user", "同 user_id。", "The same as user_id.")),
        permission=EDIT,
        returns="array",
    ),
    Action(
        "api_token_revoke",
        api_token_revoke,
        Text(zh="吊销接口令牌。", en="Revoke an API token."),
        (_param("token", "令牌。", "The token."), _param("jti", "令牌的 id。", "The token's id.")),
        reads=False,
        permission=EDIT,
        returns="null",
    ),
)
