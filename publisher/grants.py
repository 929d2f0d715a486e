"""Grants: the right of one person or department to one resource for a time, given in answer to a request.

A grant is asked of the database each time a resource is fetched, so that one revoked or run out ends at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import insert, select

from publisher.auth import Actor, Permission, Subject
from publisher.disclosure_orm import GrantRow
from publisher.work import Note, Work
from schemas.errors import NotFound
from schemas.text import Text


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One grant; `grantee` is the id of a user or an organization, `revoked` the moment when it was taken back."""

    id: str
    request: str
    dataset: str
    resource: str
    grantee: str
    since: datetime
    until: datetime
    revoked: datetime | None = None
    reason: str = ""

    def holds(self, now: datetime) -> bool:
        """Tell whether the grant is in force."""
        return self.revoked is None and self.since <= now < self.until


def give(
    work: Work, *, request: str, owner: str, dataset: str, resources: Sequence[str], grantee: str, days: int
) -> list[Grant]:
    """Give one grant a resource for so many days; the caller checked that the resources are the department's."""
    work.require(Permission.REQUEST_HANDLE, Subject(kind="request", owner=owner))
    made = [
        Grant(
            id=work.new_id(),
            request=request,
            dataset=dataset,
            resource=resource,
            grantee=grantee,
            since=work.now,
            until=work.now + timedelta(days=days),
        )
        for resource in resources
    ]
    work.session.execute(insert(GrantRow), [_columns(work, grant) for grant in made])
    for grant in made:
        work.record("grant", "resource", grant.resource, grant=grant.id, request=request)
    return made


def revoke(work: Work, grant_id: str, *, owner: str, number: str, reason: str) -> Grant:
    """Take back a grant of this department at once; raises NotFound."""
    work.require(Permission.REQUEST_HANDLE, Subject(kind="request", owner=owner))
    row = work.session.get(GrantRow, grant_id)
    if row is None or row.request_id != number:
        raise NotFound(Text(zh="没有这项授权。", en="There is no such grant."))
    if row.revoked is None:
        row.revoked, row.reason = work.now, reason
        work.session.flush()
        work.record("revoke-grant", "resource", row.resource_id, grant=grant_id, request=number)
        work.disclose(Note(event="revoked", kind="request", subject=number, owner=owner, detail={}))
    return _grant(row)


def for_request(work: Work, number: str) -> list[Grant]:
    """Answer the grants given on a request that the actor has read, oldest first."""
    statement = select(GrantRow).where(GrantRow.request_id == number).order_by(GrantRow.since, GrantRow.id)
    return [_grant(row) for row in work.session.scalars(statement)]


def mine(work: Work) -> list[Grant]:
    """Answer the actor's grants in force, the first to end first."""
    work.require(Permission.OWN_ACCOUNT)
    statement = select(GrantRow).where(GrantRow.grantee_id.in_(_grantees(work.actor))).order_by(GrantRow.until)
    return [grant for grant in map(_grant, work.session.scalars(statement)) if grant.holds(work.now)]


def holds(work: Work, resource_id: str) -> bool:
    """Tell whether the actor has a grant in force on the resource."""
    if not work.actor.known:
        return False
    statement = select(GrantRow.id).where(
        GrantRow.resource_id == resource_id,
        GrantRow.grantee_id.in_(_grantees(work.actor)),
        GrantRow.revoked.is_(None),
        GrantRow.since <= work.now,
        GrantRow.until > work.now,
    )
    return work.session.execute(statement.limit(1)).first() is not None


def _grantees(actor: Actor) -> list[str]:
    return [actor.id, *actor.roles]


def _columns(work: Work, grant: Grant) -> dict[str, object]:
    return {
        "id": grant.id,
        "request_id": grant.request,
        "dataset_id": grant.dataset,
        "resource_id": grant.resource,
        "grantee_id": grant.grantee,
        "given_by": work.actor.id,
        "since": grant.since,
        "until": grant.until,
        "revoked": None,
        "reason": "",
    }


def _grant(row: GrantRow) -> Grant:
    return Grant(
        id=row.id,
        request=row.request_id,
        dataset=row.dataset_id,
        resource=row.resource_id,
        grantee=row.grantee_id,
        since=row.since,
        until=row.until,
        revoked=row.revoked,
        reason=row.reason,
    )
