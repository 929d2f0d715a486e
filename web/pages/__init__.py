"""The portal's pages: one file, one template and one line here for each."""

from __future__ import annotations

from web.pages import (
    about,
    account,
    dataset,
    dataset_about,
    dataset_activity,
    dataset_api,
    dataset_versions,
    developers,
    download,
    help,
    home,
    login,
    logout,
    organization,
    organizations,
    resource,
    resource_report,
    search,
    suggestions,
    theme,
    themes,
)
from web.pages.page import Page

PAGES: tuple[Page, ...] = (
    home.PAGE,
    search.PAGE,
    suggestions.PAGE,
    dataset.PAGE,
    dataset_about.PAGE,
    dataset_versions.PAGE,
    dataset_api.PAGE,
    dataset_activity.PAGE,
    resource.PAGE,
    resource_report.PAGE,
    download.PAGE,
    organizations.PAGE,
    organization.PAGE,
    themes.PAGE,
    theme.PAGE,
    developers.PAGE,
    about.PAGE,
    help.PAGE,
    login.PAGE,
    logout.PAGE,
    account.PAGE,
)
