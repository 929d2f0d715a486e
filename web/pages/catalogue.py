"""The sharing catalogue: what is shared, how and by whom; and one record on its way to publication."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import catalogue_states, datasets, organizations
from publisher.auth import Permission
from publisher.catalogue_states import ACTS, CLASSES, STATES, Standing
from publisher.refusals import BadForm
from publisher.work import Work
from schemas import profiles
from schemas.errors import Conflict, Invalid
from schemas.model import Dataset
from schemas.text import Text
from web import sessions
from web.opening import open_dataset
from web.pages.page import Page
from web.rendering import clean, render

ROWS = 100


def view() -> ResponseReturnValue:
    """Render the published records of a class, department and sharing type, and the reviewer's queue."""
    group, sharing = request.args.get("class", ""), request.args.get("sharing", "")
    ref, start = request.args.get("organization", "")[:200], request.args.get("start", "")
    offset = int(start) if start.isdecimal() and len(start) < 8 else 0
    kinds = _labels("fields.sharing_type")
    with sessions.reading() as work:
        body = organizations.get(work, ref, "organization") if ref else None
        found = catalogue_states.listing(
            work,
            group=group if group in CLASSES else "",
            owner=body.id if body else "",
            sharing=sharing if sharing in kinds else "",
            limit=ROWS + 1,
            offset=offset,
        )
        reviewing = work.may(Permission.CATALOGUE_REVIEW)
        return render(
            "disclosure/catalogue.html",
            rows=_rows(work, found[:ROWS]),
            more=offset + ROWS if len(found) > ROWS else None,
            waiting=_rows(work, catalogue_states.queue(work)) if reviewing else [],
            bodies=organizations.listing(work, "organization"),
            classes=CLASSES,
            kinds=kinds,
            states=STATES,
            chosen={"class": group, "sharing": sharing, "organization": ref},
        )


def record(ref: str) -> ResponseReturnValue:
    """Render where one record stands, or do a step with it."""
    if request.method != "POST":
        return _record(ref)
    act = request.form.get("act", "")
    if act not in ACTS:
        raise Invalid({"act": ["unknown"]}, Text(zh="没有这种操作。", en="There is no such act."))
    try:
        with sessions.working() as work:
            _step(work, act, ref)
    except BadForm as refused:
        return _record(ref, refused.faults, status=422)
    except Conflict as refused:
        return _record(ref, {"": refused.message}, status=409)
    return redirect(url_for("portal.catalogue_record", ref=ref))


def _step(work: Work, act: str, ref: str) -> None:
    if act == "reject":
        catalogue_states.reject(work, ref, clean(request.form.get("reason", "")).strip()[:1000])
    else:
        {
            "submit": catalogue_states.submit,
            "register": catalogue_states.register,
            "publish": catalogue_states.publish,
        }[act](work, ref)


def _record(ref: str, faults: dict[str, Text] | None = None, status: int = 200) -> ResponseReturnValue:
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        inside = work.may(Permission.DATASET_EDIT, datasets.subject(dataset))
        page = render(
            "disclosure/catalogue_record.html",
            dataset=dataset,
            owner=organizations.find(work, dataset.owner) if dataset.owner else None,
            standing=catalogue_states.standing(work, ref),
            steps=catalogue_states.steps(work, ref) if inside else [],
            acts=catalogue_states.open_acts(work, ref),
            labels=ACTS,
            states=STATES,
            fields=_fields(dataset),
            faults=faults or {},
        )
    return page, status


def _rows(work: Work, found: list[Standing]) -> list[tuple[Standing, Dataset]]:
    known = {dataset.id: dataset for dataset in datasets.many(work, [one.dataset for one in found])}
    return [(one, known[one.dataset]) for one in found if one.dataset in known]


def _labels(path: str) -> dict[str, Text]:
    profile = profiles.get(catalogue_states.PROFILE)
    return next(field.among for field in profile.fields if field.path == path)


def _fields(dataset: Dataset) -> list[tuple[Text, Text | str]]:
    """Answer the profile's fields that the record fills, with their labels; keys of lists are told in words."""
    shown: list[tuple[Text, Text | str]] = []
    for field in profiles.get(catalogue_states.PROFILE).fields:
        name = field.path.removeprefix("fields.")
        value = dataset.fields.get(name) if field.path.startswith("fields.") else getattr(dataset, name, "")
        if value and isinstance(value, str):
            shown.append((field.label, field.among.get(value, value)))
    return shown


PAGE = Page("catalogue", ("/catalogue",), view)
RECORD = Page("catalogue_record", ("/catalogue/<ref>",), record, ("GET", "POST"))
