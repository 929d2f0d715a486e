"""package_revise: changes parts of a package at once, if it still is what the caller thinks it is."""

from __future__ import annotations

import re
from typing import Any

import orjson

from publisher import datasets
from publisher.auth import Permission
from publisher.datasets import subject
from schemas.errors import Invalid
from schemas.text import Text
from web.api.action import Action, Param
from web.api.call import Call, Changed
from web.api.errors import Missing, refuse, told
from web.api.package_input import dataset_of
from web.api.packages import merged
from web.api.packages_shown import package

OWN = frozenset({"match", "filter", "update", "include"})
FLAT = re.compile(r"^(match|update)__(.+)$")


def package_revise(call: Call) -> Changed:
    """Find the package by `match`, drop what `filter` names, merge `update`, and keep the result or nothing of it."""
    match, filters, update = _parts(call)
    ref = match.get("id") or match.get("name")
    if not ref:
        raise told("match: id or name must be provided")
    dataset = datasets.find(call.work, str(ref), change=True)
    if dataset is None:
        raise Missing()
    call.permit(subject(dataset), f"edit package {dataset.id}")
    shown = package(call, dataset)
    differing = _differing(match, shown, "match")
    if differing:
        raise Invalid({"message": f"{differing}: match fail"} if isinstance(differing, str) else differing)
    whole = merged(call, dataset, {})
    _filtered(whole, filters)
    _updated(whole, update, "update")
    kept = datasets.put(call.work, dataset_of(call, whole, dataset), expected_revision=dataset.revision)
    return Changed({"package": package(call, kept)}, (kept.id,))


def _parts(call: Call) -> tuple[dict[str, Any], list[str], dict[str, Any]]:
    match, update = _object(call, "match"), _object(call, "update")
    for key in call.sent:
        found = FLAT.match(key)
        if found is not None:
            target = match if found[1] == "match" else update
            _place(target, found[2].split("__"), call.data[key])
    given = call.data.get("filter")
    filters = [part.strip() for part in given.split(",")] if isinstance(given, str) else [str(f) for f in given or ()]
    return match, [part for part in filters if part], update


def _object(call: Call, name: str) -> dict[str, Any]:
    given = call.data.get(name)
    if isinstance(given, str) and given.strip():
        try:
            given = orjson.loads(given)
        except orjson.JSONDecodeError:
            raise refuse(**{name: "Could not parse as valid JSON"}) from None
    if given in (None, ""):
        return {}
    if not isinstance(given, dict):
        raise refuse(**{name: "not a dict"})
    return dict(given)


def _place(target: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inner = target.setdefault(part, {})
        target = inner if isinstance(inner, dict) else {}
    target[path[-1]] = value


def _differing(wanted: Any, shown: Any, place: str) -> str:
    """Answer the first place where the package is not what was expected, or nothing."""
    if isinstance(wanted, dict) and isinstance(shown, (dict, list)):
        for key, value in wanted.items():
            inner = _entry(shown, key)
            if inner is None and value is not None:
                return f"{place}__{key}"
            found = _differing(value, inner, f"{place}__{key}")
            if found:
                return found
        return ""
    return "" if wanted == shown else place


def _entry(shown: Any, key: str) -> Any:
    """Answer one entry of an object, or of a list by its index or by the beginning of an id."""
    if isinstance(shown, dict):
        return shown.get(key)
    number = _index(shown, key)
    return shown[number] if number is not None else None


def _index(shown: list[Any], key: str) -> int | None:
    if re.fullmatch(r"-?\d+", key) and len(key) < 5:
        number = int(key)
        return number if -len(shown) <= number < len(shown) else None
    if len(key) < 5:
        return None
    found = [n for n, one in enumerate(shown) if isinstance(one, dict) and str(one.get("id", "")).startswith(key)]
    return found[0] if found else None


def _filtered(whole: dict[str, Any], patterns: list[str]) -> None:
    """Drop what `-path` names, unless an earlier `+path` keeps it; `*` stands for every key."""
    kept = [pattern[1:].split("__") for pattern in patterns if pattern.startswith("+")]
    for pattern in patterns:
        if pattern.startswith("-"):
            _drop(whole, pattern[1:].split("__"), kept)
        elif not pattern.startswith("+"):
            raise refuse(filter=f"{pattern}: must start with + or -")


def _drop(value: Any, path: list[str], kept: list[list[str]]) -> None:
    head, rest = path[0], path[1:]
    if isinstance(value, dict):
        keys = list(value) if head == "*" else [head] if head in value else []
    elif isinstance(value, list):
        number = None if head == "*" else _index(value, head)
        positions = range(len(value)) if head == "*" else [number % len(value)] if number is not None else []
        for position in sorted(positions, reverse=True):
            _drop_at(value, position, rest, _below(kept, value[position], position))
        return
    else:
        return
    for key in keys:
        _drop_at(value, key, rest, [keep[1:] for keep in kept if keep and keep[0] in (key, "*")])


def _below(kept: list[list[str]], entry: Any, position: int) -> list[list[str]]:
    own = str(entry.get("id", "")) if isinstance(entry, dict) else ""
    named = ("*", str(position))
    return [keep[1:] for keep in kept if keep and (keep[0] in named or (len(keep[0]) > 4 and own.startswith(keep[0])))]


def _drop_at(holder: Any, key: Any, rest: list[str], kept: list[list[str]]) -> None:
    if any(not keep for keep in kept):
        return
    if rest:
        _drop(holder[key], rest, kept)
    elif kept and isinstance(holder[key], (dict, list)):
        _drop(holder[key], ["*"], kept)
    else:
        del holder[key]


def _updated(target: Any, update: dict[str, Any], place: str) -> None:
    for key, value in update.items():
        where = f"{place}__{key}"
        if isinstance(target, list):
            _update_list(target, key, value, where)
        elif isinstance(value, dict) and isinstance(target.get(key), (dict, list)):
            _updated(target[key], value, where)
        else:
            target[key] = value


def _update_list(target: list[Any], key: str, value: Any, where: str) -> None:
    if key == "extend":
        if not isinstance(value, list):
            raise refuse(update=f"{where}: not a list")
        target.extend(value)
        return
    number = _index(target, key)
    if number is None:
        raise told(f"{where}: not found")
    if isinstance(value, dict) and isinstance(target[number], dict):
        _updated(target[number], value, where)
    else:
        target[number] = value


ACTIONS = (
    Action(
        "package_revise",
        package_revise,
        Text(
            zh="按条件原子地修改数据集的部分内容。",
            en="Revise a dataset (package) selectively with match, filter and update parameters, atomically.",
        ),
        (
            Param("match", "any", Text(zh="必须相符的内容，含 id 或 name。", en="What must hold, with id or name.")),
            Param("filter", "any", Text(zh="+保留、-删除 的路径。", en="Paths to keep (+) and to drop (-).")),
            Param("update", "any", Text(zh="要合并的内容。", en="What is merged in.")),
            Param("include", "any", Text(zh="返回的路径。", en="Paths to answer.")),
        ),
        reads=False,
        permission=Permission.DATASET_EDIT,
        checked=False,
        returns="object",
    ),
)
