"""Actions that read tags: free keywords and the terms of vocabularies."""

from __future__ import annotations

from typing import Any

from publisher import datasets, keywords, vocabularies
from publisher.auth import Permission
from publisher.vocabularies import Vocabulary
from schemas.errors import Invalid
from schemas.mappings.ckan import tag_id
from schemas.text import Text
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import MISSING, Missing
from web.api.packages_shown import packages
from web.api.parameters import Bad, natural


def _tag(name: str, vocabulary: str = "", *, display: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": tag_id(name, vocabulary), "name": name, "vocabulary_id": vocabulary or None}
    return shown | {"display_name": name} if display else shown


def _vocabulary(call: Call) -> Vocabulary | None:
    ref = call.text("vocabulary_id")
    if not ref:
        return None
    found = vocabularies.find(call.work, ref)
    if found is None:
        raise Missing(f"could not find vocabulary '{ref}'")
    return found


def tag_list(call: Call) -> list[Any]:
    """Answer the names of tags in use, or of a vocabulary's."""
    call.permit()
    vocabulary = _vocabulary(call)
    text = call.text("query").lower()
    if vocabulary is None:
        names = keywords.in_use(call.work, containing=text)
    else:
        names = [term for term in vocabulary.terms if text in term.lower()]
    if not call.flag("all_fields"):
        return names
    return [_tag(name, vocabulary.id if vocabulary else "") for name in names]


def tag_show(call: Call) -> dict[str, Any]:
    """Answer one tag, by id or name, with its packages where asked."""
    call.permit()
    vocabulary = _vocabulary(call)
    ref = call.text("id")
    names = list(vocabulary.terms) if vocabulary else keywords.in_use(call.work, exactly="")
    owner = vocabulary.id if vocabulary else ""
    name = next((one for one in names if ref in (one, tag_id(one, owner))), None)
    if name is None:
        raise Missing()
    shown = _tag(name, owner)
    if call.flag("include_datasets"):
        ids = vocabularies.datasets_with(call.work, name, owner)
        found = [one for one in datasets.many(call.work, ids) if one.state == "active" and one.visibility == "public"]
        shown["packages"] = packages(call, sorted(found, key=lambda one: (str(one.created), one.id)))
    return shown


def _matching(call: Call) -> list[tuple[str, str]]:
    """Answer (name, vocabulary id) of tags that hold every text of the query; no text finds nothing."""
    query = call.data.get("query") or call.data.get("q") or ()
    listed = query if isinstance(query, list) else [query]
    fields = call.data.get("fields")
    more = [value for key, value in fields.items() if key == "tags"] if isinstance(fields, dict) else []
    texts = [str(text).strip().lower() for text in (*listed, *more) if str(text).strip()]
    vocabulary = _vocabulary(call)
    if not texts:
        return []
    if vocabulary is None:
        names = keywords.in_use(call.work, containing="", with_unused=True)
    else:
        names = list(vocabulary.terms)
    owner = vocabulary.id if vocabulary else ""
    return [(name, owner) for name in names if all(text in name.lower() for text in texts)]


def _page(call: Call) -> slice:
    try:
        start = natural(call.data.get("offset") or 0)
        size = call.data.get("limit")
        return slice(start, None if size in (None, "") else start + natural(size))
    except Bad as bad:
        raise Invalid({"limit": bad.messages}) from None


def tag_search(call: Call) -> dict[str, Any]:
    """Find tags by texts that they contain."""
    call.permit()
    found = _matching(call)
    return {"count": len(found), "results": [_tag(name, owner, display=False) for name, owner in found[_page(call)]]}


def tag_autocomplete(call: Call) -> list[str]:
    """Answer the names of tags that contain a text."""
    call.permit()
    return [name for name, _ in _matching(call)[_page(call)]]


QUERY = (
    Param("query", "any", Text(zh="名称包含的文字。", en="A text in the name, or a list of them."), many=True),
    Param("vocabulary_id", "text", Text(zh="词表的 id 或名称。", en="Id or name of a vocabulary.")),
)
PAGED = (
    Param("fields", "any", Text(zh="按字段限定。", en="Texts by field.")),
    Param("limit", "any", Text(zh="最多返回多少项。", en="The most items to answer.")),
    Param("offset", "any", Text(zh="跳过前面多少项。", en="How many items to skip.")),
)

ACTIONS = (
    Action(
        "tag_list",
        tag_list,
        Text(zh="列出在用的标签。", en="Return a list of the site's tags."),
        (*QUERY, Param("all_fields", "boolean", Text(zh="返回完整对象。", en="Answer whole objects."), default=False)),
        returns="array",
    ),
    Action(
        "tag_show",
        tag_show,
        Text(zh="返回一个标签。", en="Return the details of a tag and all its datasets."),
        (
            reference(),
            QUERY[1],
            Param("include_datasets", "boolean", Text(zh="包含数据集。", en="Include the datasets."), default=False),
        ),
        returns="object",
    ),
    Action(
        "tag_search",
        tag_search,
        Text(zh="检索标签。", en="Return tags whose names contain a given string."),
        (*QUERY, *PAGED),
        returns="object",
    ),
    Action(
        "tag_autocomplete",
        tag_autocomplete,
        Text(zh="按文字查找标签名称。", en="Return the names of tags that contain a given string."),
        (*QUERY, *PAGED, Param("q", "any", Text(zh="同 query。", en="The same as query."))),
        returns="array",
    ),
)
__all__ = ["ACTIONS", "MISSING", "Permission"]
