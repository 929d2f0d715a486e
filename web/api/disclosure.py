"""Actions of accountability that anybody may read: the disclosure log, the scoreboard, use and demand."""

from __future__ import annotations

from typing import Any

import msgspec

from publisher import chain, datasets, log, organizations, ratings, scoreboard, usage
from schemas.text import Text
from web.api.action import Action, Param, limit, reference
from web.api.call import Call

MOST = 1000
RATES = ("disclosure_rate", "timeliness", "pass_rate", "link_health", "metadata_quality", "answered_on_time")


def disclosure_log_list(call: Call) -> list[Any]:
    """Answer entries of the disclosure log, newest first."""
    call.permit()
    owner = organizations.get(call.work, call.text("organization")).id if call.text("organization") else ""
    found = log.entries(
        call.work,
        kind=call.text("kind"),
        subject=call.text("subject"),
        owner=owner,
        events=(call.text("event"),) if call.text("event") else (),
        before=call.get("before"),
        limit=call.get("limit", 100),
    )
    return [msgspec.to_builtins(entry) for entry in found]


def disclosure_log_head(call: Call) -> dict[str, Any]:
    """Answer a signed statement of where the log stands."""
    call.permit()
    made: dict[str, Any] = msgspec.to_builtins(log.head(call.work))
    return made


def disclosure_log_proof(call: Call) -> dict[str, Any]:
    """Answer the proof that one entry stands in the log."""
    call.permit()
    made = log.proof(call.work, call.data["number"])
    return {"number": chain.read_entry(made.entry).number, **msgspec.to_builtins(made)}


def scoreboard_show(call: Call) -> dict[str, Any]:
    """Answer the scoreboard, or one department's line."""
    call.permit()
    board = scoreboard.newest(call.work)
    wanted = list(board.scores)
    if call.text("organization"):
        wanted = [organizations.get(call.work, call.text("organization"), "organization").id]
    bodies = organizations.many(call.work, wanted)
    lines = []
    for key in wanted:
        score = board.scores.get(key, scoreboard.Score(organization=key))
        line = msgspec.to_builtins(score) | {name: getattr(score, name) for name in RATES}
        lines.append(line | {"name": bodies[key].name if key in bodies else ""})
    return {"at": board.at.isoformat(), "lines": lines}


def package_usage_show(call: Call) -> dict[str, Any]:
    """Answer how often a dataset was used and how it was rated."""
    dataset = datasets.get(call.work, call.text("id"))
    used = usage.of(call.work, [dataset.id], days=call.get("days", 365))[dataset.id]
    rated = ratings.of(call.work, [dataset.id])[dataset.id]
    shown: dict[str, Any] = msgspec.to_builtins(used)
    return shown | {"ratings": rated.count, "rating": rated.mean}


def missed_search_list(call: Call) -> list[Any]:
    """Answer what several people searched for in vain."""
    call.permit()
    return [msgspec.to_builtins(one) for one in usage.missed(call.work, limit=call.get("limit", 50))]


ORGANIZATION = Param("organization", "text", Text(zh="部门的 id 或名称。", en="Id or name of an organization."))

ACTIONS = (
    Action(
        "disclosure_log_list",
        disclosure_log_list,
        Text(zh="列出公开日志的记录，最新的在前。", en="Return entries of the disclosure log, newest first."),
        (
            ORGANIZATION,
            Param("event", "text", Text(zh="事项。", en="What happened."), among=tuple(log.EVENTS)),
            Param("kind", "text", Text(zh="对象的类别。", en="The kind of thing.")),
            Param("subject", "text", Text(zh="对象的 id 或编号。", en="The id or number of the thing.")),
            Param("before", "positive", Text(zh="只要此编号之前的记录。", en="Only entries before this number.")),
            limit(100, MOST),
        ),
        returns="array",
    ),
    Action(
        "disclosure_log_head",
        disclosure_log_head,
        Text(zh="返回日志现状的签名声明。", en="Return a signed statement of where the disclosure log stands."),
        returns="object",
    ),
    Action(
        "disclosure_log_proof",
        disclosure_log_proof,
        Text(zh="返回一条记录在日志中的证明。", en="Return the proof that an entry stands in the disclosure log."),
        (Param("number", "positive", Text(zh="记录的编号。", en="The number of the entry."), required=True),),
        returns="object",
    ),
    Action(
        "scoreboard_show",
        scoreboard_show,
        Text(zh="返回部门公开成绩。", en="Return the scoreboard of organizations."),
        (ORGANIZATION,),
        returns="object",
    ),
    Action(
        "package_usage_show",
        package_usage_show,
        Text(zh="返回数据集的使用次数和评分。", en="Return how often a dataset was used and how it was rated."),
        (
            reference(),
            Param("days", "positive", Text(zh="统计最近多少天。", en="How many days back."), default=365, ceiling=3650),
        ),
        returns="object",
    ),
    Action(
        "missed_search_list",
        missed_search_list,
        Text(zh="列出多人检索而无结果的词。", en="Return what several people searched for in vain."),
        (limit(50, MOST),),
        returns="array",
    ),
)
