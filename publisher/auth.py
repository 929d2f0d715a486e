"""Who may do what: actors, permissions and the one table of rules that decides."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import msgspec

from schemas.errors import NotAuthorized
from schemas.text import Text

ROLES = ("member", "editor", "admin")


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The person or part of the system that acts.

    `roles` maps ids of organizations and themes to a role; `shares` maps ids of datasets to the role that was given on
    that one dataset.
    """

    id: str = ""
    name: str = ""
    sysadmin: bool = False
    roles: dict[str, str] = {}
    shares: dict[str, str] = {}

    @property
    def known(self) -> bool:
        """Tell whether anybody signed in."""
        return bool(self.id)


ANONYMOUS = Actor()
SYSTEM = Actor(id="system", name="system", sysadmin=True)


class Permission(Enum):
    """Every right that some function of publisher requires; the value is what an error calls the act."""

    SITE_READ = Text(zh="查看站点", en="read this site")
    SITE_ADMIN = Text(zh="管理站点", en="administer this site")
    DATASET_READ = Text(zh="查看数据集", en="read this dataset")
    DATASET_CREATE = Text(zh="新建数据集", en="create datasets here")
    DATASET_EDIT = Text(zh="修改数据集", en="edit this dataset")
    DATASET_DELETE = Text(zh="撤回数据集", en="delete this dataset")
    DATASET_PURGE = Text(zh="清除数据集", en="purge this dataset")
    DATASET_SHARE = Text(zh="指定数据集协作者", en="choose this dataset's collaborators")
    RESOURCE_FETCH = Text(zh="获取这项资源的内容", en="fetch the content of this resource")
    ORGANIZATION_READ = Text(zh="查看部门", en="read this organization")
    ORGANIZATION_CREATE = Text(zh="新建部门", en="create organizations")
    ORGANIZATION_EDIT = Text(zh="修改部门", en="edit this organization")
    ORGANIZATION_DELETE = Text(zh="撤销部门", en="delete this organization")
    ORGANIZATION_PURGE = Text(zh="清除部门", en="purge this organization")
    MEMBERS_EDIT = Text(zh="管理部门成员", en="choose this organization's members")
    USER_READ = Text(zh="查看用户", en="read this account")
    USER_CREATE = Text(zh="新建用户", en="create accounts")
    USER_EDIT = Text(zh="修改用户", en="edit this account")
    USER_DELETE = Text(zh="删除用户", en="delete this account")
    SOURCE_READ = Text(zh="查看采集源", en="read this source")
    SOURCE_EDIT = Text(zh="管理采集源", en="change this source")
    SOURCE_RUN = Text(zh="运行采集", en="run this source")
    REQUEST_SUBMIT = Text(zh="提交申请", en="submit requests")
    REQUEST_READ = Text(zh="查看申请", en="read this request")
    REQUEST_FOLLOW_UP = Text(zh="以申请人身份办理", en="act as this request's applicant")
    REQUEST_HANDLE = Text(zh="办理申请", en="handle this request")
    REQUEST_DECIDE = Text(zh="审批申请", en="decide this request")
    FEEDBACK_SEND = Text(zh="对这个数据集提出意见", en="give feedback on this dataset")
    FEEDBACK_HANDLE = Text(zh="答复公众意见", en="answer this feedback")
    FEEDBACK_ERASE = Text(zh="删除这条意见", en="erase this feedback")
    CATALOGUE_REVIEW = Text(zh="审核目录", en="review the sharing catalogue")
    OWN_ACCOUNT = Text(zh="使用本人账号的功能", en="use functions of one's own account")


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a permission is asked for: a thing's kind and id, its owner, and whether everybody may see it.

    `partner` is a second organization with a stake: the one that asks for another's data. `proved` says that the actor
    showed the receipt of what was sent in without an account, or holds a grant.
    """

    kind: str
    id: str = ""
    name: str = ""
    owner: str = ""
    creator: str = ""
    open: bool = True
    partner: str = ""
    proved: bool = False


SITE = Subject(kind="site")
Rule = Callable[[Actor, Subject], bool]


def allowed(actor: Actor, permission: Permission, subject: Subject = SITE) -> bool:
    """Tell whether the actor may; sysadmins may everything."""
    return actor.sysadmin or RULES[permission](actor, subject)


def require(actor: Actor, permission: Permission, subject: Subject = SITE) -> None:
    """Raise NotAuthorized, naming the person, the act and the thing, unless the actor may."""
    if allowed(actor, permission, subject):
        return
    who = actor.name or "anonymous"
    thing = subject.name or subject.id
    raise NotAuthorized(
        Text(
            zh=f"用户 {who} 无权{permission.value.zh}{f'（{thing}）' if thing else ''}。",
            en=f"User {who} is not authorized to {permission.value.en}{f' ({thing})' if thing else ''}.",
        )
    )


def visible_labels(actor: Actor) -> tuple[str, ...] | None:
    """Answer the labels of which a record must bear one to be visible; None when everything is."""
    if actor.sysadmin:
        return None
    if not actor.known:
        return ("public",)
    own = (f"user-{actor.id}",)
    organizations = tuple(f"org-{key}" for key in actor.roles)
    shared = tuple(f"dataset-{key}" for key in actor.shares)
    return ("public", *own, *organizations, *shared)


def _anybody(_actor: Actor, _subject: Subject) -> bool:
    return True


def _nobody(_actor: Actor, _subject: Subject) -> bool:
    return False


def _signed_in(actor: Actor, _subject: Subject) -> bool:
    return actor.known


def _role(actor: Actor, organization: str) -> int:
    role = actor.roles.get(organization, "") if organization else ""
    return ROLES.index(role) + 1 if role in ROLES else 0


def _share(actor: Actor, subject: Subject) -> int:
    role = actor.shares.get(subject.id, "")
    return ROLES.index(role) + 1 if role in ROLES else 0


def _creator_without_owner(actor: Actor, subject: Subject) -> bool:
    return not subject.owner and actor.known and subject.creator == actor.id


def _reads_dataset(actor: Actor, subject: Subject) -> bool:
    return (
        subject.open
        or _role(actor, subject.owner) > 0
        or _share(actor, subject) > 0
        or (actor.known and subject.creator == actor.id)
    )


def _fetches_resource(actor: Actor, subject: Subject) -> bool:
    return subject.proved or _reads_dataset(actor, subject)


def _edits_dataset(actor: Actor, subject: Subject) -> bool:
    return _role(actor, subject.owner) >= 2 or _share(actor, subject) >= 2 or _creator_without_owner(actor, subject)


def _shares_dataset(actor: Actor, subject: Subject) -> bool:
    return _role(actor, subject.owner) >= 3 or _share(actor, subject) >= 3


def _creates_dataset(actor: Actor, subject: Subject) -> bool:
    return _role(actor, subject.owner) >= 2


def _administers(actor: Actor, subject: Subject) -> bool:
    return _role(actor, subject.id) >= 3


def _is_self(actor: Actor, subject: Subject) -> bool:
    return actor.known and subject.id == actor.id


def _reads_source(actor: Actor, subject: Subject) -> bool:
    return subject.open or _role(actor, subject.owner) > 0


def _edits_source(actor: Actor, subject: Subject) -> bool:
    return _role(actor, subject.owner) >= 3


def _submits_request(actor: Actor, subject: Subject) -> bool:
    """Let anybody ask for disclosure, and editors of a department ask in its name."""
    return not subject.partner or _role(actor, subject.partner) >= 2


def _follows_up_request(actor: Actor, subject: Subject) -> bool:
    own = actor.known and subject.creator == actor.id
    return own or subject.proved or (bool(subject.partner) and _role(actor, subject.partner) >= 2)


def _reads_request(actor: Actor, subject: Subject) -> bool:
    involved = _role(actor, subject.owner) > 0 or _role(actor, subject.partner) > 0
    return involved or _follows_up_request(actor, subject)


def _handles_request(actor: Actor, subject: Subject) -> bool:
    return _role(actor, subject.owner) >= 2


def _decides_request(actor: Actor, subject: Subject) -> bool:
    return _role(actor, subject.owner) >= 3


def _erases_feedback(actor: Actor, subject: Subject) -> bool:
    return subject.proved or (actor.known and subject.creator == actor.id)


RULES: dict[Permission, Rule] = {
    Permission.SITE_READ: _anybody,
    Permission.SITE_ADMIN: _nobody,
    Permission.DATASET_READ: _reads_dataset,
    Permission.DATASET_CREATE: _creates_dataset,
    Permission.DATASET_EDIT: _edits_dataset,
    Permission.DATASET_DELETE: _edits_dataset,
    Permission.DATASET_PURGE: _nobody,
    Permission.DATASET_SHARE: _shares_dataset,
    Permission.RESOURCE_FETCH: _fetches_resource,
    Permission.ORGANIZATION_READ: _anybody,
    Permission.ORGANIZATION_CREATE: _signed_in,
    Permission.ORGANIZATION_EDIT: _administers,
    Permission.ORGANIZATION_DELETE: _administers,
    Permission.ORGANIZATION_PURGE: _nobody,
    Permission.MEMBERS_EDIT: _administers,
    Permission.USER_READ: _anybody,
    Permission.USER_CREATE: _nobody,
    Permission.USER_EDIT: _is_self,
    Permission.USER_DELETE: _nobody,
    Permission.SOURCE_READ: _reads_source,
    Permission.SOURCE_EDIT: _edits_source,
    Permission.SOURCE_RUN: _edits_source,
    Permission.REQUEST_SUBMIT: _submits_request,
    Permission.REQUEST_READ: _reads_request,
    Permission.REQUEST_FOLLOW_UP: _follows_up_request,
    Permission.REQUEST_HANDLE: _handles_request,
    Permission.REQUEST_DECIDE: _decides_request,
    Permission.FEEDBACK_SEND: _reads_dataset,
    Permission.FEEDBACK_HANDLE: _handles_request,
    Permission.FEEDBACK_ERASE: _erases_feedback,
    Permission.CATALOGUE_REVIEW: _nobody,
    Permission.OWN_ACCOUNT: _signed_in,
}
