"""Every page, judged by axe-core in a real browser, on a desk in Chinese and on a phone in English in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from publisher.wiring import Platform
from tests.e2e.conftest import Open
from tests.web.addresses import addresses
from tests.web.catalogue import PASSWORD

pytestmark = pytest.mark.browser
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
NO_PAGE = ("download", "suggestions", "account", "harvest_run_csv", "scoreboard_export", "disclosure_proof")
NO_PAGE += ("disclosure_log_download", "disclosure_checkpoint", "resource_rows")
MORE = (
    "/dataset/hostile", "/dataset/hostile/about", "/dataset/arabic", "/dataset/long-title", "/dataset/parking",
    "/dataset/parking/resource/1/report", "/dataset/parking/versions", "/dataset?q=医院", "/dataset?q=zzzzz",
    "/dataset?tags=公交&late=1", "/nothing", "/dataset/bus-stops/resource/1?column=shelter&op=eq&value=true&q=站",
)  # fmt: skip
LOOKS = (("zh", 1440, "light"), ("en", 390, "dark"))


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
def test_axe_finds_nothing_and_nothing_overflows(
    visit: Open, platform: Platform, language: str, width: int, scheme: str
) -> None:
    page, complaints = visit("/about", width, scheme), []
    problems: list[str] = []
    page.on("console", lambda message: problems.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    known = addresses(platform)
    for path in [*(path for name, path in known.items() if name not in NO_PAGE), *MORE]:
        page.goto(f"/{language}{path}")
        found = Axe().run(page, options=RULES)
        for violation in found.response["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            complaints.append(f"{path}: {violation['id']}: {nodes}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            complaints.append(f"{path}: wider than {width} px")
    assert "\n".join(complaints) == ""
    assert [problem for problem in problems if "/nothing" not in problem] == []


KEPT = ("/admin", "/organization/new", "/organization/edit/housing-bureau", "/organization/housing-bureau/members")
FORMS = ("/user/me", "/dataset/new", "/dataset/edit/bus-stops", "/dataset/bus-stops/resource/new")


def test_axe_finds_nothing_in_the_forms_of_an_administrator(visit: Open, album: Path) -> None:
    page, complaints = visit("/en/user/login"), []
    page.get_by_label("Name or e-mail address").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    for language, width in (("en", 1440), ("zh", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        for path in (*FORMS, *KEPT, "/dataset/bus-stops/resource/1/edit"):
            page.goto(f"/{language}{path}")
            found = Axe().run(page, options=RULES)
            complaints += [f"{path}: {violation['id']}" for violation in found.response["violations"]]
            page.screenshot(path=album / f"form{path.replace('/', '-')}-{language}.png", full_page=True)
    page.goto("/en/dataset/new")
    page.get_by_role("button", name="Publish").click()
    page.evaluate("document.querySelector('#title').required = false")
    page.get_by_role("button", name="Publish").click()
    complaints += [f"refused: {one['id']}" for one in Axe().run(page, options=RULES).response["violations"]]
    page.screenshot(path=album / "form-refused-en.png", full_page=True)
    assert page.locator(".error-summary").count() == 1
    assert "\n".join(complaints) == ""
