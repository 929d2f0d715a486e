"""Vocabularies hold what CKAN, DCAT and Chinese catalogues mean by the same thing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from schemas import vocabulary
from schemas.text import Text


@pytest.mark.shared
def test_licence_list_equals_what_ckan_answers(shared: Path) -> None:
    lines = (shared / "contract" / "ckan-golden.jsonl").read_text(encoding="utf-8").splitlines()
    steps = [row for row in map(json.loads, lines) if row["scenario"] == "site-licenses"]
    assert steps
    for step in steps:
        assert vocabulary.ckan_licences() == step["response"]["result"]


@pytest.mark.shared
def test_tokyo_licences_formats_and_cycles_are_understood(shared: Path) -> None:
    unread_formats: list[str] = []
    unread_cycles = cycles = resources = 0
    with gzip.open(shared / "data" / "ckan" / "tokyo" / "package_show.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            package = json.loads(line)["result"]
            licence = vocabulary.find_licence(package["license_url"])
            assert licence is not None
            assert licence.key == package["license_id"]
            for extra in package["extras"]:
                cycles += bool(extra["value"])
                unread_cycles += bool(extra["value"]) and vocabulary.find_frequency(extra["value"]) is None
            for item in package["resources"]:
                resources += 1
                if vocabulary.guess_format(item["format"], item["mimetype"] or "", item["url"]) is None:
                    unread_formats.append(item["format"])
    assert resources == 58_187
    assert unread_formats == ["/DATASET/B_BUS_GTFS_RT-TOEI"]
    assert unread_cycles < 0.01 * cycles


def test_keys_are_their_own_names_and_everything_is_said_twice() -> None:
    for table in (
        vocabulary.LICENCES,
        vocabulary.FREQUENCIES,
        vocabulary.FORMATS,
        vocabulary.THEMES,
        vocabulary.EU_THEMES,
        vocabulary.SHARING_TYPES,
        vocabulary.OPENNESS,
        vocabulary.ACCESS_LEVELS,
        vocabulary.LANGUAGE_TAGS,
    ):
        for key, entry in table.items():
            assert entry.key == key
            label = getattr(entry, "label", None) or entry.title  # type: ignore[attr-defined]
            assert isinstance(label, Text)
            assert label.zh
            assert label.en


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("cc-by", "cc-by"),
        ("Creative Commons CCZero", "cc-zero"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "cc-zero"),
        ("https://creativecommons.org/licenses/by/4.0/deed.zh", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/nl/", "CC-BY-SA-3.0"),
        ("http://opendefinition.org/licenses/cc-zero/", "cc-zero"),
        ("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0", "CC-BY-4.0"),
        ("http://www.usa.gov/publicdomain/label/1.0/", "us-pd"),
        ("知识共享 署名 4.0", "CC-BY-4.0"),
        ("Licence Ouverte / Open Licence version 2.0", "fr-lo"),
    ],
)
def test_licences_are_found_by_any_name(text: str, key: str) -> None:
    found = vocabulary.find_licence(text)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("text", ["", "no-such-license", "https://example.org/terms", "x" * 5000])
def test_unknown_licences_are_not_guessed(text: str) -> None:
    assert vocabulary.find_licence(text) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("daily", "daily"),
        ("每季度", "quarterly"),
        ("R/P1M", "monthly"),
        ("R/PT1S", "realtime"),
        ("irregular", "irregular"),
        ("http://publications.europa.eu/resource/authority/frequency/ANNUAL_2", "semiannual"),
        ("http://purl.org/cld/freq/annual", "annual"),
        ("年1回（3月頃）", "annual"),
        ("５年ごと", "quinquennial"),
        ("１か月ごと", "monthly"),
        ("4回/年", "quarterly"),
        ("每3个月", "quarterly"),
        ("公開時のみ", "never"),
    ],
)
def test_update_cycles_are_found_in_four_notations(text: str, key: str) -> None:
    found = vocabulary.find_frequency(text)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("text", ["", "sometimes", "{{frequency}}", "1か月/1年ごと"])
def test_unclear_cycles_are_not_guessed(text: str) -> None:
    assert vocabulary.find_frequency(text) is None


@pytest.mark.parametrize(
    ("format_", "media_type", "url", "key"),
    [
        ("csv", "", "", "CSV"),
        ("text/csv", "", "", "CSV"),
        (".xlsx", "", "", "XLSX"),
        ("", "application/vnd.ms-excel", "", "XLS"),
        ("", "", "http://e.org/a/stops.geojson?v=1", "GeoJSON"),
        ("", "application/octet-stream", "http://e.org/a.csv.gz", "CSV"),
        ("SHP", "application/zip", "http://e.org/a.zip", "SHP"),
        ("http://publications.europa.eu/resource/authority/file-type/CSV", "", "", "CSV"),
        ("https://www.iana.org/assignments/media-types/text/csv", "", "", "CSV"),
        ("电子表格", "", "", "XLS"),
        ("application/geo+json; charset=utf-8", "", "", "GeoJSON"),
    ],
)
def test_formats_are_found_by_name_type_and_file(format_: str, media_type: str, url: str, key: str) -> None:
    found = vocabulary.guess_format(format_, media_type, url)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("url", ["", "http://[bad", "http://e.org/", "http://e.org/.hidden", "http://e.org/v1.0/data"])
def test_a_url_without_a_known_ending_gives_no_format(url: str) -> None:
    assert vocabulary.guess_format("", "", url) is None


@pytest.mark.parametrize(
    ("subjects", "keywords", "title", "keys"),
    [
        (["http://publications.europa.eu/resource/authority/data-theme/TRAN"], [], "", ("transport",)),
        ([], ["school"], "", ("education",)),
        ([], [], "城市公交线路与站点", ("transport",)),
        (["Medicare"], [], "", ("health",)),
        ([], [], "Business register", ()),
        (["养老保险", "公租房"], [], "", ("housing", "social-security")),
    ],
)
def test_themes_follow_from_subject_words(
    subjects: list[str], keywords: list[str], title: str, keys: tuple[str, ...]
) -> None:
    assert vocabulary.themes_for(subjects, keywords, title) == keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("en-US", "en"),
        ("us-EN", "en"),
        ("zh-CN", "zh"),
        ("ZHO", "zh"),
        ("en-AU", "en"),
        ("http://publications.europa.eu/resource/authority/language/FRA", "fr"),
    ],
)
def test_languages_are_found_by_tag_code_and_uri(text: str, key: str) -> None:
    found = vocabulary.find_language(text)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("restricted public", "restricted"),
        ("non-public", "non-public"),
        ("PUBLIC", "public"),
        ("http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC", "non-public"),
    ],
)
def test_access_levels_are_found_in_both_notations(text: str, key: str) -> None:
    found = vocabulary.find_access_level(text)
    assert found is not None
    assert found.key == key
