"""The addresses of the API: one route for all actions, the roots of the versions, and the documents about it."""

from __future__ import annotations

from contextlib import AbstractContextManager

from flask import Blueprint, Response, abort, request

from publisher.work import Work
from schemas.errors import GongkaiError
from web.api import envelope, errors, identity, openapi
from web.api.action import Action
from web.api.call import Call, Changed
from web.api.decoding import decode
from web.api.parameters import checked
from web.api.registry import ACTIONS

blueprint = Blueprint("api", __name__)

VERSIONS = {"": 1, "1": 1, "2": 2, "3": 3}


@blueprint.route("/api", defaults={"version": ""})
@blueprint.route("/api/<version>", strict_slashes=False)
def root(version: str) -> Response:
    """Answer which version of the API an address speaks."""
    if version not in VERSIONS:
        abort(404)
    return envelope.response(envelope.bare({"version": VERSIONS[version]}))


@blueprint.route("/api/action/<name>", methods=["GET", "POST", "OPTIONS"], strict_slashes=True)
@blueprint.route("/api/3/action/<name>", methods=["GET", "POST", "OPTIONS"], strict_slashes=True)
def act(name: str) -> Response:
    """Run an action and answer in the envelope."""
    action = ACTIONS.get(name)
    if request.method == "OPTIONS":
        return _options(action)
    if action is None:
        return envelope.response(envelope.bare(f"Bad request: Action name not known: {name}"), 400)
    answer = envelope.wrapped(_answer(action), request)
    return envelope.opened(answer) if action.reads else answer


@blueprint.route("/api/3/openapi.json")
def document() -> Response:
    """Answer the OpenAPI 3.1 document of every action."""
    return envelope.opened(envelope.response(envelope.bare(openapi.document(ACTIONS.values(), identity.site()))))


def _options(action: Action | None) -> Response:
    answer = Response(b"", content_type="text/html; charset=utf-8")
    answer.headers["Allow"] = "OPTIONS, POST, GET, HEAD"
    return envelope.opened(answer) if action is None or action.reads else answer


def _answer(action: Action) -> Response:
    help_url = f"{identity.site()}/api/3/action/help_show?name={action.name}"
    try:
        return envelope.response(_run(action, help_url))
    except errors.BadRequest as bad:
        return envelope.response(envelope.bare(bad.message), bad.status)
    except GongkaiError as error:
        status, body = errors.answer(error)
        return envelope.response(envelope.failure(help_url, body), status)


def _run(action: Action, help_url: str) -> bytes:
    sent = decode(request, action.reads)
    data = checked(action, sent) if action.checked else sent
    with _work(action) as work:
        call = Call(action.name, action.permission, data, work, identity.platform(), identity.site(), frozenset(sent))
        result = action.function(call)
        if isinstance(result, Changed):
            entities = {"packages": list(result.packages)}
            return envelope.success(help_url, result.result, changed_entities=entities)
        return envelope.success(help_url, result)


def _work(action: Action) -> AbstractContextManager[Work]:
    platform, actor = identity.platform(), identity.caller(request, action)
    return platform.read(actor) if action.reads else platform.work(actor)
