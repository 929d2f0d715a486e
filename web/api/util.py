"""The small addresses under /api/util that forms complete words with."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from publisher import users
from publisher.work import Work
from schemas import vocabulary
from web.api import envelope, identity
from web.api.call import Call
from web.api.registry import ACTIONS

blueprint = Blueprint("api_util", __name__)


def _asked(name: str, **data: Any) -> Any:
    """Run a reading action for a form and answer its bare result."""
    action = ACTIONS[name]
    platform = identity.platform()
    with platform.read(identity.caller(request, action)) as work:
        return action.function(_call(name, work, data))


def _call(name: str, work: Work, data: dict[str, Any]) -> Call:
    return Call(name, ACTIONS[name].permission, data, work, identity.platform(), identity.site(), frozenset(data))


def _limit() -> int:
    given = request.args.get("limit", "10")
    return min(int(given), 100) if given.isdigit() else 10


def _set(result: Any) -> Response:
    return envelope.opened(envelope.response(envelope.bare({"ResultSet": {"Result": result}})))


@blueprint.route("/api/util/dataset/autocomplete")
@blueprint.route("/api/<int(min=1, max=3):version>/util/dataset/autocomplete")
def datasets(version: int = 3) -> Response:
    """Complete names and titles of packages."""
    text = request.args.get("incomplete", "")
    return _set(_asked("package_autocomplete", q=text, limit=_limit()) if text else [])


@blueprint.route("/api/util/tag/autocomplete")
@blueprint.route("/api/<int(min=1, max=3):version>/util/tag/autocomplete")
def tags(version: int = 3) -> Response:
    """Complete tags."""
    text = request.args.get("incomplete", "")
    names = _asked("tag_autocomplete", query=text, limit=_limit()) if text else []
    return _set([{"Name": name} for name in names])


@blueprint.route("/api/util/resource/format_autocomplete")
@blueprint.route("/api/<int(min=1, max=3):version>/util/resource/format_autocomplete")
def formats(version: int = 3) -> Response:
    """Complete formats that resources of this site have."""
    text = request.args.get("incomplete", "")
    names = _asked("format_autocomplete", q=text, limit=_limit()) if text else []
    return _set([{"Format": name} for name in names])


@blueprint.route("/api/util/organization/autocomplete")
@blueprint.route("/api/<int(min=1, max=3):version>/util/organization/autocomplete")
def organizations(version: int = 3) -> Response:
    """Complete organizations."""
    found = _asked("organization_autocomplete", q=request.args.get("q", ""), limit=_limit())
    return envelope.opened(envelope.response(envelope.bare(found)))


@blueprint.route("/api/util/group/autocomplete")
@blueprint.route("/api/<int(min=1, max=3):version>/util/group/autocomplete")
def groups(version: int = 3) -> Response:
    """Complete groups."""
    found = _asked("group_autocomplete", q=request.args.get("q", ""), limit=_limit())
    return envelope.opened(envelope.response(envelope.bare(found)))


@blueprint.route("/api/util/user/autocomplete")
@blueprint.route("/api/<int(min=1, max=3):version>/util/user/autocomplete")
def people(version: int = 3) -> Response:
    """Complete accounts by name or full name."""
    text = request.args.get("q", "").lower()
    with identity.platform().read(identity.caller(request, ACTIONS["status_show"])) as work:
        found = [
            {"id": one.id, "name": one.name, "fullname": one.full_name}
            for one in users.listing(work)
            if text and (text in one.name or text in (one.full_name or "").lower())
        ]
    return envelope.response(envelope.bare(found[: _limit()]))


__all__ = ["blueprint", "vocabulary"]
