"""The query language: what is meant, what is refused and where, and that nothing written breaks it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from luqum.thread import parse as luqum_parse

from schemas.errors import Invalid
from search.datemath import span
from search.lucene import assemble
from search.names import ckan, own
from search.query import (
    BY_SCORE,
    All,
    Bool,
    Boost,
    Clause,
    Constant,
    DisMax,
    Exists,
    Fuzzy,
    Nothing,
    Phrase,
    Range,
    Sort,
    Term,
    Terms,
    Wildcard,
)
from search.syntax import dismax, enough, parse_filter, parse_q, parse_sort, parse_weights

NOW = datetime(2024, 3, 31, 15, 4, 5, tzinfo=UTC)
A, B, C = Term("text", "a"), Term("text", "b"), Term("text", "c")


def meant(text: str) -> Clause:
    return parse_filter(text, NOW)


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("", All()),
        ("*:*", All()),
        ("*", All()),
        ("organization:x", Term("organization", "x")),
        ("-organization:x", Bool(must_not=(Term("organization", "x"),))),
        ("!dataset_type:showcase", Bool(must_not=(Term("kind", "showcase"),))),
        ("+dataset_type:harvest", Term("kind", "harvest")),
        ("a b", Bool(must=(A, B))),
        ("a AND b", Bool(must=(A, B))),
        ("a && b || !c", Bool(must=(A,), should=(B,), must_not=(C,))),
        ("a OR b c", Bool(must=(C,), should=(A, B))),
        ("a b OR c", Bool(must=(A,), should=(B, C))),
        ("a AND b OR c", Bool(must=(A,), should=(B, C))),
        ("a NOT b", Bool(must=(A,), must_not=(B,))),
        ("a - b", Bool(must=(A,), must_not=(B,))),
        ("(a OR b) AND c", Bool(must=(Bool(should=(A, B), minimum=1), C))),
        ("id:(a OR b OR c)", Terms("id", ("a", "b", "c"))),
        ("id:(a OR b)^2", Boost(Terms("id", ("a", "b")), 2.0)),
        ("title:(health -care)", Bool(must=(Term("title", "health"),), must_not=(Term("title", "care"),))),
        ("tags:\"a b\"", Term("keywords", "a b")),
        ("title:\"a b\"~3", Phrase("title", "a b", 3)),
        ("title:\"say \\\"x\\\"\"", Phrase("title", 'say "x"')),
        ("foo\\ bar", Term("text", "foo bar")),
        ("url:http\\://x.org/a", Term("landing_page", "http://x.org/a")),
        ('url:"http://x.org/a?b=*"', Term("landing_page", "http://x.org/a?b=*")),
        ("popola*", Wildcard("text", "popola*")),
        ("p?p\\*", Wildcard("text", "p?p\\*")),
        ("title:*", Exists("title")),
        ("extras_x:*", Exists("extras.x")),
        ("title:health~1", Fuzzy("title", "health", 1)),
        ("title:salute~2^3", Boost(Fuzzy("title", "salute", 2), 3.0)),
        ("health~", Fuzzy("text", "health", 2)),
        ("health~0.8", Fuzzy("text", "health", 1)),
        ("title:a^=2", Constant(Term("title", "a"), 2.0)),
        ("vocab_frequency:daily", Term("terms.frequency", "daily")),
        ("extras_region:Nanshan", Term("extras.region", "Nanshan")),
        ("region:Nanshan", Term("extras.region", "Nanshan")),
        ("site_id:default", All()),
        ("site_id:other", Nothing()),
        ("private:true", Term("visibility", "private")),
        ("num_resources:[1 TO *]", Range("resource_count", 1.0, None)),
        ("num_resources:{1 TO 5]", Range("resource_count", 1.0, 5.0, False, True)),
        ("num_resources:2", Term("resource_count", 2.0)),
        ("metadata_modified:[* TO *]", Exists("changed")),
        ("metadata_modified:[2015-10-23T14:51:13.282361Z TO *]",
         Range("changed", datetime(2015, 10, 23, 14, 51, 13, 282361, UTC), None)),
        ("metadata_modified:[NOW-1MONTH TO NOW]", Range("changed", datetime(2024, 2, 29, 15, 4, 5, tzinfo=UTC), NOW)),
        ("metadata_modified:[NOW/DAY TO *]", Range("changed", datetime(2024, 3, 31, tzinfo=UTC), None)),
        ("metadata_modified:[\"2024-01-01T00:00:00Z\" TO 2024]",
         Range("changed", datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, 23, 59, 59, 999999, UTC))),
        ("(creator_user_id:x AND +state:draft)", Bool(must=(Term("created_by", "x"), Term("state", "draft")))),
        ("空气 质量", Bool(must=(Term("text", "空气"), Term("text", "质量")))),
        ("标题:值", Term("extras.标题", "值")),
        ("title : a", Term("title", "a")),
        ("ANDROID ORACLE NOTE", Bool(must=(Term("text", "ANDROID"), Term("text", "ORACLE"), Term("text", "NOTE")))),
    ],
)  # fmt: skip
def test_lucene_means_what_solr_means(text: str, clause: Clause) -> None:
    def plain(one: Clause) -> str:
        return re.sub(r", minimum=\w+", "", repr(one))

    assert plain(meant(text)) == plain(clause)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("title:\"x", 7),
        ("organization:", 14),
        ("organization: -a:b", 15),
        ("(a", 3),
        ("a)", 2),
        ("()", 2),
        ("AND a", 1),
        ("a AND", 6),
        ("a OR OR b", 6),
        ("&&", 1),
        ("a:b:c", 4),
        ("http://x.org", 6),
        ("/regex/", 1),
        ("[1 TO", 3),
        ("num_resources:[1 2]", 17),
        ("num_resources:[1 TO 2", 22),
        ("num_resources:many", 15),
        ("num_resources:nan", 15),
        ("title:[a TO b]", 7),
        ("name:[a TO b]", 6),
        ("metadata_modified:yesterday", 19),
        ("metadata_modified:[NOW-1FOO TO NOW]", 19),
        ("metadata_modified:[NOW-999999999YEARS TO NOW]", 19),
        ("num_resources:>5", 15),
        ("a^", 2),
        ("a" * 200 + "*", 1),
        (" ".join(["a*"] * 30), 63),
        ("(" * 60 + "a" + ")" * 60, 52),
        ("a " * 3000, 4002),
        ("x" * 200_000, 100_001),
        ("{!lucene}x", 1),
        ("a {!x}", 3),
    ],
)  # fmt: skip
def test_refusal_tells_parameter_and_place(text: str, place: int) -> None:
    with pytest.raises(Invalid) as refused:
        meant(text)
    assert list(refused.value.errors) == ["fq"]
    told = int(re.search(r"character (\d+)", str(refused.value))[1])  # type: ignore[index]
    assert abs(told - place) <= 1
    assert f"第 {told} 个字符" in refused.value.message.zh


@pytest.mark.parametrize(
    ("count", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (10, 8), (0, 0)]
)  # fmt: skip
def test_as_many_words_must_match_as_ckan_asks(count: int, needed: int) -> None:
    assert enough("2<-1 5<80%", count) == needed


@pytest.mark.parametrize(
    ("minimum", "count", "needed"),
    [("2", 5, 2), ("-1", 5, 4), ("75%", 5, 3), ("-25%", 5, 4), ("100%", 3, 3), ("", 3, 3), ("9", 2, 2), ("-9", 2, 0)],
)
def test_minimum_takes_solrs_forms(minimum: str, count: int, needed: int) -> None:
    assert enough(minimum, count) == needed


@pytest.mark.parametrize("minimum", ["x", "2<y", "z<2", "%"])
def test_wrong_minimum_is_refused(minimum: str) -> None:
    with pytest.raises(Invalid):
        enough(minimum, 3)


def test_words_without_colon_are_read_forgivingly() -> None:
    for text in ("a ( b", 'a "b', "a [1 TO", "*", "\\", "a -", "+", "scho*~^", "!!", '"'):
        parse_q(text, NOW)
    one = DisMax((Term("text", "a"),))
    assert dismax("a", {"text": 1.0}, tie=0.0) == one
    assert dismax("a -b", {"text": 1.0}, tie=0.0) == Bool(
        should=(one,), must_not=(DisMax((Term("text", "b"),)),), minimum=1
    )
    assert dismax('"a b"', {"text": 1.0}, tie=0.0) == DisMax((Phrase("text", "a b"),))


@pytest.mark.parametrize("text", ["&&", "a AND", "OR a", "a AND OR b", "a NOT", "||"])
def test_lone_operators_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_q(text, NOW)


@pytest.mark.parametrize(
    ("sort", "keys"),
    [
        (None, BY_SCORE),
        ("rank", BY_SCORE),
        ("", (Sort("created"),)),
        ("no_such asc", (Sort("created"),)),
        ("title_string asc, metadata_modified DESC", (Sort("title_sort"), Sort("changed", True), Sort("created"))),
        ("score desc,name  asc", (Sort("score", True), Sort("name"), Sort("created"))),
        ("views_recent desc", (Sort("recent_uses", True), Sort("created"))),
    ],
)
def test_sort_takes_fields_with_directions(sort: str | None, keys: tuple[Sort, ...]) -> None:
    assert parse_sort(sort) == keys


@pytest.mark.parametrize("sort", ["name", "name up", "asc", "name asc; drop", ",".join(["id asc"] * 20)])
def test_wrong_sort_is_refused(sort: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_sort(sort)
    assert refused.value.code == "sort-syntax"


def test_weights_are_read() -> None:
    assert parse_weights("title^4 tags^2.5 text") == {"title": 4.0, "keywords": 2.5, "text": 1.0}
    with pytest.raises(Invalid):
        parse_weights("title^x")


def test_own_names_do_not_know_ckan() -> None:
    assert own("keywords").field == "keywords"
    assert own("tags").field == "extras.tags"
    assert ckan("tags").field == "keywords"
    assert ckan("labels").field == "extras.labels"
    assert ckan("no such").field == "extras.no such"


TEXTS = st.text(alphabet=st.sampled_from('ab空 +-!&|()[]{}^"~*?:\\/.,ANDORTO01<>=\t\n\x00#%'), max_size=60)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_nothing_written_breaks_the_parsers(text: str) -> None:
    for parse in (parse_filter, parse_q):
        with suppress(Invalid):
            parse(text, NOW)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_quoted_text_is_only_text(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    if "{!" not in text:
        assert meant(f'organization:"{quoted}"') == Term("organization", text)


WORDS = st.sampled_from(["alpha", "beta", "gamma"])
PLAIN = st.recursive(
    st.builds(lambda word: word, WORDS),
    lambda inner: st.one_of(
        st.builds(lambda left, right: f"({left} AND {right})", inner, inner),
        st.builds(lambda left, right: f"({left} OR {right})", inner, inner),
        st.builds(lambda left, right: f"({left} AND NOT {right})", inner, inner),
    ),
    max_leaves=6,
)


def _holds(clause: Clause, words: frozenset[str]) -> bool:
    if isinstance(clause, Term):
        return clause.value in words
    assert isinstance(clause, Bool)
    must = all(_holds(one, words) for one in clause.must) and not any(_holds(one, words) for one in clause.must_not)
    likes = any(_holds(one, words) for one in clause.should)
    return must and (likes or bool(clause.must) or not clause.should)


def _luqum_holds(node: object, words: frozenset[str]) -> bool:
    kind = type(node).__name__
    children = getattr(node, "children", ())
    if kind == "Word":
        return str(node).strip() in words
    if kind == "OrOperation":
        return any(_luqum_holds(child, words) for child in children)
    if kind == "Not":
        return not _luqum_holds(children[0], words)
    return all(_luqum_holds(child, words) for child in children)


@settings(max_examples=150, deadline=None)
@given(PLAIN, st.frozensets(WORDS))
def test_bracketed_logic_agrees_with_luqum(text: str, words: frozenset[str]) -> None:
    assert _holds(meant(text), words) == _luqum_holds(luqum_parse(text), words)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="NOW0123456789+-/DAYSMONTHER:TZ.", max_size=30))
def test_date_math_answers_or_raises_value_error(text: str) -> None:
    try:
        first, last = span(text, NOW)
    except ValueError:
        return
    assert first <= last
    assert first.tzinfo is not None


def test_alternatives_of_one_exact_field_become_a_set() -> None:
    assert assemble([("should", Term("name", "a")), ("should", Term("name", "b"))]) == Terms("name", ("a", "b"))
