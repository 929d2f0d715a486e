"""What every type of source keeps to, its broken inputs included; a new type needs a case here."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harvester.compare import fingerprint
from harvester.faults import Fetching
from harvester.fetch import Fetcher, Freshness, Limits
from harvester.guard import Allowed
from harvester.source import Context, Raw, Unchanged
from harvester.sources import SOURCES
from schemas.errors import Invalid
from tests.harvester.departments import Answer, Department, department

TITLES = {"a": "Hospitals 医院", "b": "Bus stops 公交站"}


def packages(titles: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": f"package-{key}", "name": f"name-{key}", "title": title, "resources": []}
        for key, title in titles.items()
    ]


def ckan(served: Department, folder: Path, titles: dict[str, str]) -> str:
    found = packages(titles)

    def search(path: str, headers: dict[str, str]) -> Answer:
        start = int(path.split("start=")[1].split("&")[0])
        page = {"count": len(found), "results": found[start : start + 1]}
        return Answer(json.dumps({"success": True, "result": page}))

    served.answers["/api/3/action/package_search"] = search
    return served.url("/")


def data_json(served: Department, folder: Path, titles: dict[str, str]) -> str:
    datasets = [{"identifier": f"id-{key}", "title": title, "description": "d"} for key, title in titles.items()]
    catalogue = {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": datasets}
    served.answers["/data.json"] = Answer(json.dumps(catalogue), headers={"ETag": '"1"'})
    return served.url("/data.json")


def datapackage(served: Department, folder: Path, titles: dict[str, str]) -> str:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for key, title in titles.items():
            descriptor = {"name": f"package-{key}", "title": title, "resources": [{"name": "t", "path": "t.csv"}]}
            archive.writestr(f"{key}/datapackage.json", json.dumps(descriptor))
            archive.writestr(f"{key}/t.csv", "id\n1\n")
    served.answers["/p.zip"] = Answer(target.getvalue())
    return served.url("/p.zip")


def files(served: Department, folder: Path, titles: dict[str, str]) -> str:
    rows = [["编号", "名称", "文件"], *([key, title, f"{key}.csv"] for key, title in titles.items())]
    with (folder / "目录.csv").open("w", encoding="gbk", newline="") as sheet:
        csv.writer(sheet).writerows(rows)
    for key in titles:
        (folder / f"{key}.csv").write_text("id\n1\n")
    return str(folder)


def rdf(served: Department, folder: Path, titles: dict[str, str]) -> str:
    lines = ["@prefix dcat: <http://www.w3.org/ns/dcat#> .", "@prefix dct: <http://purl.org/dc/terms/> ."]
    lines += [f'<https://x.example/{key}> a dcat:Dataset ; dct:title "{title}" .' for key, title in titles.items()]
    lines += ["<https://x.example/> a dcat:Catalog ."]
    served.answers["/c.ttl"] = Answer("\n".join(lines), headers={"Content-Type": "text/turtle", "ETag": '"1"'})
    return served.url("/c.ttl")


DESCRIPTION = """
items: results
id: key
paging: {kind: offset, parameter: offset, size_parameter: limit, size: 1}
fields: {title: title}
"""


def rest(served: Department, folder: Path, titles: dict[str, str]) -> str:
    found = [{"key": key, "title": title} for key, title in titles.items()]

    def page(path: str, headers: dict[str, str]) -> Answer:
        start = int(path.split("offset=")[1].split("&")[0])
        return Answer(json.dumps({"results": found[start : start + 1]}))

    served.answers["/api"] = page
    return served.url("/api")


def sql(served: Department, folder: Path, titles: dict[str, str]) -> str:
    path = folder / "register.db"
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as base:
        for title in TITLES.values():
            base.execute(f'create table "{title}" (id integer primary key, name text, share numeric)')
            rows = [(1, "甲", 1.5), (2, None, 2.5), (3, "".join(titles.values()) if title == TITLES["b"] else "", 0)]
            base.executemany(f'insert into "{title}" values (?, ?, ?)', rows)
        base.commit()
    return f"sqlite:///{path}"


def pages(served: Department, folder: Path, titles: dict[str, str]) -> str:
    entries = "".join(f"<url><loc>{served.url(f'/p/{key}')}</loc></url>" for key in [*titles, "hidden"])
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    served.answers["/sitemap.xml"] = Answer(sitemap, headers={"Content-Type": "application/xml"})
    served.answers["/robots.txt"] = Answer(
        "User-agent: *\nDisallow: /p/hidden\n", headers={"Content-Type": "text/plain"}
    )
    for key, title in titles.items():
        node = {"@context": "https://schema.org", "@type": "Dataset", "name": title, "description": "d"}
        body = f'<html><script type="application/ld+json">{json.dumps(node)}</script><p>{key}</p></html>'
        served.answers[f"/p/{key}"] = Answer(body, headers={"Content-Type": "text/html"})
    return served.url("/sitemap.xml")


def catalogue(served: Department, folder: Path, titles: dict[str, str]) -> str:
    rows = [["信息资源名称", "信息资源代码", "信息资源提供方", "信息资源摘要", "共享类型", "信息项名称"]]
    for key, title in titles.items():
        rows += [[title, f"30701/{key}", "民政局", "摘要", "无条件共享", "姓名"], ["", "", "", "", "", "年龄"]]
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    served.answers["/c.csv"] = Answer(target.getvalue().encode("gbk"), headers={"Content-Type": "text/csv"})
    return served.url("/c.csv")


CASES: dict[str, Callable[[Department, Path, dict[str, str]], str]] = {
    "ckan": ckan,
    "data-json": data_json,
    "datapackage": datapackage,
    "folder": files,
    "dcat-rdf": rdf,
    "rest": rest,
    "sql": sql,
    "web-page": pages,
    "catalogue-sheet": catalogue,
}
OPTIONS: dict[str, dict[str, str]] = {"rest": {"description": DESCRIPTION}}
LOCAL = frozenset({"folder", "sql"})
every = pytest.mark.parametrize("kind", sorted(SOURCES))
remote = pytest.mark.parametrize("kind", sorted(set(SOURCES) - LOCAL))


@pytest.fixture
def served() -> Iterator[Department]:
    with department() as told:
        yield told


@pytest.fixture
def gather(tmp_path: Path) -> Iterator[Callable[..., list[Raw]]]:
    feed, own = tmp_path / "feed", tmp_path / "run"
    own.mkdir()
    allowed = Allowed(hosts=("127.0.0.1",), folders=(str(feed), str(own)))
    with Fetcher(allowed, Limits(read=0.5, attempts=2), sleep=lambda seconds: None) as client:

        def gathered(kind: str, url: str, freshness: Freshness | None = None) -> list[Raw]:
            options = OPTIONS.get(kind, {})
            context = Context(url=url, fetcher=client, folder=own, options=options, freshness=freshness or Freshness())
            records = list(SOURCES[kind].gather(context))
            for raw in records:
                if raw.problem is None:
                    parsed = SOURCES[kind].to_dataset(raw, context)
                    assert parsed.dataset.title
            return records

        yield gathered


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    folder = tmp_path / "feed"
    folder.mkdir()
    return folder


def test_every_type_has_a_case() -> None:
    assert set(SOURCES) <= set(CASES)


@every
def test_the_words_are_in_both_languages(kind: str) -> None:
    source = SOURCES[kind]
    told = [source.label, source.help, *(option.help for option in source.options)]
    assert source.name == kind
    assert all(text.zh and text.en and text.zh != text.en for text in told)


@every
def test_every_record_comes_once_with_an_id(kind: str, served: Department, feed: Path, gather: Any) -> None:
    records = gather(kind, CASES[kind](served, feed, TITLES))
    assert len(records) == 2
    assert len({raw.remote_id for raw in records}) == 2
    assert all(raw.remote_id and raw.problem is None for raw in records)


@every
def test_reading_again_gives_the_same_hashes(kind: str, served: Department, feed: Path, gather: Any) -> None:
    url = CASES[kind](served, feed, TITLES)
    hashes = [[fingerprint(raw.payload, SOURCES[kind].volatile) for raw in gather(kind, url)] for _ in range(2)]
    assert hashes[0] == hashes[1]


@every
def test_a_changed_record_has_another_hash(kind: str, served: Department, feed: Path, gather: Any) -> None:
    first = {r.remote_id: fingerprint(r.payload) for r in gather(kind, CASES[kind](served, feed, TITLES))}
    changed = {**TITLES, "b": "Bus stops 公交站点"}
    second = {r.remote_id: fingerprint(r.payload) for r in gather(kind, CASES[kind](served, feed, changed))}
    assert first.keys() == second.keys()
    assert sum(first[key] != second[key] for key in first) == 1


@every
def test_titles_arrive_whole(kind: str, served: Department, feed: Path, gather: Any) -> None:
    url = CASES[kind](served, feed, TITLES)
    assert {str(raw.payload["title"]) for raw in gather(kind, url)} == set(TITLES.values())


def test_a_database_needs_the_operator_s_leave(served: Department, feed: Path, tmp_path: Path, gather: Any) -> None:
    (tmp_path / "other.db").touch()
    for url, code in [
        (f"sqlite:///{tmp_path}/other.db", "folder-refused"),
        ("postgresql+psycopg://reader@10.0.0.1/register", "address-refused"),
        (f"sqlite:///{feed}/none.db", "file-missing"),
    ]:
        with pytest.raises(Fetching) as caught:
            gather("sql", url)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("kind", "url", "options", "field"),
    [
        ("sql", "postgresql://reader:secret@db/x", {}, "url"),
        ("sql", "not an address", {}, "url"),
        ("sql", "sqlite:///x.db", {"query": "delete from x", "title": "x"}, "options.query"),
        ("sql", "sqlite:///x.db", {"query": "select 1; drop table x", "title": "x"}, "options.query"),
        ("sql", "sqlite:///x.db", {"query": "select 1"}, "options.title"),
        ("rest", "http://x", {"description": "fields: {title: '['}"}, "options.description"),
        ("rest", "http://x", {"description": "fields: {subtitle: a}"}, "options.description"),
        ("rest", "http://x", {"description": "{"}, "options.description"),
        ("rest", "http://x", {}, "options.description"),
    ],
)
def test_wrong_options_are_refused_when_entered(kind: str, url: str, options: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        SOURCES[kind].check(url, options)
    assert list(caught.value.errors) == [field]


@remote
@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (Answer(status=403), {"forbidden"}),
        (Answer(status=404), {"not-found"}),
        (Answer(status=500), {"server-error"}),
        (Answer("{}", stall=2), {"timed-out"}),
        (Answer('{"dataset": [', cut=5), {"truncated"}),
        (
            Answer("<!DOCTYPE html><title>Login</title>", headers={"Content-Type": "text/html"}),
            {"html-instead-of-json"},
        ),
        (Answer('{\n "a": oops}'), {"not-json", "not-rdf", "not-a-catalogue"}),
        (Answer('{"hello": "world"}'), {"not-a-catalogue"}),
        (Answer(b"\x00\x01\x02"), {"not-json", "not-rdf", "not-a-catalogue"}),
    ],
)
def test_a_broken_catalogue_is_a_named_fault(
    kind: str, answer: Answer, codes: set[str], served: Department, feed: Path, gather: Any
) -> None:
    url = CASES[kind](served, feed, TITLES)
    served.answers = dict.fromkeys(served.answers, answer)
    with pytest.raises(Fetching) as caught:
        gather(kind, url)
    assert caught.value.code in codes
    assert caught.value.remedy.zh


def test_a_next_page_never_leads_to_local_files(served: Department, feed: Path, gather: Any) -> None:
    secret = feed / "secret.ttl"
    secret.write_text("<http://x/1> a <http://www.w3.org/ns/dcat#Dataset> .")
    page = f'<http://x/> <http://www.w3.org/ns/hydra/core#next> "{secret.as_uri()}" .'
    served.answers["/c.ttl"] = Answer(page, headers={"Content-Type": "text/turtle"})
    with pytest.raises(Fetching) as caught:
        gather("dcat-rdf", served.url("/c.ttl"))
    assert caught.value.code == "redirect-refused"


@pytest.mark.parametrize("kind", [k for k in ("data-json", "dcat-rdf") if k in SOURCES])
def test_an_unchanged_catalogue_is_not_read(kind: str, served: Department, feed: Path, gather: Any) -> None:
    url = CASES[kind](served, feed, TITLES)
    served.answers = dict.fromkeys(served.answers, Answer(status=304))
    with pytest.raises(Unchanged):
        gather(kind, url, Freshness(etag='"1"'))


@pytest.mark.parametrize("kind", [k for k in ("data-json", "ckan") if k in SOURCES])
def test_a_nameless_record_is_a_finding_of_its_own(kind: str, served: Department, feed: Path, gather: Any) -> None:
    url = CASES[kind](served, feed, TITLES)
    nameless: dict[str, Any] = {"title": "Nameless"}
    page = {"count": 1, "results": [nameless]} if kind == "ckan" else {}
    body = (
        {"success": True, "result": page}
        if kind == "ckan"
        else {"dataset": [nameless, "text", {"identifier": "x", "title": "X"}]}
    )
    served.answers = dict.fromkeys(served.answers, Answer(json.dumps(body)))
    problems = [raw.problem.code for raw in gather(kind, url) if raw.problem]
    assert problems[0] == "no-identifier"
