"""Every page, in both languages, for everybody: it renders, is small, quick, and leads nowhere that is broken."""

from __future__ import annotations

import itertools
import re
import time
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from publisher.wiring import Platform
from tests.web.addresses import addresses
from tests.web.catalogue import SECRET
from web.pages import PAGES

NAMES = [page.name for page in PAGES if page.name != "logout"]
LARGEST = 150_000
SLOWEST = 0.5
STRANGE = ("hostile", "long-title", "arabic", "parking", "air-quality")


class Links(HTMLParser):
    """Gathers the links, ids and headings of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.levels: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"] or "")
        if values.get("id"):
            self.ids.append(values["id"] or "")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("who", ["public", "editor", "admin"])
def test_every_page_renders_for_everyone(
    platform: Platform, language: str, who: str, request: pytest.FixtureRequest
) -> None:
    client: FlaskClient = request.getfixturevalue(who)
    for name, path in addresses(platform).items():
        answer = client.get(f"/{language}{path}")
        assert answer.status_code == 200 or (name == "account" and answer.status_code == 302), (name, path)
        assert len(answer.data) <= LARGEST, name
        if answer.mimetype == "text/html" and answer.status_code == 200:
            page = answer.get_data(as_text=True)
            assert f'lang="{"zh-Hans-CN" if language == "zh" else "en"}"' in page, name
            assert "style=" not in page.replace("data-style=", ""), name
            assert not re.search(r"<script(?![^>]* src=)(?![^>]*ld\+json)", page), name


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("tab", ["", "/about", "/versions", "/api", "/activity", "/resource/1", "/resource/1/report"])
def test_strange_records_render(public: FlaskClient, name: str, tab: str) -> None:
    if "/resource" in tab and name in ("long-title", "arabic"):
        assert public.get(f"/zh/dataset/{name}{tab}").status_code == 404
        return
    answer = public.get(f"/zh/dataset/{name}{tab}")
    assert answer.status_code == 200
    assert len(answer.data) <= LARGEST


def test_headings_go_down_one_level_at_a_time_and_ids_are_unique(public: FlaskClient, platform: Platform) -> None:
    for path in [*addresses(platform).values(), *(f"/dataset/{name}" for name in STRANGE)]:
        answer = public.get(f"/zh{path}")
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        links = Links(answer.get_data(as_text=True))
        shown = links.levels
        assert shown.count(1) == 1, path
        assert all(after - before <= 1 for before, after in itertools.pairwise(shown)), (path, shown)
        assert len(links.ids) == len(set(links.ids)), path


def test_no_link_of_the_site_is_broken(public: FlaskClient) -> None:
    waiting, seen, broken = ["/en/", "/zh/"], set[str](), []
    while waiting and len(seen) < 700:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = public.get(path)
        if answer.status_code >= 400:
            broken.append((path, answer.status_code))
        if answer.mimetype != "text/html" or answer.status_code >= 300 or "?" in path:
            continue
        for link in Links(answer.get_data(as_text=True)).links:
            target = urljoin(f"http://localhost{path}", link)
            parts = urlsplit(target)
            if parts.netloc == "localhost" and not parts.path.startswith("/api/"):
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    assert not broken
    assert len(seen) > 150


def test_pages_are_answered_quickly(public: FlaskClient, platform: Platform) -> None:
    for name, path in addresses(platform).items():
        public.get(f"/zh{path}")
        start = time.perf_counter()
        public.get(f"/zh{path}")
        assert time.perf_counter() - start < SLOWEST, name


def test_a_private_dataset_never_shows_to_others(public: FlaskClient, editor: FlaskClient, admin: FlaskClient) -> None:
    paths = (
        "/dataset/private-plan",
        "/dataset/id-private",
        "/dataset/private-plan/about",
        "/dataset/private-plan/resource/1",
        "/dataset/private-plan/resource/1/download",
    )
    for path in paths:
        assert public.get(path).status_code == 404
        answer = public.get(path, headers={"Accept": "application/json"})
        assert SECRET not in answer.get_data(as_text=True)
    assert editor.get("/dataset/private-plan").status_code == 200
    assert admin.get("/dataset/private-plan").status_code == 200
    assert "private-plan" in editor.get(f"/dataset?q={SECRET}").get_data(as_text=True)


def test_a_private_dataset_never_shows_in_lists_counts_feeds_or_suggestions(
    public: FlaskClient, platform: Platform
) -> None:
    asked = (
        f"/dataset?q={SECRET}",
        f"/dataset?tags={SECRET}",
        "/dataset?organization=transport-bureau",
        "/organization/transport-bureau",
        "/feeds/dataset.atom",
        "/feeds/organization/transport-bureau.atom",
        f"/suggestions?q={SECRET}",
        f"/feeds/tag/{SECRET}.atom",
        "/sitemap.xml",
    )
    for path in [*asked, *addresses(platform).values()]:
        page = public.get(path).get_data(as_text=True)
        assert "private-plan" not in page, path
        assert "id-private" not in page, path
        assert f"的{SECRET}线路" not in page, path


def test_nothing_hostile_becomes_markup(public: FlaskClient) -> None:
    for path in ("/dataset/hostile", "/dataset/hostile/about", "/dataset/hostile/resource/1", "/dataset?q=Test", "/"):
        page = public.get(f"/en{path}").get_data(as_text=True)
        page = re.sub(r'<script type="application/ld\+json">[^<]*</script>', "", page)
        assert "<script>alert" not in page, path
        assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", page), path
        assert 'href="javascript:' not in page, path
        assert "\u202e" not in page, path
        assert "<svg onload" not in page, path


def test_titles_follow_the_language(public: FlaskClient) -> None:
    assert "<bdi>Bus stops</bdi>" in public.get("/en/dataset/bus-stops").get_data(as_text=True)
    assert "<bdi>公交站点</bdi>" in public.get("/zh/dataset/bus-stops").get_data(as_text=True)


def test_a_page_comes_again_only_when_it_changed(public: FlaskClient) -> None:
    first = public.get("/zh/dataset/long-title/about")
    again = public.get("/zh/dataset/long-title/about", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_file_is_answered_whole_or_in_part_and_kept_from_doing_harm(public: FlaskClient) -> None:
    whole = public.get("/dataset/bus-stops/resource/1/download/bus-stops.csv")
    assert whole.status_code == 200
    assert whole.content_type.startswith("text/csv")
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    part = public.get("/dataset/bus-stops/resource/1/download", headers={"Range": "bytes=0-9"})
    assert part.status_code == 206
    assert part.data == whole.data[:10]


def test_a_file_elsewhere_is_a_redirect_and_a_harmful_address_is_not(public: FlaskClient) -> None:
    answer = public.get("/dataset/air-quality/resource/1/download")
    assert (answer.status_code, answer.location) == (302, "https://example.cn/air-quality.xlsx")
    assert public.get("/dataset/hostile/resource/1/download").status_code == 404


def test_a_table_is_sorted_filtered_and_searched_by_its_address(public: FlaskClient) -> None:
    path = "/en/dataset/bus-stops/resource/1"
    rows = re.findall(r'class="row">(\d+)<', public.get(f"{path}?sort=-stop_id").get_data(as_text=True))
    assert rows[0] == "181"
    page = public.get(f"{path}?column=shelter&op=eq&value=true&column=latitude&op=gt&value=31.3").get_data(as_text=True)
    assert "Rows 1 to" in page
    assert "31.1196" not in page
    refused = public.get(f"{path}?column=nothing&op=eq&value=1")
    assert refused.status_code == 200
    assert "All rows are shown instead" in refused.get_data(as_text=True)


def test_the_report_shows_each_defect_with_its_cell(public: FlaskClient) -> None:
    page = public.get("/en/dataset/parking/resource/1/report").get_data(as_text=True)
    assert "newest version held back: 4 defects" in page
    assert "<bdi>many</bdi>" in page
    assert "is not a whole number" in page


def test_versions_say_what_changed(public: FlaskClient) -> None:
    page = public.get("/en/dataset/parking/versions").get_data(as_text=True)
    assert "含夜间开放信息" in page
    assert "keywords" in page


def test_a_card_says_rows_quality_and_the_column_that_was_found(public: FlaskClient) -> None:
    page = public.get("/en/dataset?q=charging_spaces").get_data(as_text=True)
    assert "75 rows" in page
    assert "quality" in page
    assert re.search(r"Columns:.*<mark>charging_spaces</mark>", page) or re.search(r"<mark>charging</mark>", page)


def test_a_long_list_of_files_comes_in_parts(public: FlaskClient) -> None:
    first = public.get("/en/dataset/many-files")
    assert len(first.data) <= LARGEST
    assert "第 1 册" in first.get_data(as_text=True)
    last = public.get("/en/dataset/many-files?files=250").get_data(as_text=True)
    assert "第 300 册" in last
    assert ">监测记录第 1 册" not in last
    assert public.get("/en/dataset/many-files?files=9999").status_code == 200
