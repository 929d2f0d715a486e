"""Actions about the site itself: status, help, whether it may be read."""

from __future__ import annotations

from typing import Any

from publisher import options
from schemas.text import Text
from web.api.action import Action, Param
from web.api.call import Call
from web.api.errors import Missing

CKAN_VERSION = "2.12.0"
EXTENSIONS = ("activity", "datastore", "harvest", "dcat", "structured_data")


def status_show(call: Call) -> dict[str, Any]:
    """Tell what site this is and which version of the contract it answers."""
    call.permit()
    config = call.work.config
    set_ones = options.everything(call.work)
    return {
        "site_title": set_ones.get("ckan.site_title", config.site_title_en),
        "site_description": set_ones.get("ckan.site_description", config.site_description_en),
        "site_url": call.site,
        "error_emails_to": "",
        "locale_default": "zh_Hans_CN" if config.default_language == "zh" else "en",
        "extensions": list(EXTENSIONS),
        "ckan_version": CKAN_VERSION,
    }


def site_read(call: Call) -> bool:
    """Tell whether the caller may read the site."""
    call.permit()
    return True


def help_show(call: Call) -> str | None:
    """Answer the help of an action."""
    from web.api.registry import ACTIONS as everything

    call.permit()
    action = everything.get(call.text("name"))
    if action is None:
        raise Missing()
    lines = [action.help.en, action.help.zh, ""]
    for param in action.params:
        rule = "required" if param.required else f"default {param.default}" if param.default is not None else "optional"
        lines.append(f":param {param.name}: {param.help.en} {param.help.zh} ({param.type}, {rule})")
    return "\n".join(lines)


ACTIONS = (
    Action(
        "status_show",
        status_show,
        Text(zh="返回站点信息。", en="Return information about the site's configuration."),
        returns="object",
    ),
    Action(
        "site_read", site_read, Text(zh="站点是否可读。", en="Return whether the site may be read."), returns="boolean"
    ),
    Action(
        "help_show",
        help_show,
        Text(zh="返回某个动作的说明。", en="Return the help string for a particular API action."),
        (Param("name", "text", Text(zh="动作名。", en="Name of the action."), required=True),),
        returns="any",
    ),
)
