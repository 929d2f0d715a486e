"""The action that lists the licences."""

from __future__ import annotations

from schemas.text import Text
from schemas.vocabulary import ckan_licences
from web.api.action import Action
from web.api.call import Call


def license_list(call: Call) -> list[dict[str, str]]:
    """Answer every licence that clients of the API know."""
    call.permit()
    return ckan_licences()


ACTIONS = (
    Action(
        "license_list",
        license_list,
        Text(zh="列出可用于数据集的许可。", en="Return the list of licenses available for datasets on the site."),
        returns="array",
    ),
)
