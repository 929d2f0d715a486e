"""Fault injection: after each fault what was published is right, and the run's report names the fault."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from harvester import fetch, pipeline
from harvester.fetch import Limits
from harvester.jobs import Run
from publisher.wiring import Platform
from tests.harvester.conftest import Connect, published, run
from tests.harvester.departments import Answer, Department
from tests.harvester.test_reports import package

SEARCH = "/api/3/action/package_search"


def page(packages: list[dict[str, object]], count: int | None = None) -> Answer:
    result = {"count": len(packages) if count is None else count, "results": packages}
    return Answer(json.dumps({"success": True, "result": result}))


TEN = [package(n) for n in range(10)]
OTHER = [package(n + 100) for n in range(10)]
HTML = Answer("<!DOCTYPE html><html><title>请登录</title>", headers={"Content-Type": "text/html"})
LOOPBACK = Answer(status=302, headers={"Location": "http://127.0.0.2:9/api"})
BOMB = Answer(gzip.compress(b"[" * 40_000_000), headers={"Content-Encoding": "gzip"})


def moving(path: str, headers: dict[str, str]) -> Answer:
    """Answer other totals on every page, for ever."""
    moving.calls += 1  # type: ignore[attr-defined]
    return page([package(moving.calls)], count=10_000 + moving.calls)  # type: ignore[attr-defined]


FAULTS: list[tuple[str, Answer | list[Answer] | Callable[[str, dict[str, str]], Answer], str, str]] = [
    ("stalls", Answer("{}", stall=2), "failed", "timed-out"),
    ("breaks off", Answer("x" * 1000, cut=10), "failed", "truncated"),
    ("redirects inside", LOOPBACK, "failed", "redirect-refused"),
    ("serves a login page", HTML, "failed", "html-instead-of-json"),
    ("sends a gzip bomb", BOMB, "failed", "too-large"),
    ("is forbidden", Answer(status=403), "failed", "forbidden"),
    ("stays overloaded", Answer(status=429), "failed", "too-many-requests"),
    ("stays broken", Answer(status=500), "failed", "server-error"),
    ("is empty", page([]), "held", "empty-catalogue"),
    ("shrinks", page(TEN[:3]), "held", "shrunken-catalogue"),
    ("is another catalogue", page(OTHER), "held", "shrunken-catalogue"),
    ("breaks on the second page", [page(TEN[:5], count=10), Answer(status=500)], "failed", "server-error"),
    ("recovers from a burst", [Answer(status=503), Answer(status=429), page(TEN)], "done", ""),
    ("serves broken JSON", Answer('{"success": true, "result": {"count": 1, "results": [}}'), "failed", "not-json"),
    ("changes all the time", moving, "failed", "catalogue-changed"),
]


@pytest.mark.parametrize(("what", "answer", "state", "code"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_what_is_published_survives_when_the_department(
    platform: Platform, connect: Connect, served: Department, monkeypatch: pytest.MonkeyPatch,
    what: str, answer: Answer, state: str, code: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(pipeline, "Limits", lambda delay: Limits(read=0.3, decoded=1_000_000, attempts=4))
    monkeypatch.setattr(fetch.Fetcher, "_pause", lambda self, seconds: None)
    moving.calls = 0  # type: ignore[attr-defined]
    served.answers[SEARCH] = page(TEN)
    source = connect("ckan", served.url(""))
    assert run(platform, source).counts == {"create": 10}
    before = published(platform)
    served.answers[SEARCH] = answer if not isinstance(answer, list) else list(answer)
    ended: Run = run(platform, source)
    assert ended.state == state
    assert (ended.problem.code if ended.problem else "") == code
    assert published(platform) == before


def test_one_bad_record_never_ends_a_run(platform: Platform, connect: Connect, served: Department) -> None:
    bad: list[object] = [
        {"title": "nameless"}, "text", None, 7,
        {"id": "x" * 2000, "title": "long id"},
        {"id": "a-wrong-type", "title": {"a": []}, "resources": "none"},
        {"id": "untitled-record"},
        {"id": "a-monster-record-1", "title": "Monster", "tags": [{"name": f"t{n}"} for n in range(30_000)]},
        {"id": "a-monster-record-2", "title": "Files", "resources": [{"url": f"http://x/{n}"} for n in range(8_327)]},
    ]  # fmt: skip
    served.answers[SEARCH] = page([*TEN, *bad])  # type: ignore[list-item]
    ended = run(platform, connect("ckan", served.url("")))
    assert ended.state == "done"
    assert ended.done == 19
    assert ended.counts["create"] >= 12
    assert ended.causes["no-identifier"] == 1
    assert ended.causes["not-a-record"] == 3
    assert ended.causes["identifier-too-long"] == 1
    assert ended.causes["too-many-keywords"] == 1
    assert ended.causes["too-many-resources"] == 1
    monster = next(d for d in published(platform) if d.title == "Monster")
    assert len(monster.keywords) == 500


def test_a_dataset_of_another_source_is_not_overwritten(
    platform: Platform, connect: Connect, served: Department
) -> None:
    served.answers[SEARCH] = page(TEN)
    assert run(platform, connect("ckan", served.url(""))).counts == {"create": 10}
    before = published(platform)
    second = run(platform, connect("ckan", served.url("/"), title="again"))
    assert second.counts == {"conflict": 10}
    assert second.causes == {"published-by-another-source": 10}
    assert published(platform) == before
