"""Applications: how a request comes in, is checked and gets its number, its clock and its receipt.

A dataset that the applicant may not see is refused in the same words as one that is not there.
"""

from __future__ import annotations

import secrets
from datetime import datetime, time

import msgspec
from sqlalchemy import func, select

from publisher import datasets, organizations, requests, workdays
from publisher.auth import Permission, Subject
from publisher.disclosure_orm import RequestRow
from publisher.limits import Limits, limits
from publisher.refusals import BadForm
from publisher.request_values import Application, Request
from publisher.work import Work
from schemas.errors import Conflict, NotFound
from schemas.model import Dataset
from schemas.text import Text

SHORTEST_CONTENT, LONGEST_TEXT, LONGEST_TITLE = 5, 5000, 200


def submit(work: Work, application: Application, *, sender: str = "") -> tuple[Request, str]:
    """Take in a request; answer it and the receipt by which somebody without an account follows it.

    `sender` is an opaque key of where it came from, against floods. Raises BadForm for what is missing, NotFound for a
    dataset or department that is not there or may not be seen, and Conflict when the applicant sent too many today.
    """
    requester = organizations.get(work, application.requester).id if application.requester else ""
    application = msgspec.structs.replace(application, requester=requester)
    work.require(Permission.REQUEST_SUBMIT, Subject(kind="request", partner=requester))
    dataset = _dataset(work, application)
    organization = _organization(work, application, dataset)
    _check(work, application, organization)
    rules = limits(work.config.data)
    _check_flood(work, rules, sender)
    today = workdays.local_day(work.now)
    days = workdays.site_calendar(work.config.data)
    request = Request(
        id=work.new_id(),
        number=f"{today:%Y%m%d}-{secrets.randbelow(10**8):08d}",
        application=application,
        applicant=work.actor.id,
        organization=organization,
        dataset=dataset.id if dataset else "",
        submitted=work.now,
        started=today,
        review_due=days.add(today, rules.requests[application.kind].review.days),
        due=days.add(today, rules.requests[application.kind].answer.days),
    )
    receipt = secrets.token_urlsafe(18)
    requests.add(work, request, receipt, sender)
    return request, receipt


def _dataset(work: Work, application: Application) -> Dataset | None:
    """Answer the dataset that is asked for; hidden and absent ones are refused in the same words."""
    if not application.dataset:
        return None
    dataset = datasets.find(work, application.dataset)
    if dataset is None or not work.may(Permission.DATASET_READ, datasets.subject(dataset)):
        raise NotFound(Text(zh=f"没有数据集 {application.dataset}。", en=f"There is no dataset {application.dataset}."))
    unknown = set(application.resources) - {resource.id for resource in dataset.resources}
    if unknown:
        raise NotFound(Text(zh=f"没有资源 {min(unknown)}。", en=f"There is no resource {min(unknown)}."))
    return dataset


def _organization(work: Work, application: Application, dataset: Dataset | None) -> str:
    ref = dataset.owner if dataset else application.organization
    found = organizations.find(work, ref, "organization") if ref else None
    if found is None or found.state != "active":
        raise NotFound(Text(zh=f"没有部门 {ref}。", en=f"There is no organization {ref}."))
    return found.id


def _check(work: Work, application: Application, organization: str) -> None:
    faults: dict[str, Text] = {}
    for name in ("title", "content", "purpose", "items", "method", "period", "name", "email", "phone"):
        longest = LONGEST_TEXT if name in ("content", "purpose", "items") else LONGEST_TITLE
        if len(getattr(application, name)) > longest:
            faults[name] = Text(zh=f"此项不能超过 {longest} 个字符。", en=f"This takes at most {longest} characters.")
    if not application.title.strip():
        faults["title"] = Text(zh="请填写标题。", en="Say in a few words what is asked for.")
    if len(application.content.strip()) < SHORTEST_CONTENT:
        faults["content"] = Text(zh="请写明所需信息的内容。", en="Describe what is asked for.")
    if application.kind == "sharing":
        faults |= _sharing_faults(application, organization)
    elif application.requester:
        faults["requester"] = Text(zh="部门之间请提出共享申请。", en="Departments ask each other by way of sharing.")
    if not work.actor.known and not (application.name.strip() and (application.email or application.phone)):
        faults["name"] = Text(
            zh="未登录时请填写姓名和联系方式。", en="Without an account, give a name and an e-mail or telephone."
        )
    if faults:
        raise BadForm(faults)


def _sharing_faults(application: Application, organization: str) -> dict[str, Text]:
    faults: dict[str, Text] = {}
    if not application.requester:
        faults["requester"] = Text(zh="请选择申请部门。", en="Name the department that asks.")
    elif application.requester == organization:
        faults["requester"] = Text(zh="不能向本部门申请。", en="A department does not ask itself.")
    if not application.purpose.strip():
        faults["purpose"] = Text(zh="请写明用途和依据。", en="Say for which duty the data is needed.")
    return faults


def _check_flood(work: Work, rules: Limits, sender: str) -> None:
    """Refuse an applicant, or a place without an account, that sent its share of today."""
    today = datetime.combine(workdays.local_day(work.now), time(), workdays.CHINA)
    who = RequestRow.applicant_id == work.actor.id if work.actor.known else RequestRow.sender == sender
    sent = work.session.scalar(select(func.count()).select_from(RequestRow).where(who, RequestRow.submitted >= today))
    if (sent or 0) >= rules.applications_per_day:
        count = rules.applications_per_day
        message = Text(
            zh=f"今天已提交 {count} 件申请，请明天再提交。",
            en=f"{count} requests were sent in today already; send the next one tomorrow.",
        )
        raise Conflict(message, code="too-many-requests")
