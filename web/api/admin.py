"""Actions for administrators: run-time options, background jobs, task notes and translations of terms."""

from __future__ import annotations

from typing import Any

from publisher import options, task_status, term_translations
from publisher.auth import Permission
from publisher.task_status import TaskStatus
from publisher.term_translations import TermTranslation
from schemas.errors import Invalid, NotFound
from schemas.mappings.ckan import moment_text
from schemas.text import Text
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import MISSING, Missing, missing, told
from web.api.fields import dicts

OPTIONS = (
    "ckan.site_title", "ckan.site_logo", "ckan.site_url", "ckan.site_description", "ckan.site_about",
    "ckan.site_intro_text", "ckan.site_custom_css", "ckan.theme", "logo_upload", "clear_logo_upload",
)  # fmt: skip


def config_option_list(call: Call) -> list[str]:
    """Answer the keys that can be set at run time."""
    call.permit()
    return list(OPTIONS)


def config_option_show(call: Call) -> str | None:
    """Answer the present value of one key."""
    call.permit()
    key = call.text("key")
    if not key:
        raise missing("key")
    if key not in OPTIONS:
        raise told(f"Configuration option '{key}' can not be shown")
    config = call.work.config
    defaults = {
        "ckan.site_title": config.site_title_en,
        "ckan.site_description": config.site_description_en,
        "ckan.site_url": call.site,
    }
    value = options.get(call.work, key)
    return value if value is not None else defaults.get(key)


def config_option_update(call: Call) -> dict[str, Any]:
    """Set values at run time."""
    call.permit()
    sent = {key: call.data[key] for key in call.sent if key in call.data}
    unknown = sorted(set(sent) - set(OPTIONS))
    if unknown:
        raise told(f"Configuration option(s) '{' '.join(unknown)}' can not be updated")
    wrong = {key: ["Must be a string"] for key, value in sent.items() if isinstance(value, (list, dict))}
    if wrong:
        raise Invalid(wrong)
    for key, value in sent.items():
        options.put(call.work, key, "" if value is None else str(value))
    return sent


def job_list(call: Call) -> list[Any]:
    """Answer queued background jobs; harvests have runs of their own (`harvest_job_list`), so there are none here."""
    call.permit()
    return []


def job_show(call: Call) -> None:
    """Answer one background job."""
    call.permit()
    raise Missing()


def job_clear(call: Call) -> list[str]:
    """Empty queues and answer their names."""
    call.permit()
    return [str(queue) for queue in call.get("queues", ())]


def _status(one: TaskStatus) -> dict[str, Any]:
    return {
        "id": one.id,
        "entity_id": one.entity_id,
        "entity_type": one.entity_type,
        "task_type": one.task_type,
        "key": one.key,
        "value": one.value,
        "state": one.state,
        "error": one.error,
        "last_updated": moment_text(one.updated),
    }


def _noted(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    lacking = [name for name in ("entity_id", "entity_type", "key", "task_type") if data.get(name) in (None, "")]
    if lacking:
        raise missing(*lacking)
    texts = {name: None if data.get(name) is None else str(data[name]) for name in ("value", "state", "error")}
    status = TaskStatus(
        id=str(data.get("id") or ""),
        entity_id=str(data["entity_id"]),
        entity_type=str(data["entity_type"]),
        task_type=str(data["task_type"]),
        key=str(data["key"]),
        value=texts["value"],
        state=texts["state"],
        error=texts["error"],
    )
    return _status(task_status.put(call.work, status))


def task_status_update(call: Call) -> dict[str, Any]:
    """Note how a task stands."""
    call.permit(None, "update task_status table")
    return _noted(call, call.data)


def task_status_update_many(call: Call) -> dict[str, Any]:
    """Note how many tasks stand."""
    call.permit(None, "update task_status table")
    return {"results": [_noted(call, entry) for entry in dicts(call.data, "data")]}


def task_status_show(call: Call) -> dict[str, Any]:
    """Answer one note, by id or by thing, task and key."""
    call.permit()
    try:
        if call.text("id"):
            return _status(task_status.get(call.work, call.text("id")))
        keys = [call.text(name) for name in ("entity_id", "task_type", "key")]
        return _status(task_status.of(call.work, keys[0], keys[1], keys[2]))
    except NotFound:
        raise Missing() from None


def task_status_delete(call: Call) -> None:
    """Erase one note."""
    call.permit(None, "delete task_status")
    task_status.remove(call.work, call.text("id"))


def _translation(data: dict[str, Any]) -> TermTranslation:
    names = ("lang_code", "term", "term_translation")
    lacking = {name: [MISSING] for name in names if data.get(name) in (None, "")}
    if lacking:
        raise Invalid(lacking)
    return TermTranslation(str(data["term"]), str(data["lang_code"]), str(data["term_translation"]))


def _translated(one: TermTranslation) -> dict[str, str]:
    return {"lang_code": one.language, "term": one.term, "term_translation": one.translation}


def term_translation_update(call: Call) -> dict[str, str]:
    """Keep the translation of one term."""
    call.permit()
    one = _translation(call.data)
    term_translations.put(call.work, [one])
    return _translated(one)


def term_translation_update_many(call: Call) -> dict[str, str]:
    """Keep many translations."""
    call.permit()
    if not isinstance(call.data.get("data"), list):
        raise told("term_translation_update_many needs to have a list of dicts in field data")
    found = [_translation(entry) for entry in dicts(call.data, "data")]
    term_translations.put(call.work, found)
    return {"success": f"{len(found)} rows updated"}


def term_translation_show(call: Call) -> list[dict[str, str]]:
    """Answer what terms are called in other languages."""
    call.permit()
    terms = [str(term) for term in call.get("terms", ())]
    if not terms:
        raise missing("terms")
    languages = [str(code) for code in call.get("lang_codes", ())] or None
    return [_translated(one) for one in term_translations.of(call.work, terms, languages)]


ADMIN = Permission.SITE_ADMIN


def _any(name: str, zh: str, en: str) -> Param:
    return Param(name, "any", Text(zh=zh, en=en))


def _row(name: str, function: Any, zh: str, en: str, params: Any = (), **more: Any) -> Action:
    given: dict[str, Any] = {"permission": ADMIN} | more
    return Action(name, function, Text(zh=zh, en=en), params, **given)


KEY = (_any("key", "选项名。", "Name of the option."),)
QUEUES = (Param("queues", "list", Text(zh="队列名。", en="Names of queues."), default=()),)
NOTE = tuple(
    _any(name, zh, en)
    for name, zh, en in (
        ("entity_id", "对象 id。", "Id of the thing."),
        ("entity_type", "对象类型。", "Kind of the thing."),
        ("task_type", "任务类型。", "Kind of the task."),
        ("key", "键。", "The key."),
        ("value", "值。", "The value."),
        ("state", "状态。", "The state."),
        ("error", "错误。", "The error."),
    )
)
TERM = (
    _any("term", "词。", "The term."),
    _any("term_translation", "译文。", "Its translation."),
    _any("lang_code", "语言代码。", "Code of the language."),
)
DATA = (_any("data", "列表。", "The list."),)
TERMS = (
    Param("terms", "list", Text(zh="词的列表。", en="The terms."), default=()),
    Param("lang_codes", "list", Text(zh="语言代码。", en="Codes of languages."), default=()),
)
LOOSE = reference(required=False)
ONE = (reference(),)
MOST = _any("limit", "条数。", "The most to answer.")
WRITES: dict[str, Any] = {"reads": False}

ACTIONS = (
    _row("config_option_list", config_option_list, "列出可在线修改的选项。", "List the options that can be set."),
    _row("config_option_show", config_option_show, "返回一个选项的值。", "Show an option's value.", KEY),
    _row(
        "config_option_update", config_option_update, "修改选项。", "Change options.",
        tuple(_any(name, "选项。", "An option.") for name in OPTIONS), **WRITES, checked=False,
    ),
    _row("job_list", job_list, "列出后台任务。", "List background jobs.", (*QUEUES, MOST)),
    _row("job_show", job_show, "返回一个后台任务。", "Show a background job.", (reference(),)),
    _row("job_clear", job_clear, "清空队列。", "Clear job queues.", QUEUES, **WRITES),
    _row("job_cancel", job_show, "取消后台任务。", "Cancel a queued job.", (reference(),), **WRITES),
    _row("task_status_update", task_status_update, "记录任务。", "Update a task status.", (LOOSE, *NOTE), **WRITES),
    _row("task_status_update_many", task_status_update_many, "批量记录。", "Update task statuses.", DATA, **WRITES),
    _row(
        "task_status_show", task_status_show, "返回任务状态。", "Show a task status.", (LOOSE, *NOTE),
        permission=Permission.SITE_READ,
    ),
    _row("task_status_delete", task_status_delete, "删除任务。", "Delete a task status.", ONE, **WRITES),
    _row("term_translation_update", term_translation_update, "更新译文。", "Update a translation.", TERM, **WRITES),
    _row(
        "term_translation_update_many", term_translation_update_many, "批量更新译文。",
        "Update many term translations.", DATA, **WRITES,
    ),
    _row(
        "term_translation_show", term_translation_show, "返回译文。", "Show translations of terms.", TERMS,
        permission=Permission.SITE_READ,
    ),
)  # fmt: skip
