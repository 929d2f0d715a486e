"""The actions that find packages: package_search with the whole query syntax, and package_autocomplete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from publisher import datasets, indexing, organizations
from schemas import vocabulary
from schemas.errors import Invalid
from schemas.model import Dataset
from schemas.text import Text
from search import syntax
from search.names import ckan
from search.query import Clause, Count, Facet, Query, Sort, Term, any_of, none_of
from web.api import packages_written
from web.api.action import Action, Param
from web.api.call import Call
from web.api.errors import BadParameters, SearchRefused
from web.api.harvest import sources_found
from web.api.packages_shown import moment_text, packages
from web.api.parameters import Bad, boolean, integer, natural

MOST_ROWS = 1000
DEFAULT_SORT = "score desc, metadata_modified desc"
_PLAIN = "q fq fq_list rows start sort facet fl qf bf boost tie defType mm wt df extras use_default_schema id search_by"
_DOTTED = "facet.field facet.limit facet.mincount include_drafts include_deleted include_private"
ALLOWED = frozenset((_PLAIN + " " + _DOTTED).split())


def package_search(call: Call) -> dict[str, Any]:
    """Find packages; see the syntax in the documentation of search."""
    call.permit()
    asked = _numbers(call.data)
    unknown = [key for key in call.data if key not in ALLOWED and not key.startswith("ext_")]
    if unknown:
        raise BadParameters(message=f'Search Query is invalid: "Invalid search parameters: {unknown}"')
    sort = _sort(call.data.get("sort"))
    if _asks_for_sources(call.data):
        return _sources(call, asked)
    facets = _facet_fields(call.data) if boolean(call.data.get("facet", True)) else []
    query = Query(
        where=_where(call),
        filters=tuple(_filters(call)),
        sort=sort,
        start=asked["start"],
        rows=min(asked["rows"], MOST_ROWS),
        facets=tuple(
            Facet(target, limit=asked["facet.limit"], mincount=asked["facet.mincount"])
            for target in dict.fromkeys(filter(None, (_facet_target(name) for name in facets)))
        ),
    )
    results = indexing.find_as_ckan(call.work, "" if call.data.get("qf") else _q(call), query).results
    told = call.data.get("sort")
    shown = {name: results.facets.get(_facet_target(name) or "", ()) for name in facets}
    return {
        "count": results.total,
        "facets": {name: {one.value: one.count for one in counts} for name, counts in shown.items()},
        "results": _results(call, results.ids),
        "sort": DEFAULT_SORT if told in (None, "rank") else told,
        "search_facets": {name: _search_facet(call, name, counts) for name, counts in shown.items()},
    }


def _asks_for_sources(data: Mapping[str, Any]) -> bool:
    """Tell whether a search is for harvest sources, which are no packages of their own here."""
    given = [data.get("fq"), *(data["fq_list"] if isinstance(data.get("fq_list"), list) else [])]
    words = {word.lstrip("+").replace('"', "") for text in given if isinstance(text, str) for word in text.split()}
    return "dataset_type:harvest" in words or "type:harvest" in words


def _sources(call: Call, asked: Mapping[str, int]) -> dict[str, Any]:
    total, found = sources_found(call, asked["start"], min(asked["rows"], MOST_ROWS))
    told = call.data.get("sort")
    sort = DEFAULT_SORT if told in (None, "rank") else told
    return {"count": total, "facets": {}, "results": found, "sort": sort, "search_facets": {}}


def _numbers(data: Mapping[str, Any]) -> dict[str, int]:
    rules = (("rows", natural, 10), ("start", natural, 0), ("facet.limit", integer, 50), ("facet.mincount", natural, 1))
    values, errors = {}, {}
    for name, rule, default in rules:
        given = data.get(name)
        try:
            values[name] = default if given in (None, "") else rule(given)
        except Bad as bad:
            extra = ["Please enter an integer value"] if name == "rows" and isinstance(given, str) else []
            errors[name] = [*bad.messages, *(extra if bad.messages == ["Invalid integer"] else [])]
    if errors:
        raise Invalid(errors)
    return values


def _facet_fields(data: Mapping[str, Any]) -> list[str]:
    given = data.get("facet.field")
    if given in (None, ""):
        return []
    if isinstance(given, str):
        try:
            given = orjson.loads(given)
        except orjson.JSONDecodeError:
            raise Invalid({"facet.field": ["Could not parse as valid JSON", "Not a list"]}) from None
    if not isinstance(given, list):
        raise Invalid({"facet.field": ["Not a list"]})
    return [str(name) for name in given]


def _facet_target(name: str) -> str | None:
    """Answer the neutral field behind a facet's name, or None where nothing can be counted by it."""
    if not name:
        return None
    if name.startswith(("extras_", "vocab_")):
        return ckan(name).field
    target = ckan(name)
    if target.field.startswith("extras."):
        return target.field
    return target.field if target.field in _COUNTABLE else None


_ONE = "organization licence kind state visibility owner created_by frequency name version access_level profile source"
_MANY = "keywords themes formats languages places columns subjects media_types"
_COUNTABLE = frozenset((_ONE + " " + _MANY).split())


def _search_facet(call: Call, name: str, counts: tuple[Count, ...]) -> dict[str, Any]:
    titles = _titles(call, name, counts)
    items = [
        {"name": one.value, "display_name": titles.get(one.value) or one.value, "count": one.count} for one in counts
    ]
    return {"title": name, "items": sorted(items, key=lambda item: str(item["display_name"]), reverse=True)}


def _titles(call: Call, name: str, counts: tuple[Count, ...]) -> dict[str, str]:
    if name in ("organization", "groups"):
        return organizations.titles(call.work, [one.value for one in counts])
    if name == "license_id":
        known = vocabulary.LICENCES
        return {one.value: known[one.value].title.en for one in counts if one.value in known}
    return {}


def _sort(given: Any) -> tuple[Sort, ...]:
    if given is not None and not isinstance(given, str):
        raise BadParameters(message="Search Query is invalid: 'Invalid \"sort\" parameter'")
    try:
        return syntax.parse_sort(given)
    except Invalid:
        raise BadParameters(message="Search Query is invalid: 'Invalid \"sort\" parameter'") from None


def _q(call: Call) -> str:
    given = call.data.get("q")
    return "" if given is None else given if isinstance(given, str) else orjson.dumps(given).decode()


def _where(call: Call) -> Clause:
    text = _q(call)
    _refuse_local(text, "q")
    weights = str(call.data.get("qf") or "")
    try:
        if weights:
            return syntax.parse_q(text, call.work.now, weights=syntax.parse_weights(weights))
        return syntax.parse_q(text, call.work.now)
    except Invalid as error:
        raise SearchRefused(message=f"Search error: {_why(error)}") from None


def _filters(call: Call) -> list[Clause]:
    data = call.data
    given = data.get("fq")
    texts = [given if isinstance(given, str) else orjson.dumps(given).decode()] if given not in (None, "") else []
    if given not in (None, "") and not isinstance(given, str):
        raise SearchRefused(message="Search error: 'fq takes one text; put several into fq_list.'")
    listed = data.get("fq_list")
    if isinstance(listed, str) and listed:
        raise SearchRefused(message="Search error: 'fq_list takes a list of texts.'")
    texts += [str(one) for one in listed or ()]
    for text in texts:
        _refuse_local(text, "fq")
    try:
        clauses = [syntax.parse_filter(text, call.work.now) for text in texts]
    except Invalid as error:
        raise SearchRefused(message=f"Search error: {_why(error)}") from None
    return [*clauses, *_implied(call, " ".join(texts))]


def _implied(call: Call, written: str) -> list[Clause]:
    """Add what the contract adds: state, visibility, and no harvest sources unless they are asked for."""
    states = ["active"]
    if boolean(call.data.get("include_drafts", False)):
        states.append("draft")
    if boolean(call.data.get("include_deleted", False)):
        states.append("deleted")
    added: list[Clause] = [any_of(*(Term("state", state) for state in states))]
    if not boolean(call.data.get("include_private", False)):
        added.append(Term("visibility", "public"))
    if "dataset_type" not in written:
        added.append(none_of(Term("kind", "harvest")))
    return added


def _refuse_local(text: str, parameter: str) -> None:
    at = text.find("{!")
    if at < 0:
        return
    if at == 0 and parameter == "q":
        raise SearchRefused(message=f"Search error: \"Local parameters are not supported in param '{parameter}'.\"")
    detail = f"Local parameters must be defined at the beginning of param '{parameter}'."
    raise SearchRefused(message=f'Search error: "{detail}"')


def _why(error: Invalid) -> str:
    return repr(str(error))


def _results(call: Call, ids: Sequence[str]) -> list[Any]:
    wanted = call.data.get("fl")
    if wanted in (None, "", []):
        return packages_written.found(call, ids)
    found = datasets.many(call.work, ids)
    names = wanted if isinstance(wanted, list) else str(wanted).replace(",", " ").split()
    return [_flat(shown, [str(name) for name in names]) for shown in packages(call, found)]


def _flat(shown: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Answer the named index fields of a package; `*` is all of them."""
    everything = _indexed(shown)
    if "*" in names:
        return everything
    picked = {}
    for name in names:
        plain = name.removeprefix("extras_")
        if everything.get(plain) not in (None, "", []):
            picked[plain] = everything[plain]
    return picked


def _indexed(shown: dict[str, Any]) -> dict[str, Any]:
    written = orjson.dumps(shown).decode()
    resources = shown["resources"]
    flat: dict[str, Any] = {key: value for key, value in shown.items() if isinstance(value, str) and value}
    flat |= {extra["key"]: extra["value"] for extra in shown["extras"]}
    flat |= {
        "name_ngram": shown["name"],
        "title_ngram": shown["title"],
        "data_dict": written,
        "validated_data_dict": written,
        "tags": [tag["name"] for tag in shown["tags"]],
        "groups": [group["name"] for group in shown["groups"]],
        "organization": shown["organization"]["name"] if shown["organization"] else "",
        "capacity": "private" if shown["private"] else "public",
        "entity_type": "package",
        "dataset_type": shown["type"],
        "site_id": "default",
        "index_id": shown["id"].replace("-", ""),
        "metadata_created": f"{(shown['metadata_created'] or '')[:23]}Z",
        "metadata_modified": f"{(shown['metadata_modified'] or '')[:23]}Z",
        "indexed_ts": f"{(shown['metadata_modified'] or '')[:23]}Z",
        "_version_": shown["metadata_modified"],
    }
    for key, field in (("res_format", "format"), ("res_url", "url"), ("res_name", "name")):
        flat[key] = [resource[field] for resource in resources if resource[field]]
    flat["res_description"] = [resource["description"] for resource in resources if resource["description"]]
    for computed in ("type", "creator_user_id", "license_title", "license_url", "owner_org"):
        flat.pop(computed, None)
    return {key: value for key, value in flat.items() if value not in ("", [])}


def package_autocomplete(call: Call) -> list[dict[str, Any]]:
    """Complete a name or title of a package."""
    call.permit()
    text = call.text("q").strip()
    if not text:
        return []
    found = datasets.named_like(call.work, text, limit=call.get("limit", 10))
    return [_match(dataset, text) for dataset in found]


def _match(dataset: Dataset, text: str) -> dict[str, str]:
    in_name = text.lower() in dataset.name.lower()
    field = "name" if in_name else "title"
    shown = dataset.name if in_name else f"{dataset.title} ({dataset.name})"
    return {
        "name": dataset.name,
        "title": dataset.title or dataset.name,
        "match_field": field,
        "match_displayed": shown,
    }


SEARCH = (
    Param("q", "any", Text(zh="检索式，缺省为全部。", en="The query; everything unless given.")),
    Param("fq", "any", Text(zh="过滤式（Lucene 语法）。", en="A filter in Lucene's syntax.")),
    Param("fq_list", "any", Text(zh="多个过滤式（仅 JSON）。", en="Several filters, in JSON bodies only.")),
    Param("rows", "any", Text(zh="条数，缺省 10，至多 1000。", en="How many; 10 unless given, 1000 at most.")),
    Param("start", "any", Text(zh="起始位置，不设上限。", en="Where to start; there is no limit.")),
    Param("sort", "any", Text(zh="字段 asc/desc，逗号分隔。", en="`field asc` or `field desc`, with commas.")),
    Param("facet", "any", Text(zh="是否统计分面。", en="Whether to count facets.")),
    Param("facet.field", "any", Text(zh="分面字段的 JSON 列表。", en="Facet fields as a JSON list.")),
    Param("facet.limit", "any", Text(zh="值数，缺省 50，负数为全部。", en="Values a facet; negative: all.")),
    Param("facet.mincount", "any", Text(zh="最小计数。", en="The least count, 1 unless given.")),
    Param("fl", "any", Text(zh="只返回这些字段。", en="Answer only these fields.")),
    Param(
        "include_private", "any", Text(zh="包含本人可见的不公开数据集。", en="Include private ones the caller sees.")
    ),
    Param("include_drafts", "any", Text(zh="包含草稿。", en="Include drafts.")),
    Param("include_deleted", "any", Text(zh="包含已撤回的。", en="Include deleted ones.")),
)

ACTIONS = (
    Action(
        "package_search",
        package_search,
        Text(zh="检索数据集。", en="Search for packages that satisfy a given criteria."),
        SEARCH,
        checked=False,
        returns="object",
    ),
    Action(
        "package_autocomplete",
        package_autocomplete,
        Text(zh="按名称或标题查找数据集。", en="Return datasets whose name or title contains a text."),
        (
            Param("q", "any", Text(zh="要查找的文字。", en="The text to look for."), required=True),
            Param("limit", "natural", Text(zh="条数，至多 100。", en="At most 100."), default=10, ceiling=100),
        ),
        returns="array",
    ),
)

__all__ = ["ACTIONS", "moment_text"]
