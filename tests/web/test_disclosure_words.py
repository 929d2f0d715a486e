"""Every sentence of the accountability pages has its Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from jinja2.ext import babel_extract

from web import language

WEB = Path(language.__file__).parent
QUESTIONS = WEB / "templates" / "dataset" / "questions.html"
TEMPLATES = sorted([*(WEB / "templates" / "disclosure").glob("*.html"), QUESTIONS])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_sentence_of_a_template_is_translated(template: Path) -> None:
    body = language.catalogue(language.CATALOGUES / "zh_Hans_CN" / "LC_MESSAGES")
    with template.open("rb") as source:
        found = list(babel_extract(source, ("_", "ngettext"), [], {"silent": "false"}))
    messages = [m if isinstance(m, str) else m[0] for _, _, m, _ in found]
    assert [m for m in messages if body.ugettext(m) == m and body.ungettext(m, m, 1) == m] == []


def test_every_label_of_the_form_is_translated() -> None:
    body = language.catalogue(language.CATALOGUES / "zh_Hans_CN" / "LC_MESSAGES")
    found = extract_from_file("python", WEB / "pages" / "request_new.py", keywords={"gettext": None})
    assert len(found) > 10
    assert [m for _, m, _, _ in found if body.ugettext(str(m)) == m] == []
