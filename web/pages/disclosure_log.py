"""The disclosure log: what became public, changed or was withdrawn, its download, its proofs and how to verify them."""

from __future__ import annotations

import msgspec
from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from publisher import chain, datasets, history, log, organizations
from publisher.auth import ANONYMOUS, Permission
from publisher.chain import Entry
from publisher.signing import fingerprint
from publisher.work import Work
from schemas.model import Dataset, Organization, encode
from web import sessions
from web.pages.page import Page
from web.rendering import render, title_of

ROWS = 50


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as the page shows it: with what it is about, where the reader may see that."""

    entry: Entry
    title: str
    url: str
    owner: Organization | None


def view() -> ResponseReturnValue:
    """Render the newest entries, or those before a number, of one department, kind of act or thing."""
    before, event = request.args.get("before", ""), request.args.get("event", "")
    subject, ref = request.args.get("subject", "")[:200], request.args.get("organization", "")[:200]
    with sessions.reading() as work:
        body = organizations.get(work, ref, "organization") if ref else None
        found = log.entries(
            work,
            subject=subject,
            owner=body.id if body else "",
            events=(event,) if event in log.EVENTS else (),
            before=int(before) if before.isdecimal() and len(before) < 16 else None,
            limit=ROWS + 1,
        )
        key = log.public_key(work)
        return render(
            "disclosure/log.html",
            rows=_rows(work, found[:ROWS]),
            more=found[ROWS - 1].number if len(found) > ROWS else None,
            length=log.length(work),
            head=log.head(work),
            key=key,
            fingerprint=fingerprint(key),
            events=log.EVENTS,
            event=event,
            body=body,
            subject=subject,
        )


def download() -> ResponseReturnValue:
    """Answer the whole log, line by line, ending with a signed statement."""
    platform = sessions.platform()

    def lines() -> object:
        with platform.read(ANONYMOUS) as work:
            yield from log.export(work)

    answer = Response(lines(), content_type="application/x-ndjson")  # type: ignore[arg-type]
    answer.headers["Content-Disposition"] = "attachment; filename=disclosure-log.jsonl"
    return answer


def checkpoint() -> ResponseReturnValue:
    """Answer a signed statement of where the log stands, for a reader to keep."""
    with sessions.reading() as work:
        return Response(chain.line_of(log.head(work)) + b"\n", content_type="application/json")


def proof(number: int) -> ResponseReturnValue:
    """Answer the proof of one entry, with the record's document as it stood where everybody may read it."""
    with sessions.reading() as work:
        made = log.proof(work, number)
        document = _document(work, chain.read_entry(made.entry))
    return Response(
        msgspec.json.format(msgspec.json.encode({"proof": made, "document": document})),
        content_type="application/json",
    )


def _document(work: Work, entry: Entry) -> str | None:
    """Answer the JSON document whose SHA-256 the entry names."""
    dataset = datasets.find(work, entry.subject) if entry.digest else None
    if dataset is None or not work.may(Permission.DATASET_READ, datasets.subject(dataset)):
        return None
    text = encode(history.at_revision(work, dataset.id, entry.revision))
    return text.decode() if chain.hash_of(text) == entry.digest else None


def _rows(work: Work, entries: list[Entry]) -> list[Row]:
    bodies = organizations.many(work, [entry.owner for entry in entries])
    about = [_about(entry) for entry in entries]
    found = datasets.many(work, [key for key in dict.fromkeys(about) if key])
    seen = {d.id: d for d in found if work.may(Permission.DATASET_READ, datasets.subject(d))}
    return [_row(entry, seen.get(key), bodies.get(entry.owner)) for entry, key in zip(entries, about, strict=True)]


def _about(entry: Entry) -> str:
    """Answer the id of the dataset that an entry is about, if it is about one."""
    return entry.subject if entry.revision else str(entry.detail.get("dataset", ""))


def _row(entry: Entry, dataset: Dataset | None, owner: Organization | None) -> Row:
    if dataset is None:
        return Row(entry=entry, title=entry.subject, url="", owner=owner)
    page = "portal.dataset_questions" if entry.kind == "feedback" else "portal.dataset"
    return Row(entry=entry, title=title_of(dataset), url=url_for(page, ref=dataset.name), owner=owner)


PAGE = Page("disclosure_log", ("/log",), view)
DOWNLOAD = Page("disclosure_log_download", ("/log.jsonl",), download)
CHECKPOINT = Page("disclosure_checkpoint", ("/log/checkpoint",), checkpoint)
PROOF = Page("disclosure_proof", ("/log/<int:number>",), proof)
