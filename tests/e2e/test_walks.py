"""Five errands of new users in a real browser, with pictures; and what scripts add, which no errand needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open

pytestmark = pytest.mark.browser
LOOKS = [("zh", 1440, "light"), ("en", 1440, "dark"), ("zh", 390, "dark"), ("en", 390, "light")]


def picture(page: Page, album: Path, name: str, look: tuple[str, int, str]) -> None:
    page.screenshot(path=album / f"{name}-{'-'.join(map(str, look))}.png", full_page=True)


@pytest.mark.parametrize("look", LOOKS)
def test_a_citizen_finds_a_table_reads_it_and_takes_it(visit: Open, album: Path, look: tuple[str, int, str]) -> None:
    language, width, scheme = look
    page = visit(f"/{language}/", width, scheme)
    picture(page, album, "home", look)
    page.get_by_role("combobox").or_(page.get_by_role("searchbox")).last.fill(
        "公交站点" if language == "zh" else "bus stops"
    )
    page.keyboard.press("Enter")
    picture(page, album, "search", look)
    page.get_by_role("link", name="公交站点" if language == "zh" else "Bus stops", exact=True).first.click()
    picture(page, album, "dataset", look)
    page.get_by_role("link", name="查看完整表格" if language == "zh" else "Look into the table").click()
    expect(page.get_by_role("table")).to_contain_text("S0001")
    picture(page, album, "table", look)
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename.endswith(".xlsx")


@pytest.mark.parametrize("look", LOOKS)
def test_a_journalist_sees_who_is_late(visit: Open, album: Path, look: tuple[str, int, str]) -> None:
    language, width, scheme = look
    page = visit(f"/{language}/", width, scheme)
    page.get_by_role("link", name=re.compile("逾期数据集|late dataset")).click()
    assert "late=1" in page.url
    assert page.get_by_text(re.compile(r"逾期 \d+ 天|\d+ days? late")).count() >= 9
    picture(page, album, "late", look)
    page.goto(f"/{language}/organization/housing-bureau")
    picture(page, album, "organization", look)


@pytest.mark.parametrize("look", LOOKS)
def test_a_department_reads_what_is_wrong_with_its_table(visit: Open, album: Path, look: tuple[str, int, str]) -> None:
    language, width, scheme = look
    page = visit(f"/{language}/harvest", width, scheme)
    picture(page, album, "sources", look)
    page.get_by_role("link", name="住建局数据目录").click()
    picture(page, album, "source", look)
    page.locator("tbody th a").last.click()
    picture(page, album, "run", look)
    page.goto(f"/{language}/dataset/parking/resource/1/report")
    expect(page.locator("td.bad").first).to_be_visible()
    picture(page, album, "report", look)


@pytest.mark.parametrize("look", LOOKS[:2])
def test_an_analyst_draws_a_chart_and_sends_its_address(visit: Open, album: Path, look: tuple[str, int, str]) -> None:
    language, width, scheme = look
    page = visit(f"/{language}/dataset/parking/resource/1/chart", width, scheme)
    page.locator("select[name=x]").select_option("district")
    page.locator("select[name=y]").select_option("charging_spaces")
    page.locator("select[name=measure]").select_option("sum")
    page.locator("main form button").click()
    assert "x=district" in page.url
    picture(page, album, "chart", look)
    again = visit(page.url, width, scheme)
    assert again.locator("svg.chart rect.bar").count() == 7
    page.goto(f"/{language}/dataset/parking/resource/1/map")
    picture(page, album, "map", look)
    page.goto(f"/{language}/dataset/parking/resource/1/columns")
    picture(page, album, "columns", look)


@pytest.mark.parametrize("look", LOOKS[:2])
def test_a_developer_copies_a_call(visit: Open, album: Path, look: tuple[str, int, str]) -> None:
    language, width, scheme = look
    page = visit(f"/{language}/developers", width, scheme, permissions=["clipboard-read", "clipboard-write"])
    picture(page, album, "developers", look)
    page.get_by_role("button", name=re.compile("复制|Copy")).first.click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl ")
    for name in ("about", "help", "user/login", "organization", "group", "nothing"):
        page.goto(f"/{language}/{name}")
        picture(page, album, name.replace("/", "-"), look)


def test_every_errand_works_without_scripts(visit: Open) -> None:
    page = visit("/en/", java_script_enabled=False)
    page.locator("#q").fill("bus stops")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="CSV").first.click()
    assert "res_format=CSV" in page.url
    page.get_by_role("link", name="Bus stops", exact=True).first.click()
    page.get_by_role("link", name="Look into the table").click()
    page.get_by_role("link", name="latitude").click()
    assert "sort=latitude" in page.url
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)


def test_the_filters_are_a_drawer_on_a_phone_even_without_scripts(visit: Open) -> None:
    page = visit("/en/dataset", 390, java_script_enabled=False)
    expect(page.locator("#facets")).not_to_be_visible()
    page.get_by_role("button", name="Filters").click()
    expect(page.locator("#facets")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Transport ")).first.click()
    assert "groups=transport" in page.url


def test_keys_reach_the_search_box_its_suggestions_and_the_list_of_keys(visit: Open) -> None:
    page = visit("/en/dataset/parking")
    page.keyboard.press("/")
    expect(page.locator("#head-q")).to_be_focused()
    page.keyboard.type("bus sto")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dataset/bus-stops")
    page.locator("body").press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("/en/dataset/parking")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_filters_swap_the_results_and_going_back_swaps_them_again(visit: Open) -> None:
    page = visit("/en/dataset")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name=re.compile("^Transport 6")).click()
    expect(page.locator("#results-title")).to_have_text(re.compile("6 datasets"))
    assert "groups=transport" in page.url
    expect(page.locator("#results-title")).to_be_focused()
    page.get_by_role("link", name=re.compile("^CSV")).click()
    expect(page.locator(".pills li")).to_have_count(3)
    page.go_back()
    page.go_back()
    expect(page.locator(".pills")).to_have_count(0)
    assert page.evaluate("window.stayed")


def test_the_theme_is_switched_and_kept(visit: Open) -> None:
    page = visit("/en/")
    page.get_by_role("button", name="Dark").click()
    page.goto("/en/about")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_pages_are_light(visit: Open) -> None:
    page = visit("/en/about")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    for path in (
        "/en/",
        "/en/dataset",
        "/en/dataset/parking",
        "/en/dataset/hostile",
        "/en/dataset/bus-stops/resource/1",
    ):
        sizes.clear()
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert sum(sizes) <= 150_000, path
