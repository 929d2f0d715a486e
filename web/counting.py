"""Counting: notes what readers view, download and search for in vain; no cookie, no address, no crawlers."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from publisher import usage
from publisher.usage import Act, Tally
from publisher.wiring import Platform

EXTENSION = "gongkai-tally"


def install(app: Flask, platform: Platform) -> None:
    """Note uses after the answers that are worth one."""
    app.extensions[EXTENSION] = Tally(platform)
    app.after_request(_count)


def tally() -> Tally:
    """Answer where this application notes uses."""
    held: Tally = current_app.extensions[EXTENSION]
    return held


def used(dataset_id: str, resource_id: str = "", act: Act = "view") -> None:
    """Say that this request, if it is answered, is a use of the dataset."""
    g.use = (act, dataset_id, resource_id)


def missed(words: str) -> None:
    """Say that this request was a search for these words that found nothing."""
    g.missed = words


def _count(response: Response) -> Response:
    if response.status_code in (200, 302, 304) and ("use" in g or "missed" in g):
        reader = request.method == "GET" and not usage.is_bot(request.headers.get("User-Agent", ""))
        if "use" in g and (reader or g.use[0] == "call"):
            tally().note(*g.use)
        if "missed" in g and reader:
            tally().miss(g.missed)
    return response
