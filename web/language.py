"""Language of a request: the address decides, then the browser, then the site.

`/zh/dataset/x` and `/en/dataset/x` fix the language; `/dataset/x` asks the browser. The prefix moves into SCRIPT_NAME,
so every address that a page builds keeps it and no route has to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, current_app, request
from flask_babel import Babel, get_locale, get_translations  # type: ignore[import-untyped]

PREFIXES = {"zh": "zh_Hans_CN", "zh_Hans_CN": "zh_Hans_CN", "zh-CN": "zh_Hans_CN", "en": "en"}
NAMES = {"zh": "中文", "en": "English"}
TAGS = {"zh": "zh-Hans-CN", "en": "en"}
CATALOGUES = Path(__file__).parent / "translations"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class LanguagePrefix:
    """Moves a language at the start of the path into SCRIPT_NAME and remembers the root without it."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        root = environ.get("SCRIPT_NAME", "")
        environ["gongkai.root"] = root
        head, _, rest = environ.get("PATH_INFO", "").lstrip("/").partition("/")
        if head in PREFIXES:
            environ["gongkai.language"] = PREFIXES[head]
            environ["SCRIPT_NAME"] = f"{root}/{head}"
            environ["PATH_INFO"] = f"/{rest}"
        return self._application(environ, start_response)


def install(app: Flask, default: str) -> None:
    """Give the application its languages; catalogues are read from their .po files, nothing has to be compiled."""
    babel = Babel(app, default_locale=PREFIXES[default], locale_selector=choose)
    with app.app_context():
        domain = babel.domain_instance
    for folder in sorted(CATALOGUES.glob("*/LC_MESSAGES")):
        domain.cache[folder.parent.name, domain.domain[0]] = catalogue(folder)
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]


def catalogue(folder: Path) -> Translations:
    """Read the .po files of a language, one for each part of the portal, into one body of translations."""
    parts = []
    for path in sorted(folder.glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=folder.parent.name))
        compiled.seek(0)
        parts.append(Translations(compiled))
    for part in parts[1:]:
        parts[0].merge(part)
    return parts[0] if parts else Translations()


def choose() -> str:
    """Answer the locale of this request."""
    fixed = request.environ.get("gongkai.language")
    if fixed:
        return str(fixed)
    best = request.accept_languages.best_match(["zh-CN", "zh", "zh-Hans", "zh-TW", "zh-HK", "en", "en-US", "en-GB"])
    if best is None:
        return str(current_app.extensions["babel"].default_locale)
    return PREFIXES["zh" if best.startswith("zh") else "en"]


def gettext(message: str, **values: object) -> str:
    """Answer a message of the catalogue in the language of the page."""
    said = str(get_translations().ugettext(message))
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Answer the form of a message for a number."""
    return str(get_translations().ungettext(one, many, num)) % {"num": num, **values}


def short() -> str:
    """Answer `zh` or `en`."""
    return "zh" if str(get_locale()).startswith("zh") else "en"


def root() -> str:
    """Answer the path before the language, empty at the top of a host."""
    return str(request.environ.get("gongkai.root", ""))


def address_in(language: str) -> str:
    """Answer this page's address in another language."""
    query = request.query_string.decode("latin-1")
    return f"{root()}/{language}{_quoted_path()}" + (f"?{query}" if query else "")


def plain_path() -> str:
    """Answer this page's path without a language."""
    return root() + _quoted_path()


def _quoted_path() -> str:
    path = urlsplit(request.url).path
    return path[len(urlsplit(request.root_url).path.rstrip("/")) :] or "/"
