"""An address for every page of the registry, so that each new page is tried by every test of pages."""

from __future__ import annotations

import re

from harvester import connections, jobs
from publisher import datasets
from publisher.auth import SYSTEM
from publisher.wiring import Platform
from web.pages import PAGES
from web.pages.page import Page

# Forms of those who may, pages of one person alone, and of records of another profile: their own tests open them.
APART = {
    *("logout", "request", "desk", "dataset_new", "dataset_edit", "dataset_withdraw", "resource_new", "resource_edit"),
    *("item", "duties", "admin", "organization_members", "organization_edit", "organization_new"),
}


def known(platform: Platform) -> dict[str, str]:
    """Answer a value for every variable of the rules."""
    with platform.read(SYSTEM) as work:
        stops = datasets.get(work, "bus-stops")
        source = connections.listing(work)[0]
        run = jobs.listing(work, source.id)[-1]
    return {
        "rid": stops.resources[0].id,
        "name": "bus-stops.csv",
        "run_id": run.id,
        "source": source.name,
        "number": "1",
        "extension": "csv",
    }


def address(page: Page, values: dict[str, str]) -> str:
    """Answer the first rule of a page with its variables filled."""
    refs = {"organization": "transport-bureau", "score": "transport-bureau", "theme": "transport"}
    ref = values["source"] if page.name.startswith("harvest") else refs.get(page.name, "bus-stops")
    return re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: {**values, "ref": ref}[found[1]], page.rules[0])


def addresses(platform: Platform) -> dict[str, str]:
    """Answer the address of every page that can be looked at, by the page's name."""
    values = known(platform)
    return {page.name: address(page, values) for page in PAGES if page.name not in APART}
