"""The sharing catalogue's records on their way: draft, submitted, registered, published; or sent back with a reason.

A record is a dataset of profile `shared-information`. It stays a draft until it is published; whoever submitted it does
not register it. Once published everybody may read that it exists and why it is not open; its content follows its
sharing type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import insert, select

from publisher import datasets
from publisher.auth import Permission
from publisher.disclosure_orm import CatalogueRow, CatalogueStepRow
from publisher.orm import OptionRow
from publisher.refusals import BadForm
from publisher.work import Work
from schemas import profiles
from schemas.errors import Conflict, Invalid
from schemas.model import AccessLevel, Dataset, replace
from schemas.text import Text

PROFILE = "shared-information"
State = Literal["draft", "submitted", "registered", "published"]
STATES: dict[State, Text] = {
    "draft": Text(zh="草稿", en="draft"),
    "submitted": Text(zh="待注册审核", en="submitted"),
    "registered": Text(zh="已注册，待发布", en="registered"),
    "published": Text(zh="已发布", en="published"),
}
ACTS: dict[str, tuple[Text, tuple[State, ...]]] = {
    "submit": (Text(zh="提交", en="submitted"), ("draft",)),
    "register": (Text(zh="注册", en="registered"), ("submitted",)),
    "publish": (Text(zh="发布", en="published"), ("registered",)),
    "reject": (Text(zh="退回", en="sent back"), ("submitted", "registered")),
}
NEEDED: dict[str, Permission] = {
    "submit": Permission.DATASET_EDIT,
    "register": Permission.CATALOGUE_REVIEW,
    "publish": Permission.DATASET_SHARE,
    "reject": Permission.CATALOGUE_REVIEW,
}
CLASSES: dict[str, Text] = {
    "1": Text(zh="基础信息资源", en="Base information"),
    "2": Text(zh="主题信息资源", en="Theme information"),
    "3": Text(zh="部门信息资源", en="Department information"),
}
_PREFIX = re.compile(r"[1-3]\d{5}\w{0,20}")
_LEVELS: dict[str, AccessLevel] = {"unconditional": "restricted", "conditional": "restricted", "refused": "non-public"}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where one record stands; `code` is its code in the catalogue, `sharing` its sharing type."""

    dataset: str
    state: State
    owner: str
    code: str
    sharing: str
    submitted_by: str
    since: datetime


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what was done to which revision, and why it was sent back."""

    at: datetime
    act: str
    state: State
    revision: int
    reason: str


def submit(work: Work, ref: str) -> Standing:
    """Submit a draft for registration; raises BadForm with every fault that its profile finds."""
    dataset, _ = _begin(work, ref, "submit")
    _check(dataset)
    return _keep(work, dataset, "submit", "submitted", submitted_by=work.actor.id)


def register(work: Work, ref: str) -> Standing:
    """Register a submitted record, which gives it the next number of its class; never by who submitted it."""
    dataset, standing = _begin(work, ref, "register")
    if standing is not None and standing.submitted_by == work.actor.id:
        raise Conflict(
            Text(zh="提交人不能审核自己提交的目录。", en="Whoever submitted a record does not register it."),
            code="four-eyes",
        )
    code = str(dataset.fields.get("code", ""))
    if "/" not in code:
        fields = dataset.fields | {"code": _next_code(work, code)}
        dataset = datasets.put(work, replace(dataset, fields=fields))
    return _keep(work, dataset, "register", "registered")


def publish(work: Work, ref: str) -> Standing:
    """Show a registered record to everybody; its content stays as open as its sharing type says."""
    dataset, _ = _begin(work, ref, "publish")
    _check(dataset)
    opened = str(dataset.fields.get("open", "")) == "yes"
    level = "public" if opened else _LEVELS.get(str(dataset.fields.get("sharing_type")), "non-public")
    shown = datasets.put(work, replace(dataset, state="active", visibility="public", access_level=level))
    return _keep(work, shown, "publish", "published")


def reject(work: Work, ref: str, reason: str) -> Standing:
    """Send a record back to its department as a draft, with the reason."""
    dataset, _ = _begin(work, ref, "reject")
    if not reason.strip() or len(reason) > 500:
        raise BadForm({"reason": Text(zh="请用 500 字以内写明理由。", en="Give the reason in at most 500 characters.")})
    return _keep(work, dataset, "reject", "draft", reason=reason.strip())


def standing(work: Work, ref: str) -> Standing | None:
    """Answer where a record stands that the actor may read, or None when it was never submitted."""
    return _standing(work, datasets.get(work, ref).id)


def open_acts(work: Work, ref: str) -> list[str]:
    """Answer what the actor may do with a record now."""
    dataset = datasets.get(work, ref)
    now = _standing(work, dataset.id)
    state = now.state if now else "draft"
    about = datasets.subject(dataset)
    fits = dataset.profile == PROFILE and (state != "draft" or dataset.state == "draft")
    return [act for act, (_, states) in ACTS.items() if fits and state in states and work.may(NEEDED[act], about)]


def steps(work: Work, ref: str) -> list[Step]:
    """Answer the steps of a record that the actor may change, oldest first."""
    dataset = datasets.get(work, ref)
    work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    rows = work.session.scalars(
        select(CatalogueStepRow).where(CatalogueStepRow.dataset_id == dataset.id).order_by(CatalogueStepRow.id)
    )
    return [
        Step(at=row.at, act=row.act, state=row.state, revision=row.revision, reason=row.reason)  # type: ignore[arg-type]
        for row in rows
    ]


def listing(
    work: Work, *, group: str = "", owner: str = "", sharing: str = "", limit: int = 100, offset: int = 0
) -> list[Standing]:
    """Answer published records by code: of a class (`1` base, `2` theme, `3` department), owner or sharing type."""
    work.require(Permission.SITE_READ)
    statement = select(CatalogueRow).where(CatalogueRow.state == "published")
    if group:
        statement = statement.where(CatalogueRow.code.startswith(group, autoescape=True))
    for column, value in ((CatalogueRow.owner_id, owner), (CatalogueRow.sharing, sharing)):
        if value:
            statement = statement.where(column == value)
    statement = statement.order_by(CatalogueRow.code, CatalogueRow.dataset_id).limit(limit).offset(offset)
    return [_of(row) for row in work.session.scalars(statement)]


def queue(work: Work, states: Sequence[State] = ("submitted", "registered")) -> list[Standing]:
    """Answer the records that wait for review or publication, the longest waiting first; reviewers only."""
    work.require(Permission.CATALOGUE_REVIEW)
    statement = select(CatalogueRow).where(CatalogueRow.state.in_(states)).order_by(CatalogueRow.since)
    return [_of(row) for row in work.session.scalars(statement)]


def _begin(work: Work, ref: str, act: str) -> tuple[Dataset, Standing | None]:
    """Answer the record and its standing, locked, after the permission and the state were checked."""
    dataset = datasets.get(work, ref)
    work.require(NEEDED[act], datasets.subject(dataset))
    if dataset.profile != PROFILE:
        text = Text(
            zh=f"数据集 {dataset.name} 不是政务信息资源目录。", en=f"Dataset {dataset.name} is not a catalogue record."
        )
        raise Invalid({"id": [text.en]}, text, code="not-a-catalogue-record")
    work.session.get(CatalogueRow, dataset.id, with_for_update=True, populate_existing=True)
    now = _standing(work, dataset.id)
    state: State = now.state if now else "draft"
    label, states = ACTS[act]
    if state not in states or (act == "submit" and dataset.state != "draft"):
        shown = STATES[state]
        raise Conflict(
            Text(
                zh=f"{dataset.name} 现为“{shown.zh}”，不能{label.zh}。",
                en=f"{dataset.name} is {shown.en} and cannot be {label.en}.",
            ),
            code="wrong-state",
        )
    return dataset, now


def _check(dataset: Dataset) -> None:
    """Refuse a record with faults; a code may still lack its number, which registration gives."""
    given = str(dataset.fields.get("code", ""))
    numbered = replace(dataset, fields=dataset.fields | {"code": given if "/" in given else f"{given}/1"})
    faults = {finding.path: finding.message for finding in profiles.check(numbered).errors}
    if faults:
        raise BadForm(faults, code="catalogue-faults")


def _next_code(work: Work, prefix: str) -> str:
    """Answer the next code of a class: the prefix, a slash and a number of six digits."""
    if not _PREFIX.fullmatch(prefix):
        text = Text(
            zh=f"分类代码 {prefix or '（空）'} 无效：类 1 位、项 2 位、目 3 位、细目若干位。",
            en=f"The class code {prefix or '(none)'} is not valid: one digit, two, three and the detail.",
        )
        raise Invalid({"fields.code": [text.en]}, text, code="bad-class-code")
    key = f"catalogue-code-{prefix}"
    row = work.session.get(OptionRow, key, with_for_update=True, populate_existing=True)
    number = int(row.value) + 1 if row else 1
    work.session.merge(OptionRow(key=key, value=str(number)))
    work.session.flush()
    return f"{prefix}/{number:06d}"


def _keep(
    work: Work, dataset: Dataset, act: str, state: State, *, submitted_by: str = "", reason: str = ""
) -> Standing:
    before = work.session.get(CatalogueRow, dataset.id)
    row = CatalogueRow(
        dataset_id=dataset.id,
        state=state,
        owner_id=dataset.owner,
        code=str(dataset.fields.get("code", "")),
        sharing=str(dataset.fields.get("sharing_type", "")),
        submitted_by=submitted_by or (before.submitted_by if before else ""),
        since=work.now,
    )
    work.session.merge(row)
    work.session.flush()
    work.session.execute(insert(CatalogueStepRow), [_step(work, dataset, act, state, reason)])
    work.record(act, "catalogue", dataset.id, state=state)
    return _of(work.session.get_one(CatalogueRow, dataset.id))


def _step(work: Work, dataset: Dataset, act: str, state: State, reason: str) -> dict[str, Any]:
    return {
        "dataset_id": dataset.id,
        "at": work.now,
        "actor_id": work.actor.id,
        "act": act,
        "state": state,
        "revision": dataset.revision,
        "reason": reason,
    }


def _standing(work: Work, dataset_id: str) -> Standing | None:
    row = work.session.get(CatalogueRow, dataset_id)
    return _of(row) if row else None


def _of(row: CatalogueRow) -> Standing:
    return Standing(
        dataset=row.dataset_id,
        state=row.state,  # type: ignore[arg-type]
        owner=row.owner_id,
        code=row.code,
        sharing=row.sharing,
        submitted_by=row.submitted_by,
        since=row.since,
    )
