"""Actions on datasets, which the API calls packages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from publisher import datasets, organizations, stamps, views
from publisher.auth import Permission, Subject
from publisher.datasets import subject
from schemas.errors import Invalid
from schemas.mappings.ckan import PLUGIN_DATA
from schemas.model import Dataset, replace
from schemas.text import Text
from web import counting
from web.api import packages_written
from web.api.action import Action, Param, limit, offset, reference
from web.api.call import Call, Changed
from web.api.errors import Missing, missing, refuse
from web.api.package_input import dataset_of
from web.api.packages_shown import package, packages


def found(call: Call, ref: str | None = None, *, to: str = "read package", deleted: bool = True) -> Dataset:
    """Answer the dataset that the call names, once the caller has the action's permission on it."""
    wanted = call.text("id") if ref is None else ref
    dataset = datasets.find(call.work, wanted, change=call.permission is not Permission.DATASET_READ)
    if dataset is None:
        raise Missing()
    call.permit(subject(dataset), f"{to} {dataset.id}")
    return dataset


def package_show(call: Call) -> Any:
    """Answer one package."""
    stamp = stamps.of(call.work, call.text("id"))
    if stamp is None:
        raise Missing()
    call.permit(stamp.subject, f"read package {stamp.id}")
    counting.used(stamp.id, act="call")
    if not (call.flag("include_plugin_data") and call.actor.sysadmin):
        return packages_written.one(call, stamp)
    dataset = found(call)
    return package(call, dataset) | {"plugin_data": dataset.extras.get(PLUGIN_DATA)}


def package_list(call: Call) -> list[str]:
    """Answer the names of all public packages."""
    call.permit()
    return datasets.public_names(call.work, limit=call.get("limit"), offset=call.get("offset", 0))


def current_package_list_with_resources(call: Call) -> list[dict[str, Any]]:
    """Answer public packages, newest first."""
    call.permit()
    found = datasets.newest_public(call.work, limit=call.get("limit"), offset=call.get("offset", 0))
    return packages(call, found)


def package_create(call: Call) -> Changed:
    """Create a package."""
    owner = call.data.get("owner_org")
    organization = organizations.find(call.work, owner, "organization") if isinstance(owner, str) else None
    may_somewhere = any(role in ("editor", "admin") for role in call.actor.roles.values())
    target = Subject(kind="dataset", owner=organization.id if organization else "")
    if organization is not None or not (may_somewhere and owner):
        call.permit(target, "create packages")
    kept = datasets.put(call.work, dataset_of(call, call.data, None))
    views.add_defaults(call.work, kept, kept.resources)
    shown = package(call, kept)
    sent = [str(one.get("key")) for one in call.data.get("extras") or []]
    shown["extras"].sort(key=lambda one: sent.index(one["key"]) if one["key"] in sent else len(sent))
    return Changed(shown, (kept.id,))


def package_update(call: Call) -> Changed:
    """Replace a package; what is not sent is emptied, but resources that are not sent stay."""
    ref = call.text("id") or call.text("name")
    if not ref:
        raise missing("id")
    old = found(call, ref, to="edit package")
    data = dict(call.data)
    if "resources" not in data:
        data["resources"] = package(call, old)["resources"]
    data.setdefault("name", None)
    if not data["name"]:
        data.pop("name")
    return _put(call, old, data)


def package_patch(call: Call) -> Changed:
    """Change the named fields of a package and leave the others as they are."""
    old = found(call, to="edit package")
    return _put(call, old, merged(call, old, {key: call.data[key] for key in call.sent}))


def merged(call: Call, old: Dataset, changes: dict[str, Any]) -> dict[str, Any]:
    """Answer the package as it stands with some keys changed."""
    shown = package(call, old)
    for key in ("organization", "metadata_modified", "metadata_created", "num_tags", "num_resources", "isopen"):
        shown.pop(key, None)
    return shown | {key: value for key, value in changes.items() if key != "id"}


def _put(call: Call, old: Dataset, data: dict[str, Any]) -> Changed:
    kept = datasets.put(call.work, dataset_of(call, data, old))
    before = {resource.id for resource in old.resources}
    fresh = [resource for resource in kept.resources if resource.id not in before]
    if fresh:
        views.add_defaults(call.work, kept, fresh)
    return Changed(package(call, kept), (kept.id,))


def package_delete(call: Call) -> Changed:
    """Withdraw a package; it stays in the trash."""
    old = found(call, to="delete package")
    datasets.remove(call.work, old.id)
    return Changed(None, (old.id,))


def dataset_purge(call: Call) -> None:
    """Erase a package."""
    ref = call.text("id")
    dataset = datasets.find(call.work, ref)
    if dataset is None:
        call.permit(Subject(kind="dataset"))
        raise Missing("Dataset was not found")
    call.permit(subject(dataset))
    datasets.purge(call.work, dataset.id)


def package_owner_org_update(call: Call) -> None:
    """Move a package to another organization."""
    old = found(call, to="edit package")
    ref = call.get("organization_id")
    owner = organizations.find(call.work, str(ref), "organization") if ref else None
    if ref and owner is None:
        raise Missing()
    if owner is not None:
        call.require(Permission.DATASET_CREATE, subject(Dataset(owner=owner.id)), "add a dataset to this organization")
    datasets.put(call.work, replace(old, owner=owner.id if owner else ""))


def package_resource_reorder(call: Call) -> dict[str, Any]:
    """Put the named resources first, in this order."""
    old = found(call, to="edit package")
    order = [str(key) for key in call.get("order", [])]
    known = {resource.id: resource for resource in old.resources}
    for key in order:
        if key not in known:
            raise Invalid({"order": f"resource_id {key} can not be found"})
    if len(set(order)) != len(order):
        raise Invalid({"order": "Must supply unique resource_ids"})
    rest = [resource for resource in old.resources if resource.id not in order]
    kept = datasets.put(call.work, replace(old, resources=(*(known[key] for key in order), *rest)))
    return {"id": call.text("id"), "order": [resource.id for resource in kept.resources]}


def _bulk(change: Callable[[Call, Dataset], object]) -> Callable[[Call], None]:
    def act(call: Call) -> None:
        organization = organizations.find(call.work, call.text("org_id"), "organization")
        owner = organization.id if organization else ""
        call.permit(Subject(kind="organization", id=owner))
        for ref in call.get("datasets", []):
            dataset = datasets.find(call.work, str(ref))
            if dataset is not None and dataset.owner == owner:
                change(call, dataset)

    return act


def _made_private(call: Call, dataset: Dataset) -> object:
    return datasets.put(call.work, replace(dataset, visibility="private"))


def _made_public(call: Call, dataset: Dataset) -> object:
    return datasets.put(call.work, replace(dataset, visibility="public"))


def _withdrawn(call: Call, dataset: Dataset) -> object:
    return datasets.remove(call.work, dataset.id)


PACKAGE = (
    Param("name", "any", Text(zh="名称：2 至 100 个小写字母、数字、- 或 _。", en="Name: 2 to 100 of `a-z0-9_-`.")),
    Param("title", "any", Text(zh="标题。", en="Title.")),
    Param("owner_org", "any", Text(zh="所属部门的 id 或名称。", en="Id or name of the owning organization.")),
    Param("private", "any", Text(zh="是否仅本部门可见。", en="Whether only the organization may see it.")),
    Param("notes", "any", Text(zh="说明（Markdown）。", en="Description, in Markdown.")),
    Param("url", "any", Text(zh="来源网页。", en="Page of the source.")),
    Param("version", "any", Text(zh="版本，至多 100 字符。", en="Version, at most 100 characters.")),
    Param("author", "any", Text(zh="作者。", en="Author.")),
    Param("author_email", "any", Text(zh="作者电子邮件。", en="Author's e-mail.")),
    Param("maintainer", "any", Text(zh="维护者。", en="Maintainer.")),
    Param("maintainer_email", "any", Text(zh="维护者电子邮件。", en="Maintainer's e-mail.")),
    Param("license_id", "any", Text(zh="许可，见 license_list。", en="Licence, see license_list.")),
    Param("state", "any", Text(zh="draft、active 或 deleted。", en="draft, active or deleted.")),
    Param("type", "any", Text(zh="类型，缺省为 dataset。", en="Type, `dataset` unless given.")),
    Param("tags", "any", Text(zh="标签对象列表，各有 name。", en="List of tags, each with a name.")),
    Param("extras", "any", Text(zh="附加字段列表，各有 key 与 value。", en="List of extras with key and value.")),
    Param("groups", "any", Text(zh="主题列表，各有 id 或 name。", en="List of groups, each with id or name.")),
    Param("resources", "any", Text(zh="资源列表。", en="List of resources.")),
)
ORDER = Param("order", "list", Text(zh="资源 id 的顺序。", en="Ids of resources in their order."), required=True)
BULK = (
    Param("datasets", "list", Text(zh="数据集 id 列表。", en="Ids of datasets."), default=()),
    Param("org_id", "text", Text(zh="部门 id。", en="Id of the organization.")),
)
EDIT = Permission.DATASET_EDIT

ACTIONS = (
    Action(
        "package_show",
        package_show,
        Text(zh="返回一个数据集及其资源。", en="Return the metadata of a dataset (package) and its resources."),
        (
            reference(),
            Param(
                "include_plugin_data",
                "boolean",
                Text(
                    zh="包含供程序使用的数据，限管理员。", en="Include what programs keep with it, for administrators."
                ),
                default=False,
            ),
        ),
        permission=Permission.DATASET_READ,
        returns="object",
    ),
    Action(
        "package_list",
        package_list,
        Text(zh="返回全部公开数据集的名称。", en="Return a list of the names of the site's datasets (packages)."),
        (limit(), offset()),
        returns="array",
    ),
    Action(
        "current_package_list_with_resources",
        current_package_list_with_resources,
        Text(zh="返回数据集及其资源，最新在前。", en="Return the site's datasets and their resources, newest first."),
        (limit(1000, 1000), offset()),
        returns="array",
    ),
    Action(
        "package_create",
        package_create,
        Text(zh="新建数据集。", en="Create a new dataset (package)."),
        PACKAGE,
        reads=False,
        permission=Permission.DATASET_CREATE,
        checked=False,
        returns="object",
    ),
    Action(
        "package_update",
        package_update,
        Text(zh="整体更新数据集。", en="Update a dataset (package): what is not sent is emptied."),
        (reference(required=False), *PACKAGE),
        reads=False,
        permission=EDIT,
        checked=False,
        returns="object",
    ),
    Action(
        "package_patch",
        package_patch,
        Text(zh="更新数据集的部分字段。", en="Patch a dataset (package): only what is sent changes."),
        (reference(), *PACKAGE),
        reads=False,
        permission=EDIT,
        returns="object",
    ),
    Action(
        "package_delete",
        package_delete,
        Text(zh="撤回数据集。", en="Delete a dataset (package); it stays in the trash."),
        (reference(),),
        reads=False,
        permission=Permission.DATASET_DELETE,
        returns="null",
    ),
    Action(
        "dataset_purge",
        dataset_purge,
        Text(zh="彻底清除数据集。", en="Purge a dataset: it cannot come back."),
        (reference(),),
        reads=False,
        permission=Permission.DATASET_PURGE,
        returns="null",
    ),
    Action(
        "package_owner_org_update",
        package_owner_org_update,
        Text(zh="变更数据集的所属部门。", en="Update the owning organization of a dataset."),
        (reference(), Param("organization_id", "text", Text(zh="部门 id。", en="Id of the organization."))),
        reads=False,
        permission=EDIT,
        returns="null",
    ),
    Action(
        "package_resource_reorder",
        package_resource_reorder,
        Text(zh="调整资源顺序。", en="Reorder resources against datasets."),
        (reference(), ORDER),
        reads=False,
        permission=EDIT,
        returns="object",
    ),
    *(
        Action(name, _bulk(change), help, BULK, reads=False, permission=Permission.ORGANIZATION_EDIT, returns="null")
        for name, change, help in (
            ("bulk_update_private", _made_private, Text(zh="批量设为不公开。", en="Make a list of datasets private.")),
            ("bulk_update_public", _made_public, Text(zh="批量设为公开。", en="Make a list of datasets public.")),
            ("bulk_update_delete", _withdrawn, Text(zh="批量撤回。", en="Make a list of datasets deleted.")),
        )
    ),
)

__all__ = ["ACTIONS", "found", "merged", "refuse"]
