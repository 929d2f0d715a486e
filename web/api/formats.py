"""The action that completes formats."""

from __future__ import annotations

from publisher import resources
from schemas.text import Text
from web.api.action import Action, Param
from web.api.call import Call


def format_autocomplete(call: Call) -> list[str]:
    """Answer formats that resources of public packages have and that contain a text, the most frequent first."""
    call.permit()
    return resources.formats_like(call.work, call.text("q").strip(), limit=call.get("limit", 5))


ACTIONS = (
    Action(
        "format_autocomplete",
        format_autocomplete,
        Text(zh="按文字查找格式。", en="Return a list of resource formats whose names contain a string."),
        (
            Param("q", "text", Text(zh="要查找的文字。", en="The text to look for."), required=True),
            Param(
                "limit",
                "natural",
                Text(zh="至多 100，缺省 5。", en="5 unless given, 100 at most."),
                default=5,
                ceiling=100,
            ),
        ),
        returns="array",
    ),
)
