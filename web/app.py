"""The application: one factory that opens the platform and hangs on it the pages, the feeds and the machine API."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from publisher.config import Config
from publisher.wiring import Platform, connect
from schemas.errors import GongkaiError
from schemas.text import Text
from web import catalogues, counting, feeds, language, rendering, sessions
from web.api import datastore_dump, routes, tables, util
from web.environment import settings
from web.errors import Answer, answer_for, answer_for_status
from web.language import gettext
from web.pages import PAGES

LOG = logging.getLogger("gongkai.web")
NAVIGATION: tuple[tuple[str, Callable[[], str]], ...] = (
    ("search", lambda: gettext("Datasets")),
    ("organizations", lambda: gettext("Organizations")),
    ("themes", lambda: gettext("Themes")),
    ("harvest", lambda: gettext("Sources")),
    ("developers", lambda: gettext("API")),
    ("help", lambda: gettext("Help")),
)
BLUEPRINTS: tuple[Blueprint, ...] = (
    feeds.blueprint,
    catalogues.blueprint,
    routes.blueprint,
    util.blueprint,
    datastore_dump.blueprint,
    tables.blueprint,
)
LARGEST_FORM = 2 * 1024 * 1024
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(config: Config | Mapping[str, Any] | None = None, *, platform: Platform | None = None) -> Flask:
    """Make the WSGI application of a site.

    A mapping overrides settings by their names in `Config`; an open platform is served as it is. A database that lags
    behind is brought up to date.
    """
    if platform is None:
        if not isinstance(config, Config):
            config = settings(**dict(config or {}))
        platform = connect(config, upgrade=True)
    app = Flask("web", static_folder="static", template_folder="templates")
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 365 * 86_400
    app.url_map.strict_slashes = False
    sessions.install(app, platform)
    language.install(app, platform.config.default_language)
    rendering.install(app)
    counting.install(app, platform)
    app.context_processor(site_words)
    for blueprint in (portal(), *BLUEPRINTS):
        app.register_blueprint(blueprint)
    app.register_error_handler(GongkaiError, tell_error)
    app.register_error_handler(HTTPException, tell_http)
    app.register_error_handler(Exception, tell_fault)
    app.after_request(secure)
    return app


def site_words() -> dict[str, Any]:
    """Answer what every page says of the site."""
    config = sessions.platform().config
    chinese = language.short() == "zh"
    return {
        "site_name": config.site_title_zh if chinese else config.site_title_en,
        "site_description": config.site_description_zh if chinese else config.site_description_en,
        "navigation": [(name, label()) for name, label in NAVIGATION],
        "absolute": lambda path: config.site_url + path,
    }


def portal() -> Blueprint:
    """Gather the pages of the registry."""
    pages = Blueprint("portal", __name__)
    for page in PAGES:
        for rule in reversed(page.rules):
            pages.add_url_rule(rule, page.name, page.view, methods=list(page.methods))
    return pages


def tell_error(error: GongkaiError) -> ResponseReturnValue:
    """Answer a refusal of our own."""
    return _told(answer_for(error), error.message, error.code)


def tell_http(error: HTTPException) -> ResponseReturnValue:
    """Answer what the framework refuses; redirects pass."""
    if error.code is None or error.code < 400:
        return error.get_response()
    headers = [(name, value) for name, value in error.get_headers(request.environ) if name == "Allow"]
    answer = answer_for_status(error.code)
    return *_told(answer, None, error.name.lower().replace(" ", "-"), error.code), dict(headers)


def tell_fault(error: Exception) -> ResponseReturnValue:
    """Answer a fault of ours: a number to quote, and the traceback in the log only."""
    number = secrets.token_hex(4)
    LOG.error("fault %s at %s %s", number, request.method, request.path, exc_info=error)
    return _told(answer_for(error), None, f"fault-{number}")


def _told(
    answer: Answer, detail: Text | None, code: str, status: int | None = None
) -> tuple[str | dict[str, Any], int]:
    status = status or answer.status
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    if best == "application/json" or request.path.startswith("/api/"):
        said = detail or answer.title
        return {"error": {"status": status, "code": code, "message": {"zh": said.zh, "en": said.en}}}, status
    page = rendering.render("error.html", answer=answer, detail=detail, code=code, status=status)
    return page, status


def secure(response: Response) -> Response:
    """Set the headers of every answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("Content-Language", language.TAGS[language.short()])
    return response
