"""Actions on the views of resources."""

from __future__ import annotations

from typing import Any

import msgspec

from publisher import datasets, resources, views
from publisher.auth import Permission
from publisher.datasets import subject
from publisher.views import View
from schemas.errors import Invalid
from schemas.model import Dataset
from schemas.text import Text
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import MISSING, Missing, missing

OWN = frozenset({"id", "resource_id", "package_id", "title", "description", "view_type"})
GONE = "Resource view not found, cannot check auth."


def _shown(view: View) -> dict[str, Any]:
    return {
        "id": view.id,
        "resource_id": view.resource_id,
        "title": view.title,
        "description": view.description,
        "view_type": view.type,
        **view.settings,
        "package_id": view.dataset_id,
    }


def _of_resource(call: Call, ref: str, to: str = "") -> Dataset:
    pair = resources.find(call.work, ref)
    if pair is None:
        raise Missing()
    call.permit(subject(pair[0]), to or f"read resource {ref}")
    return pair[0]


def _found(call: Call, to: str) -> View:
    view = views.find(call.work, call.text("id"))
    if view is None:
        raise Missing(GONE)
    dataset = datasets.find(call.work, view.dataset_id)
    if dataset is None:
        raise Missing(GONE)
    call.permit(subject(dataset), f"{to} resource {view.resource_id}")
    return view


def resource_view_list(call: Call) -> list[dict[str, Any]]:
    """Answer the views of a resource in their order."""
    _of_resource(call, call.text("id"))
    return [_shown(view) for view in views.of_resource(call.work, call.text("id"))]


def resource_view_show(call: Call) -> dict[str, Any]:
    """Answer one view."""
    return _shown(_found(call, "read"))


def _read(call: Call, old: View | None) -> View:
    sent = {key: call.data[key] for key in call.sent if key in call.data}
    kind = str(sent.get("view_type") or (old.type if old is not None else ""))
    if kind not in views.TYPES:
        raise Invalid({"view_type": f"No plugin found for view_type {kind}"})
    settings = {key: value for key, value in sent.items() if key not in OWN}
    base = old or View(type=kind)
    return msgspec.structs.replace(
        base,
        type=kind,
        title=str(sent.get("title", base.title) or ""),
        description=sent.get("description", base.description),
        settings=settings or base.settings,
    )


def resource_view_create(call: Call) -> dict[str, Any]:
    """Add a view to a resource."""
    lacking = [name for name in ("resource_id", "view_type") if not call.text(name)]
    if lacking:
        raise missing(*lacking)
    ref = call.text("resource_id")
    pair = resources.find(call.work, ref)
    if pair is None:
        raise Invalid({"resource_id": [f"Resource not found: {ref}"]})
    call.permit(subject(pair[0]), f"create resources on dataset {pair[0].id}")
    made = _read(call, None)
    if not made.title:
        raise Invalid({"title": [MISSING]})
    return _shown(views.add(call.work, ref, made))


def resource_view_update(call: Call) -> dict[str, Any]:
    """Change a view."""
    return _shown(views.change(call.work, _read(call, _found(call, "edit"))))


def resource_view_delete(call: Call) -> dict[str, Any]:
    """Take a view away."""
    view = _found(call, "delete")
    views.remove(call.work, view.id)
    return {"resource_id": view.resource_id}


def resource_view_reorder(call: Call) -> dict[str, Any]:
    """Put the named views first."""
    ref = call.text("id")
    dataset = _of_resource(call, ref, f"edit resource {ref}")
    order = [str(key) for key in call.get("order", [])]
    if len(set(order)) != len(order):
        raise Invalid({"order": "No duplicates allowed in order"})
    known = {view.id for view in views.of_resource(call.work, ref)}
    if unknown := [key for key in order if key not in known]:
        raise Invalid({"order": f"view {unknown[0]} of dataset {dataset.id} not found"})
    return {"id": ref, "order": views.reorder(call.work, ref, order)}


def resource_view_clear(call: Call) -> None:
    """Take every view of the site away, or those of some types."""
    call.permit()
    views.clear(call.work, [str(kind) for kind in call.get("view_types", ())])


def _defaults(call: Call, dataset: Dataset, ids: list[str]) -> list[dict[str, Any]]:
    chosen = [one for one in dataset.resources if not ids or one.id in ids]
    return [_shown(view) for view in views.add_defaults(call.work, dataset, chosen)]


def resource_create_default_resource_views(call: Call) -> list[dict[str, Any]]:
    """Give a resource the views that suit its format."""
    sent = call.data.get("resource")
    if not isinstance(sent, dict):
        raise missing("resource")
    ref = str(sent.get("id") or "")
    dataset = _of_resource(call, ref, f"edit resource {ref}")
    return _defaults(call, dataset, [ref])


def package_create_default_resource_views(call: Call) -> list[dict[str, Any]]:
    """Give every resource of a package the views that suit it."""
    sent = call.data.get("package")
    if not isinstance(sent, dict):
        raise missing("package")
    dataset = datasets.find(call.work, str(sent.get("id") or sent.get("name") or ""))
    if dataset is None:
        raise Missing()
    call.permit(subject(dataset), f"edit package {dataset.id}")
    return _defaults(call, dataset, [])


RESOURCE = Param("resource_id", "text", Text(zh="资源。", en="The resource."))
KIND = Param("view_type", "text", Text(zh="视图类型。", en="Type: image_view, text_view or datatables_view."))
TITLE = Param("title", "any", Text(zh="标题。", en="Title."))
TOLD = Param("description", "any", Text(zh="说明。", en="Description."))
ORDER = Param("order", "list", Text(zh="视图 id 的顺序。", en="Ids of views in their order."), required=True)
EDIT = Permission.DATASET_EDIT
ONE = (reference(),)


def _row(name: str, function: Any, zh: str, en: str, params: Any, **more: Any) -> Action:
    given: dict[str, Any] = {"reads": False, "permission": EDIT, "returns": "object"} | more
    return Action(name, function, Text(zh=zh, en=en), params, **given)


READ: dict[str, Any] = {"reads": True, "permission": Permission.DATASET_READ}
OBJECTS = (Param("resource", "any", Text(zh="资源对象。", en="The resource, with its id.")),)
PACKAGES = (Param("package", "any", Text(zh="数据集对象。", en="The package, with its id.")),)
TYPES = (Param("view_types", "list", Text(zh="视图类型。", en="Types of views."), default=()),)

ACTIONS = (
    _row("resource_view_list", resource_view_list, "列出视图。", "List views.", ONE, **READ, returns="array"),
    _row("resource_view_show", resource_view_show, "返回一个视图。", "Return one view.", (reference(),), **READ),
    _row("resource_view_create", resource_view_create, "新建视图。", "Create a view.", (RESOURCE, KIND, TITLE, TOLD)),
    _row("resource_view_update", resource_view_update, "更新视图。", "Update a view.", (*ONE, KIND, TITLE, TOLD)),
    _row("resource_view_delete", resource_view_delete, "删除视图。", "Delete a view.", (reference(),)),
    _row("resource_view_reorder", resource_view_reorder, "调整视图顺序。", "Reorder views.", (reference(), ORDER)),
    _row(
        "resource_view_clear", resource_view_clear, "清除视图。", "Delete all views, or those of some types.", TYPES,
        permission=Permission.SITE_ADMIN, returns="null",
    ),
    _row(
        "resource_create_default_resource_views", resource_create_default_resource_views, "生成资源的缺省视图。",
        "Create the default views of a resource.", OBJECTS, returns="array",
    ),
    _row(
        "package_create_default_resource_views", package_create_default_resource_views, "生成数据集的缺省视图。",
        "Create the default views on all resources of a dataset.", PACKAGES, returns="array",
    ),
)  # fmt: skip
