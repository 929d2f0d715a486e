"""What happened to a dataset, newest first."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import audit, users
from publisher.audit import Entry
from publisher.auth import SYSTEM
from publisher.work import Work
from web import sessions
from web.language import gettext
from web.opening import open_dataset
from web.pages.dataset import frame
from web.pages.page import Page
from web.rendering import render

SHOWN = 50


def view(ref: str) -> ResponseReturnValue:
    """Render the acts on a dataset."""
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        acts = audit.entries(work, kind="dataset", subject_id=dataset.id, limit=SHOWN)
        shown = [(entry, _told(entry), _who(work, entry)) for entry in acts]
        return render("dataset/activity.html", acts=shown, **frame(work, dataset, "activity"))


def _told(entry: Entry) -> str:
    words = {
        "create": gettext("created"),
        "update": gettext("changed"),
        "delete": gettext("withdrawn"),
        "restore": gettext("restored"),
        "purge": gettext("erased"),
    }
    return words.get(entry.verb, entry.verb)


def _who(work: Work, entry: Entry) -> str:
    if entry.actor_id == SYSTEM.id:
        return gettext("the system")
    person = users.find(work, entry.actor_id) if entry.actor_id else None
    return person.display_name if person else ""


PAGE = Page("dataset_activity", ("/dataset/<ref>/activity", "/dataset/activity/<ref>"), view)
