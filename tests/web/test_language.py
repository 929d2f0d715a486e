"""The address decides the language, then the browser; every text exists in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from web.language import CATALOGUES

WEB = Path(__file__).resolve().parents[2] / "web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2)}
SAME_IN_ALL = {"DCAT", "Esc", "TOKEN", "RESOURCE-ID", "UTC", "RDF", "JSON", "CSV", "CKAN", "Atom"}


def messages() -> set[str]:
    found = extract_from_dir(str(WEB), method_map=METHODS, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    told = {}
    for path in (CATALOGUES / "zh_Hans_CN" / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            told |= {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in read_po(file) if m.id}
    asked = messages()
    assert asked - told.keys() == set()
    assert told.keys() - asked == set()
    empty = [key for key, text in told.items() if not (text if isinstance(text, str) else text[0])]
    assert empty == []


@pytest.mark.parametrize("path", sorted(WEB.glob("templates/**/*.html")), ids=lambda path: path.name)
def test_no_template_says_a_word_outside_the_catalogue(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for pattern in (r"{#.*?#}", r"{%.*?%}", r"{{.*?}}", r"<(script|code)\b.*?</\1>", r"<[^>]*>", r"&\w+;"):
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+", text)) - SAME_IN_ALL
    assert words == set()


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("zh-CN,zh;q=0.9", "zh-Hans-CN"),
        ("zh-TW", "zh-Hans-CN"),
        ("en-US,en", "en"),
        ("fr", "zh-Hans-CN"),
        ("", "zh-Hans-CN"),
    ],
)
def test_the_browser_decides_where_the_address_does_not(public: FlaskClient, asked: str, tag: str) -> None:
    answer = public.get("/about", headers={"Accept-Language": asked})
    assert f'<html lang="{tag}">' in answer.get_data(as_text=True)
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_address_decides_against_the_browser_and_links_keep_it(public: FlaskClient) -> None:
    page = public.get("/en/dataset?q=bus", headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert '<html lang="en">' in page
    assert 'href="/en/dataset/bus-stops"' in page
    assert 'href="/zh/dataset?q=bus"' in page


def test_ckans_language_prefix_works_too(public: FlaskClient) -> None:
    assert public.get("/zh_Hans_CN/dataset/bus-stops").status_code == 200
