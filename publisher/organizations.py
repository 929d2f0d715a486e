"""Organizations and themes: the bodies that own datasets and the topics that gather them, with their members."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import delete, func, insert, or_, select, update

from publisher import names
from publisher.auth import ROLES, Permission, Subject
from publisher.orm import DatasetRow, DatasetThemeRow, MemberRow, OrganizationRow, UserRow
from publisher.work import Work
from schemas.errors import Invalid, NotFound
from schemas.model import Organization, decode_organization, encode
from schemas.text import Text

Kind = Literal["organization", "group"]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One person's role in an organization or theme."""

    user_id: str
    user_name: str
    role: str
    since: datetime


def subject(organization: Organization) -> Subject:
    """Answer what permissions on this organization are asked for."""
    return Subject(
        kind=organization.kind, id=organization.id, name=organization.name, open=organization.state == "active"
    )


def put(work: Work, organization: Organization) -> Organization:
    """Create the organization or theme, or replace the one of that id; answer it as kept.

    Whoever creates one becomes its admin. Raises Invalid for a bad or taken name.
    """
    row = work.session.get(OrganizationRow, organization.id) if organization.id else None
    if row is None:
        return _create(work, organization)
    old = decode_organization(row.document)
    work.require(Permission.ORGANIZATION_EDIT, subject(old))
    return _write(work, old, organization, "update")


def get(work: Work, ref: str, kind: Kind | None = None) -> Organization:
    """Answer the organization (or theme) of that id or name; raises NotFound."""
    organization = find(work, ref, kind)
    if organization is None:
        raise NotFound(Text(zh=f"没有部门或主题 {ref}。", en=f"There is no organization or theme {ref}."))
    work.require(Permission.ORGANIZATION_READ, subject(organization))
    return organization


def find(work: Work, ref: str, kind: Kind | None = None) -> Organization | None:
    """Answer the organization or theme of that id or name, or None."""
    statement = select(OrganizationRow.id, OrganizationRow.document).where(
        or_(OrganizationRow.id == ref, OrganizationRow.name == ref)
    )
    if kind is not None:
        statement = statement.where(OrganizationRow.kind == kind)
    rows = work.session.execute(statement).all()
    if not rows:
        return None
    by_id = [row for row in rows if row.id == ref]
    return decode_organization((by_id or list(rows))[0].document)


def many(work: Work, ids: Sequence[str]) -> dict[str, Organization]:
    """Answer the organizations and themes of these ids, by id; unknown ids are left out."""
    wanted = sorted({key for key in ids if key})
    found: dict[str, Organization] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows = work.session.execute(
            select(OrganizationRow.id, OrganizationRow.document).where(OrganizationRow.id.in_(part))
        )
        found |= {row.id: decode_organization(row.document) for row in rows}
    return found


def titles(work: Work, names: Sequence[str]) -> dict[str, str]:
    """Answer the titles of the organizations and themes of these names, by name, as facets show them."""
    found: dict[str, str] = {}
    for start in range(0, len(names), 500):
        part = names[start : start + 500]
        rows = work.session.execute(
            select(OrganizationRow.name, OrganizationRow.title).where(OrganizationRow.name.in_(part))
        )
        found |= {row.name: row.title for row in rows if row.title}
    return found


def listing(work: Work, kind: Kind, *, states: Sequence[str] = ("active",)) -> list[Organization]:
    """Answer all organizations (or themes) in these states, by title."""
    work.require(Permission.SITE_READ)
    rows = work.session.scalars(
        select(OrganizationRow.document)
        .where(OrganizationRow.kind == kind, OrganizationRow.state.in_(states))
        .order_by(func.lower(OrganizationRow.title), OrganizationRow.name)
    )
    return [decode_organization(document) for document in rows]


def dataset_counts(work: Work, kind: Kind) -> dict[str, int]:
    """Answer how many public active datasets each organization (or theme) has, by id, in one question."""
    public = (DatasetRow.state == "active", DatasetRow.visibility == "public", DatasetRow.kind == "dataset")
    statement = select(DatasetRow.owner_id, func.count()).where(*public).group_by(DatasetRow.owner_id)
    if kind == "group":
        statement = (
            select(DatasetThemeRow.theme_id, func.count())
            .join(DatasetRow, DatasetRow.id == DatasetThemeRow.dataset_id)
            .where(*public)
            .group_by(DatasetThemeRow.theme_id)
        )
    return {row[0]: row[1] for row in work.session.execute(statement)}


def owns_any(work: Work, organization: Organization) -> bool:
    """Tell whether any dataset that is not withdrawn belongs to this organization."""
    statement = select(DatasetRow.id).where(DatasetRow.owner_id == organization.id, DatasetRow.state != "deleted")
    return work.session.execute(statement.limit(1)).first() is not None


def remove(work: Work, ref: str, kind: Kind | None = None) -> Organization:
    """Retire an organization or theme: it stays in the state deleted."""
    organization = _found(work, ref, kind)
    work.require(Permission.ORGANIZATION_DELETE, subject(organization))
    return _write(work, organization, msgspec.structs.replace(organization, state="deleted"), "delete")


def purge(work: Work, ref: str, kind: Kind | None = None) -> None:
    """Erase an organization or theme; datasets that it owned lose their owner."""
    organization = _found(work, ref, kind)
    work.require(Permission.ORGANIZATION_PURGE, subject(organization))
    work.session.execute(delete(MemberRow).where(MemberRow.organization_id == organization.id))
    work.session.execute(delete(OrganizationRow).where(OrganizationRow.id == organization.id))
    work.record("purge", organization.kind, organization.id, name=organization.name)


def members(work: Work, organization_id: str) -> list[Member]:
    """Answer the active people of an organization or theme, by name."""
    statement = (
        select(MemberRow, UserRow.name)
        .join(UserRow, UserRow.id == MemberRow.user_id)
        .where(MemberRow.organization_id == organization_id, UserRow.state == "active")
        .order_by(UserRow.name)
    )
    return [
        Member(user_id=row.user_id, user_name=name, role=row.role, since=row.since)
        for row, name in work.session.execute(statement)
    ]


def set_member(work: Work, organization: Organization, user_id: str, role: str) -> None:
    """Give a person a role in an organization or theme, in place of any earlier one."""
    work.require(Permission.MEMBERS_EDIT, subject(organization))
    if role not in ROLES:
        raise Invalid({"role": [f"A role is one of {', '.join(ROLES)}."]}, code="bad-role")
    row = work.session.get(MemberRow, (organization.id, user_id))
    if row is None:
        work.session.add(MemberRow(organization_id=organization.id, user_id=user_id, role=role, since=work.now))
    else:
        row.role = role
    work.session.flush()
    work.record("set-member", organization.kind, organization.id, user=user_id, role=role)


def drop_member(work: Work, organization: Organization, user_id: str) -> bool:
    """End a person's role; answer whether there was one."""
    work.require(Permission.MEMBERS_EDIT, subject(organization))
    row = work.session.get(MemberRow, (organization.id, user_id))
    if row is None:
        return False
    work.session.delete(row)
    work.session.flush()
    work.record("drop-member", organization.kind, organization.id, user=user_id)
    return True


def _create(work: Work, organization: Organization) -> Organization:
    name = organization.name or names.free_organization_name(work, names.slug(organization.title))
    organization = msgspec.structs.replace(organization, id=organization.id or work.new_id(), name=name)
    _check_name(work, organization)
    work.require(Permission.ORGANIZATION_CREATE, subject(organization))
    organization = msgspec.structs.replace(
        organization, created=organization.created or work.now, changed=work.now, revision=1
    )
    work.session.execute(insert(OrganizationRow), [_columns(organization)])
    if _has_account(work):
        row = MemberRow(organization_id=organization.id, user_id=work.actor.id, role="admin", since=work.now)
        work.session.add(row)
        work.session.flush()
    work.record("create", organization.kind, organization.id, revision=1)
    return organization


def _has_account(work: Work) -> bool:
    """Tell whether the actor is a person; the system itself becomes nobody's admin."""
    return work.session.execute(select(UserRow.id).where(UserRow.id == work.actor.id)).first() is not None


def _write(work: Work, old: Organization, new: Organization, verb: str) -> Organization:
    new = msgspec.structs.replace(
        new, name=new.name or old.name, created=old.created, changed=old.changed, revision=old.revision
    )
    if new == old:
        return old
    if new.name != old.name:
        _check_name(work, new)
    new = msgspec.structs.replace(new, changed=work.now, revision=old.revision + 1)
    work.session.execute(update(OrganizationRow).where(OrganizationRow.id == old.id).values(_columns(new)))
    work.record(verb, new.kind, new.id, revision=new.revision)
    _reindex(work, old, new)
    return new


def _reindex(work: Work, old: Organization, new: Organization) -> None:
    """Tell the index of every dataset whose document shows this organization's name or title."""
    if (old.name, old.title, old.translations) == (new.name, new.title, new.translations):
        return
    owned = select(DatasetRow.id).where(DatasetRow.owner_id == new.id)
    themed = select(DatasetThemeRow.dataset_id).where(DatasetThemeRow.theme_id == new.id)
    for key in work.session.scalars(owned if new.kind == "organization" else themed).all():
        work.index(key)


def _found(work: Work, ref: str, kind: Kind | None) -> Organization:
    organization = find(work, ref, kind)
    if organization is None:
        raise NotFound(Text(zh=f"没有部门或主题 {ref}。", en=f"There is no organization or theme {ref}."))
    return organization


def _check_name(work: Work, organization: Organization) -> None:
    if not names.valid(organization.name):
        text = Text(
            zh="名称须为 2 至 100 个小写字母、数字、- 或 _。",
            en="A name takes 2 to 100 characters: lower-case letters, digits, - and _.",
        )
        raise Invalid({"name": [text.en]}, text, code="bad-name")
    taken = select(OrganizationRow.id).where(
        OrganizationRow.name == organization.name, OrganizationRow.id != organization.id
    )
    if work.session.execute(taken).first():
        text = Text(zh=f"名称 {organization.name} 已被使用。", en=f"The name {organization.name} is already in use.")
        raise Invalid({"name": [text.en]}, text, code="name-taken")


def _columns(organization: Organization) -> dict[str, Any]:
    return {
        "id": organization.id,
        "name": organization.name,
        "kind": organization.kind,
        "title": organization.title,
        "state": organization.state,
        "created": organization.created,
        "changed": organization.changed,
        "revision": organization.revision,
        "document": encode(organization).decode(),
    }
