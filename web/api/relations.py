"""Actions on relationships between packages, and on the collaborators of one package."""

from __future__ import annotations

from typing import Any

from publisher import collaborators, datasets, relationships, users
from publisher.auth import Permission, Subject
from publisher.collaborators import Collaborator
from publisher.datasets import subject
from publisher.relationships import Relationship
from schemas.errors import Invalid, NotFound
from schemas.mappings.ckan import moment_text
from schemas.model import Dataset
from schemas.text import Text
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import Missing, missing, refuse, told

OFF = "Dataset collaborators not enabled"


def _pair(call: Call) -> tuple[Dataset, Dataset]:
    lacking = [name for name in ("subject", "object", "type") if not call.text(name)]
    if lacking:
        raise missing(*lacking)
    found = [datasets.find(call.work, call.text(name)) for name in ("subject", "object")]
    if found[0] is None:
        raise Missing(f"Subject package {call.text('subject')} was not found.")
    if found[1] is None:
        raise Missing(f"Object package {call.text('object')} was not found.")
    for dataset in (found[0], found[1]):
        call.permit(subject(dataset), "edit these packages")
    return found[0], found[1]


def _kind(call: Call) -> str:
    kind = call.text("type")
    if kind not in (*relationships.TYPES, *relationships.REVERSED):
        known = ", ".join((*relationships.TYPES, *relationships.REVERSED))
        raise refuse(type=f"Value must be one of {{{known}}}")
    return kind


def _shown(one: Relationship, first: Dataset, second: Dataset) -> dict[str, Any]:
    names = {first.id: first.name, second.id: second.name}
    return {
        "subject": names.get(one.subject_id, one.subject_id),
        "type": one.type,
        "object": names.get(one.object_id, one.object_id),
        "comment": one.comment,
    }


def package_relationship_create(call: Call) -> dict[str, Any]:
    """Relate two packages."""
    first, second = _pair(call)
    kind = _kind(call)
    if relationships.find(call.work, first, second, kind) is not None:
        raise told("The relationship exists already")
    return _shown(relationships.put(call.work, first, second, kind, call.text("comment")), first, second)


def package_relationship_update(call: Call) -> dict[str, Any]:
    """Change the comment of a relationship."""
    first, second = _pair(call)
    kind = _kind(call)
    if relationships.find(call.work, first, second, kind) is None:
        raise Missing("This relationship between the packages was not found.")
    return _shown(relationships.put(call.work, first, second, kind, call.text("comment")), first, second)


def package_relationship_delete(call: Call) -> None:
    """End a relationship."""
    first, second = _pair(call)
    try:
        relationships.remove(call.work, first, second, _kind(call))
    except NotFound:
        raise Missing() from None


def package_relationships_list(call: Call) -> list[dict[str, Any]]:
    """Answer the relationships of a package, or between two."""
    first = datasets.find(call.work, call.text("id"))
    if first is None:
        raise Missing("Package named in request was not found.")
    call.permit(subject(first), f"read package {first.id}")
    other = datasets.find(call.work, call.text("id2")) if call.text("id2") else None
    if call.text("id2") and other is None:
        raise Missing("Second package named in request was not found.")
    kind = call.text("rel")
    found = []
    for one in relationships.of(call.work, first.id):
        counterpart = one.object_id if one.subject_id == first.id else one.subject_id
        second = datasets.find(call.work, counterpart)
        if second is None or (other is not None and second.id != other.id) or (kind and one.type != kind):
            continue
        if call.work.may(Permission.DATASET_READ, subject(second)):
            found.append(_shown(one, first, second))
    return found


def _shared(call: Call) -> Dataset:
    if not call.work.config.collaborators:
        raise told(OFF)
    dataset = datasets.find(call.work, call.text("id"))
    if dataset is None:
        raise Missing("Dataset not found")
    call.permit(subject(dataset), f"edit collaborators of dataset {dataset.id}")
    return dataset


def _collaborator(one: Collaborator) -> dict[str, Any]:
    return {
        "package_id": one.dataset_id,
        "user_id": one.user_id,
        "capacity": one.role,
        "modified": moment_text(one.since),
    }


def _person(call: Call) -> str:
    person = users.find(call.work, call.text("user_id")) if call.text("user_id") else None
    if person is None:
        raise Missing("User not found")
    return person.id


def package_collaborator_create(call: Call) -> dict[str, Any]:
    """Give a person a role on one package."""
    dataset = _shared(call)
    role = call.text("capacity")
    if role not in ("admin", "editor", "member"):
        raise Invalid({"message": ['Role must be one of "admin, editor, member"']})
    return _collaborator(collaborators.put(call.work, dataset, _person(call), role))


def package_collaborator_delete(call: Call) -> None:
    """End a person's role on one package."""
    dataset = _shared(call)
    try:
        collaborators.drop(call.work, dataset, _person(call))
    except NotFound:
        raise Missing(f"User {call.text('user_id')} is not a collaborator on this package") from None


def package_collaborator_list(call: Call) -> list[dict[str, Any]]:
    """Answer the collaborators of a package."""
    role = call.text("capacity")
    found = collaborators.of_dataset(call.work, _shared(call))
    return [_collaborator(one) for one in found if role in ("", one.role)]


def package_collaborator_list_for_user(call: Call) -> list[dict[str, Any]]:
    """Answer the packages on which a person has a role."""
    if not call.work.config.collaborators:
        raise told(OFF)
    person = users.find(call.work, call.text("id"))
    if person is None:
        raise Missing("User not found")
    call.require(Permission.USER_EDIT, Subject(kind="user", id=person.id))
    role = call.text("capacity")
    return [_collaborator(one) for one in collaborators.of_user(call.work, person.id) if role in ("", one.role)]


RELATION = (
    Param("subject", "text", Text(zh="主体数据集。", en="The subject.")),
    Param("object", "text", Text(zh="客体数据集。", en="The object.")),
    Param("type", "text", Text(zh="关联类型。", en="depends_on, derives_from, links_to, child_of or their reverse.")),
)
COMMENT = Param("comment", "text", Text(zh="说明。", en="A comment."), default="")
USER = Param("user_id", "text", Text(zh="用户。", en="The person."))
CAPACITY = Param("capacity", "text", Text(zh="角色。", en="member, editor or admin."))
BETWEEN = (
    reference(),
    Param("id2", "text", Text(zh="另一数据集。", en="The other package.")),
    Param("rel", "text", Text(zh="关联类型。", en="Type of the relationship.")),
)
SHARE = Permission.DATASET_SHARE


def _row(name: str, function: Any, zh: str, en: str, params: Any, **more: Any) -> Action:
    given: dict[str, Any] = {"reads": False, "permission": Permission.DATASET_EDIT} | more
    return Action(name, function, Text(zh=zh, en=en), params, **given)


READ: dict[str, Any] = {"reads": True, "permission": Permission.DATASET_READ, "returns": "array"}
SHARED: dict[str, Any] = {"reads": True, "permission": SHARE, "returns": "array"}
ID = (reference(),)
ACTIONS = (
    _row(
        "package_relationship_create", package_relationship_create, "建立数据集关联。",
        "Create a relationship between two datasets.", (*RELATION, COMMENT),
    ),
    _row(
        "package_relationship_update", package_relationship_update, "更新数据集关联。",
        "Update a relationship between two datasets.", (*RELATION, COMMENT),
    ),
    _row(
        "package_relationship_delete", package_relationship_delete, "删除数据集关联。",
        "Delete a dataset relationship.", RELATION,
    ),
    _row("package_relationships_list", package_relationships_list, "列出关联。", "List relations.", BETWEEN, **READ),
    _row(
        "package_collaborator_create", package_collaborator_create, "添加协作者。",
        "Make a user a collaborator in a dataset.", (*ID, USER, CAPACITY), permission=SHARE,
    ),
    _row(
        "package_collaborator_delete", package_collaborator_delete, "移除协作者。",
        "Remove a collaborator from a dataset.", (*ID, USER), permission=SHARE,
    ),
    _row(
        "package_collaborator_list", package_collaborator_list, "列出协作者。",
        "List collaborators.", (*ID, CAPACITY), **SHARED,
    ),
    _row(
        "package_collaborator_list_for_user", package_collaborator_list_for_user, "列出用户协作的数据集。",
        "List all packages the user is a collaborator in.", (*ID, CAPACITY), **SHARED,
    ),
)  # fmt: skip
