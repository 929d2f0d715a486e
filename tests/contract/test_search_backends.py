"""What every search engine must do: one suite, played on each of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Invalid, Unavailable
from schemas.model import Dataset, Organization, Resource
from search.backends import Backend, open_backend
from search.document import NO_FACTS, Column, Document, Facts, to_document
from search.query import (
    All,
    Bool,
    Boost,
    Clause,
    Constant,
    Count,
    DisMax,
    Exists,
    Facet,
    Fuzzy,
    Nothing,
    Phrase,
    Query,
    Range,
    Sort,
    Term,
    Terms,
    Wildcard,
    all_of,
    any_of,
    none_of,
)

EVERYTHING = All()
START = datetime(2024, 1, 1, tzinfo=UTC)
HEALTH = Organization(id="o-health", name="health-bureau", title="卫生健康委员会")
ROADS = Organization(id="o-roads", name="roads-bureau", title="Roads Bureau")
AIR = Organization(id="g-air", name="air", title="空气", kind="group")


def made(number: int, facts: Facts = NO_FACTS, owner: Organization = ROADS, **fields: object) -> Document:
    """Make a document: number sets id, name and when it was made and changed."""
    moment = START + timedelta(days=number)
    told = {"title": f"Dataset {number}", "created": moment, "changed": moment, "revision": 1, **fields}
    themes = [AIR] if AIR.id in told.get("themes", ()) else []  # type: ignore[operator]
    dataset = Dataset(id=f"id-{number}", name=f"set-{number}", owner=owner.id, **told)  # type: ignore[arg-type]
    return to_document(dataset, owner, themes, facts)


def files(*formats: str) -> tuple[Resource, ...]:
    return tuple(Resource(id=f"r-{place}", format=one, url=f"http://e.org/{one}") for place, one in enumerate(formats))


CATALOGUE = (
    made(1, title="Bus routes and stops", description="All bus lines of the city", keywords=("bus", "public transport"),
         licence="cc-by", resources=files("CSV", "GeoJSON"), extras={"region": "Nanshan"}),
    made(2, title="Metro ridership by station", description="Daily passengers counted at metro gates",
         keywords=("metro", "public transport"), licence="odbl", resources=files("CSV"), extras={"region": "Futian"}),
    made(3, title="School buses", description="Populations of schools", keywords=("school",), licence="cc-by",
         resources=files("XLSX")),
    made(4, Facts(columns=(Column("pm25", "细颗粒物"),), has_table=True, row_count=120), HEALTH,
         title="空气质量监测数据", description="各监测站每小时的空气质量", keywords=("空气", "环境"), themes=("g-air",),
         issued="2020-05-01"),
    made(5, owner=HEALTH, title="醫院床位統計", description="各區醫院的床位數", keywords=("醫療",), issued="2022"),
    made(6, owner=HEALTH, title="Hidden exam results", keywords=("secret",), visibility="private", created_by="u-1"),
)  # fmt: skip


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "embedded":
        yield str(tmp_path / "index")
        return
    url = request.getfixturevalue("elasticsearch_url").rstrip("/")
    prefix = f"gongkai-test-{uuid.uuid4().hex[:12]}"
    yield f"{url}/{prefix}"
    with Elasticsearch(url, request_timeout=60) as client:
        for index in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=index)


@pytest.fixture
def empty(address: str) -> Iterator[Backend]:
    backend = open_backend(address)
    yield backend
    backend.close()


@pytest.fixture
def backend(empty: Backend) -> Backend:
    empty.write(CATALOGUE)
    return empty


def found(backend: Backend, where: Clause = EVERYTHING, **asked: object) -> list[str]:
    """Answer the numbers of the datasets that match, in order of their number."""
    results = backend.search(Query(where=where, rows=100, **asked))  # type: ignore[arg-type]
    assert results.total == len(results.hits)
    return sorted(id.removeprefix("id-") for id in results.ids)


@pytest.mark.parametrize(
    ("clause", "numbers"),
    [
        (All(), "12345"),
        (Nothing(), ""),
        (Term("title", "bus"), "1"),
        (Term("title", "BUSES"), "3"),
        (Term("text", "passenger"), "2"),
        (Term("words", "passengers"), "2"),
        (Term("words", "passenger"), ""),
        (Term("text", "public transport"), "12"),
        (Term("text", "transport public"), ""),
        (Term("keywords", "public transport"), "12"),
        (Term("keywords", "Public transport"), ""),
        (Term("organization", "health-bureau"), "45"),
        (Term("licence", "cc-by"), "13"),
        (Term("formats", "CSV"), "12"),
        (Term("extras.region", "Nanshan"), "1"),
        (Term("extras.no-such", "Nanshan"), ""),
        (Term("has_table", True), "4"),
        (Term("resource_count", 2), "1"),
        (Term("changed", START + timedelta(days=2)), "2"),
        (Term("columns", "pm25"), "4"),
        (Term("text", "细颗粒物"), "4"),
        (Terms("name", ("set-1", "set-3", "no-such")), "13"),
        (Terms("name", ()), ""),
        (Phrase("description", "bus lines"), "1"),
        (Phrase("description", "bus city"), ""),
        (Phrase("description", "bus city", slop=5), "1"),
        (Phrase("title", "metro rider", prefix=True), "2"),
        (Phrase("name", "set-", prefix=True), "12345"),
        (Wildcard("title", "rid*"), "2"),
        (Wildcard("text", "populati*"), "3"),
        (Wildcard("title", "st?ps"), "1"),
        (Wildcard("keywords", "public*"), "12"),
        (Wildcard("extras.region", "*ian"), "2"),
        (Wildcard("name", "set\\*"), ""),
        (Wildcard("title", "*质量*"), "4"),
        (Fuzzy("title", "metor", 1), "2"),
        (Fuzzy("title", "schol"), "3"),
        (Fuzzy("title", "zzzzzz"), ""),
        (Range("changed", START + timedelta(days=2), START + timedelta(days=4)), "234"),
        (Range("changed", START + timedelta(days=2), START + timedelta(days=4), False, False), "3"),
        (Range("changed", None, START + timedelta(days=2)), "12"),
        (Range("resource_count", 1, None), "123"),
        (Range("issued", None, datetime(2021, 1, 1, tzinfo=UTC)), "4"),
        (Range("row_count"), "4"),
        (Exists("issued"), "45"),
        (Exists("extras.region"), "12"),
        (Exists("description"), "12345"),
        (none_of(Exists("licence")), "45"),
        (any_of(Term("title", "bus"), Term("title", "metro")), "12"),
        (all_of(Term("text", "transport"), Term("text", "metro")), "2"),
        (Bool(must=(Term("text", "transport"),), must_not=(Term("text", "metro"),)), "1"),
        (Bool(should=(Term("text", "bus"), Term("text", "metro"), Term("text", "daily")), minimum=2), "2"),
        (Bool(must_not=(Term("text", "transport"),)), "345"),
        (Bool(), "12345"),
        (Bool(should=(Term("text", "bus"),), minimum=2), ""),
        (DisMax((Term("title", "bus"), Term("description", "schools")), 0.1), "13"),
        (DisMax(()), ""),
        (Boost(Constant(Term("title", "bus"), 2.0), 3.0), "1"),
    ],
    ids=repr,
)  # fmt: skip
def test_clause_finds_what_it_says(backend: Backend, clause: Clause, numbers: str) -> None:
    assert found(backend, clause) == list(numbers)
    assert found(backend, filters=(clause,)) == list(numbers)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("空气质量", "4"),
        ("质量监测", "4"),
        ("空量", ""),
        ("气", "4"),
        ("据", "4"),
        ("空氣質量", "4"),
        ("医院", "5"),
        ("醫院", "5"),
        ("床", "5"),
        ("ＢＵＳ", "1"),
        ("卫生", "45"),
    ],
)
def test_chinese_is_found_as_substring_in_any_script(backend: Backend, typed: str, numbers: str) -> None:
    assert found(backend, Term("text", typed)) == list(numbers)


def test_pinyin_and_initials_find_titles(backend: Backend) -> None:
    assert found(backend, Phrase("pinyin", "kong qi zhi liang")) == ["4"]
    assert found(backend, Phrase("initials", "k q z l")) == ["4"]


def test_visibility_hides_from_totals_facets_and_suggestions(backend: Backend) -> None:
    facet = (Facet("keywords", limit=-1),)
    public = backend.search(Query(facets=facet))
    assert (public.total, "secret" in {count.value for count in public.facets["keywords"]}) == (5, False)
    for label in ("org-o-health", "user-u-1", "dataset-id-6"):
        seen = backend.search(Query(visible=frozenset({"public", label}), facets=facet))
        assert (seen.total, Count("secret", 1) in seen.facets["keywords"]) == (6, True)
    assert backend.search(Query(visible=None)).total == 6
    assert backend.search(Query(visible=frozenset())).total == 0
    assert backend.search(Query(visible=frozenset({"org-other"}))).total == 0
    assert backend.suggest("secret") == ()


def test_facets_count_exactly_and_in_order(backend: Backend) -> None:
    fields = ("organization", "keywords", "formats", "extras.region", "has_table")
    facets = backend.search(Query(rows=0, facets=tuple(map(Facet, fields)))).facets
    assert facets["organization"] == (Count("roads-bureau", 3), Count("health-bureau", 2))
    assert facets["keywords"][0] == Count("public transport", 2)
    assert facets["formats"] == (Count("CSV", 2), Count("GeoJSON", 1), Count("XLSX", 1))
    assert facets["extras.region"] == (Count("Futian", 1), Count("Nanshan", 1))
    assert facets["has_table"] == (Count("false", 4), Count("true", 1))


def test_facets_follow_limit_and_mincount(backend: Backend) -> None:
    assert len(backend.search(Query(facets=(Facet("keywords", limit=2),))).facets["keywords"]) == 2
    assert len(backend.search(Query(facets=(Facet("keywords", limit=-1),))).facets["keywords"]) == 7
    assert backend.search(Query(facets=(Facet("keywords", limit=0),))).facets["keywords"] == ()
    assert backend.search(Query(facets=(Facet("keywords", mincount=2),))).facets["keywords"] == (
        Count("public transport", 2),
    )


def test_facet_counts_are_exact_with_many_values(empty: Backend) -> None:
    empty.write(made(number, keywords=(f"k{number % 300}", "all")) for number in range(700))
    empty.write(made(number, keywords=(f"k{number % 300}", "all")) for number in range(700, 900))
    counts = empty.search(Query(facets=(Facet("keywords", limit=-1),))).facets["keywords"]
    assert counts[0] == Count("all", 900)
    assert {count.count for count in counts[1:]} == {3}
    assert len(counts) == 301


def test_ticked_values_narrow_all_but_their_own_facet(backend: Backend) -> None:
    ticked = (("licence", Terms("licence", ("cc-by",))),)
    results = backend.search(Query(selected=ticked, facets=(Facet("licence"), Facet("keywords"))))
    assert results.total == 2
    assert results.facets["licence"] == (Count("cc-by", 2), Count("odbl", 1))
    assert {count.value for count in results.facets["keywords"]} == {"bus", "public transport", "school"}


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ((Sort("name", descending=True),), "54321"),
        ((Sort("changed"),), "12345"),
        ((Sort("changed", descending=True),), "54321"),
        ((Sort("licence"), Sort("name", descending=True)), "31254"),
        ((Sort("organization"), Sort("changed", descending=True)), "54321"),
        ((Sort("organization", descending=True), Sort("changed")), "12345"),
        ((Sort("resource_count", descending=True), Sort("name")), "12345"),
        ((Sort("issued", descending=True), Sort("name")), "54123"),
        ((Sort("title_sort"),), "12354"),
        ((Sort("title_first"),), "13254"),
        ((Sort("score", descending=True), Sort("changed", descending=True)), "54321"),
    ],
    ids=repr,
)
def test_order_follows_every_key(backend: Backend, sort: tuple[Sort, ...], order: str) -> None:
    assert "".join(id[-1] for id in backend.search(Query(sort=sort)).ids) == order


def test_title_ranks_before_description(backend: Backend) -> None:
    backend.write([made(7, title="Noise", description="Metro noise"), made(8, title="Metro", description="Noise")])
    words = DisMax((Boost(Term("title", "metro"), 4.0), Term("description", "metro")), 0.1)
    assert [hit.id for hit in backend.search(Query(where=words)).hits] == ["id-8", "id-2", "id-7"]


def test_weight_settles_between_equals_only_when_asked(empty: Backend) -> None:
    empty.write([made(1, title="Air"), made(2, Facts(quality=1.0), title="Air"), made(3, title="Air")])
    assert empty.search(Query(where=Term("title", "air"))).ids == ("id-3", "id-2", "id-1")
    assert empty.search(Query(where=Term("title", "air"), weighted=True)).ids == ("id-2", "id-3", "id-1")


def test_deep_pages_join_to_the_whole_without_gap_or_repeat(empty: Backend) -> None:
    empty.write(made(number, title="Same words", licence=f"l{number % 3}") for number in range(11_000))
    for sort in ((Sort("licence"), Sort("changed")), (Sort("score", True),), (Sort("changed", True),)):
        ends = [empty.search(Query(where=Term("title", "words"), sort=sort, start=start, rows=500)).ids
                for start in (0, 500, 10_000, 10_500)]  # fmt: skip
        assert [len(page) for page in ends] == [500] * 4
        assert len({id for page in ends for id in page}) == 2000
    for start in (11_000, 999_999, 2**31, 2**62):
        beyond = empty.search(Query(start=start, facets=(Facet("licence", limit=1),)))
        assert (beyond.total, beyond.hits, beyond.facets["licence"][0].count) == (11_000, (), 3667)
    last = empty.search(Query(sort=(Sort("licence"), Sort("changed")), start=10_999)).ids
    assert last == ("id-10997",)


def test_write_replaces_deletes_and_is_seen_by_other_handles(backend: Backend, address: str) -> None:
    other = open_backend(address)
    assert other.search(Query()).total == 5
    backend.write([made(1, title="Trams", revision=2)], deletes=["id-2", "no-such"])
    assert found(other, Term("title", "trams")) == ["1"]
    assert found(other, Term("title", "bus")) == []
    assert found(other) == ["1", "3", "4", "5"]
    assert dict(other.ids()) == {"id-1": 2, "id-3": 1, "id-4": 1, "id-5": 1, "id-6": 1}
    other.close()


def test_rebuild_swaps_at_its_end_only(backend: Backend, address: str) -> None:
    other = open_backend(address)
    with backend.rebuild() as next_one:
        next_one.write([made(7, title="Trams")])
        next_one.write([made(8, title="Trams")])
        assert other.search(Query()).total == 5
    assert found(other) == ["7", "8"]
    backend.write([made(9)])
    assert found(other) == ["7", "8", "9"]
    with backend.rebuild() as next_one:
        next_one.write([])
    assert found(other) == []
    other.close()


def test_broken_rebuild_leaves_the_live_index(backend: Backend) -> None:
    def fails() -> Iterator[Document]:
        yield made(7)
        raise RuntimeError("the catalogue fails")

    with pytest.raises(RuntimeError, match="catalogue"), backend.rebuild() as next_one:
        next_one.write(fails())
    assert found(backend) == list("12345")


@pytest.mark.parametrize(
    ("typed", "value"),
    [("pub", "public transport"), ("trans", "public transport"), ("空", "空气"), ("境", "环境"), ("huanj", "环境"),
     ("hj", "环境"), ("roads b", "roads-bureau"), ("bureau", "roads-bureau"), ("医疗", "醫療"),
     ("wsjk", "health-bureau")],
)  # fmt: skip
def test_suggestions_complete_words_pinyin_and_initials(backend: Backend, typed: str, value: str) -> None:
    assert value in {suggestion.value for suggestion in backend.suggest(typed)}


def test_suggestions_follow_kinds_limit_and_what_is_still_there(backend: Backend) -> None:
    assert {one.kind for one in backend.suggest("空", kinds=("theme",))} == {"theme"}
    assert len(backend.suggest("b", limit=1)) == 1
    assert backend.suggest("") == backend.suggest("  \t") == backend.suggest("zzz") == backend.suggest(".*") == ()
    assert backend.suggest("metro") != ()
    backend.write([], deletes=["id-2"])
    assert backend.suggest("metro") == ()


HOSTILE = (
    "", " ", "*", "**", "?*?*", ".*", "(", "[a", "a{1000}", "\\", "\\\\", '"', "a=b", "<1-99>", "@", "&&", "~", "#",
    "a" * 5000, "空" * 5000, "\x00", "\ud7ff", "\u202e", "😀", "a\tb\nc", "ِ", "'", "%", "{!lucene}x", "-", "^", "$",
)  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_hostile_values_are_only_values(backend: Backend, value: str) -> None:
    clauses: list[Clause] = []
    for field in ("title", "text", "words", "keywords", "extras.region", "extras.*", "name"):
        clauses += [Term(field, value), Phrase(field, value, 1), Phrase(field, value, prefix=True), Fuzzy(field, value)]
        clauses += [Terms(field, (value,)), Wildcard(field, value), Exists(field)]
    for clause in clauses:
        if len(value) > 100 and (isinstance(clause, Wildcard) or (isinstance(clause, Phrase) and clause.prefix)):
            continue
        assert backend.search(Query(where=clause, facets=(Facet("keywords"),))).total <= 5
    assert backend.suggest(value) is not None


@pytest.mark.parametrize(
    "query",
    [
        Query(where=Term("no_such", "x")),
        Query(where=Term("extras", "x")),
        Query(where=Term("title.x", "x")),
        Query(where=Term("title_sort", "x")),
        Query(where=Range("title", "a", "b")),
        Query(where=Range("changed", "yesterday")),
        Query(sort=(Sort("description"),)),
        Query(facets=(Facet("title"),)),
        Query(facets=(Facet("changed"),)),
        Query(where=Wildcard("keywords", "a" * 200 + "*")),
        Query(where=Wildcard("title", "a*b?" * 20)),
    ],
    ids=repr,
)
def test_question_about_what_no_field_can_answer_is_refused(backend: Backend, query: Query) -> None:
    with pytest.raises(Invalid):
        backend.search(query)


def test_odd_documents_are_taken(empty: Backend) -> None:
    odd = [
        made(
            1, title="x" * 40_000, keywords=("k" * 40_000,), extras={"a=b": "c", "": "d", "e": {"f": 1}, "g": [1, None]}
        ),
        made(2, title="\x00\u202e<script>", description="\n", keywords=tuple(f"tag {one}" for one in range(2000))),
        Document("id-3", {}),
    ]
    empty.write(odd)
    assert empty.search(Query(visible=None)).total == 3
    assert found(empty, Term("keywords", "k" * 40_000)) == ["1"]
    assert found(empty, Term("extras.a=b", "c")) == ["1"]
    assert found(empty, Term("extras.g", "1")) == ["1"]


def test_score_is_explained(backend: Backend) -> None:
    told = backend.explain(Query(where=Term("title", "bus")), "id-1")
    assert "bus" in told
    assert backend.explain(Query(), "no-such") == "{}"


@pytest.mark.elasticsearch
def test_elasticsearch_outage_is_unavailable() -> None:
    backend = open_backend("http://127.0.0.1:9/gongkai")
    for act in (lambda: backend.search(Query()), lambda: backend.suggest("a"), lambda: backend.write(CATALOGUE)):
        with pytest.raises(Unavailable):
            act()
    with pytest.raises(Unavailable):
        next(backend.ids())
    backend.close()


WORDS = st.sampled_from(["bus", "metro", "schools", "空气", "医院", "public transport", "daily"])
FIELDS_OF_TEXT = st.sampled_from(["title", "text", "description", "keyword_text"])
LEAVES: st.SearchStrategy[Clause] = st.one_of(
    st.builds(Term, FIELDS_OF_TEXT, WORDS),
    st.builds(Phrase, FIELDS_OF_TEXT, WORDS, st.integers(0, 2)),
    st.builds(Wildcard, FIELDS_OF_TEXT, st.sampled_from(["b*", "*t*", "s?hool*", "空*"])),
    st.builds(Term, st.sampled_from(["licence", "organization"]), st.sampled_from(["cc-by", "odbl", "health-bureau"])),
    st.builds(Range, st.just("changed"), st.just(START + timedelta(days=2)), st.none()),
    st.builds(Exists, st.sampled_from(["licence", "extras.region", "issued"])),
)
CLAUSES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Bool,
        st.lists(inner, max_size=2).map(tuple),
        st.lists(inner, max_size=3).map(tuple),
        st.lists(inner, max_size=1).map(tuple),
        st.sampled_from([None, None, 1, 2]),
    ),
    max_leaves=6,
)


@pytest.mark.elasticsearch
def test_engines_find_the_same(elasticsearch_url: str, tmp_path: Path) -> None:
    prefix = f"gongkai-test-{uuid.uuid4().hex[:12]}"
    embedded, elastic = open_backend(str(tmp_path)), open_backend(f"{elasticsearch_url.rstrip('/')}/{prefix}")
    embedded.write(CATALOGUE)
    elastic.write(CATALOGUE)

    @settings(max_examples=150, deadline=None, database=None)
    @given(CLAUSES)
    def agree(clause: Clause) -> None:
        query = Query(where=clause, rows=50, sort=(Sort("name"),), facets=(Facet("keywords"), Facet("licence")))
        one, other = embedded.search(query), elastic.search(query)
        assert (one.total, one.ids, one.facets) == (other.total, other.ids, other.facets)

    agree()
    with Elasticsearch(elasticsearch_url, request_timeout=60) as client:
        for index in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=index)
