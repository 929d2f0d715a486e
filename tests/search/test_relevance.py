"""What a person types finds what they mean, in either script and language, with typing errors and synonyms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.model import Dataset, Organization
from search import syllables
from search.backends import Backend, open_backend
from search.dictionary import Dictionary, NoDictionary, Opening, compile_into, compiled
from search.document import to_document
from search.query import Query, Sort
from search.relevance import SMALL, Reader, complete, completions
from search.synonyms import Synonyms
from search.syntax import parse_q
from search.units import cut

NOW = datetime(2024, 6, 1, tzinfo=UTC)
TITLES = {
    "air": "臺北市空氣品質監測站",
    "water": "水质监测月报",
    "bus": "Bus stops and routes",
    "parking": "公有停车场一览表",
    "library": "公共圖書館分布",
    "jobs": "Unemployment insurance claims",
    "hospice": "Hospice providers",
    "budget": "2023年度财政预算",
    "university": "University rankings",
    "universe": "Map of the universe",
    "taxi": "计程车营运情形",
    "noise": "Noise complaints",
}


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Dictionary:
    return Dictionary(compile_into(tmp_path_factory.mktemp("dictionary")))


@pytest.fixture(scope="module")
def reader(dictionary: Dictionary) -> Reader:
    return Reader(Synonyms(), lambda: dictionary)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    opened = open_backend(str(tmp_path_factory.mktemp("index")))
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    datasets = [
        Dataset(
            id=id, name=f"set-{id}", title=title, changed=moment, description="各区数据" if title > "一" else "Facts"
        )
        for id, title in TITLES.items()
    ]
    hidden = Dataset(id="hidden", name="hidden", title="Zebrafish secrets", visibility="private", owner="o")
    opened.write(to_document(one, Organization(id="o", name="o")) for one in (*datasets, hidden))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("typed", "first", "way"),
    [
        ("空氣品質", "air", "any-word"),
        ("空气品质", "air", "any-word"),
        ("空气质量", "air", "any-word"),
        ("空气质量数据", "air", "any-word"),
        ("kongqi", "air", "any-word"),
        ("kongqi pinzhi", "air", "any-word"),
        ("kqpz", "air", "any-word"),
        ("air quality", "air", "any-word"),
        ("bus stops", "bus", "any-word"),
        ("bus stpos", "bus", "any-word"),
        ("buses", "bus", "any-word"),
        ("公交车站", "bus", "any-word"),
        ("parking lots", "parking", "any-word"),
        ("tingchechang", "parking", "any-word"),
        ("图书馆在哪里", "library", "any-word"),
        ("失业保险", "jobs", "any-word"),
        ("unemploiment", "jobs", "any-word"),
        ("hospise", "hospice", "any-word"),
        ("预算 2023", "budget", "any-word"),
        ("university", "university", "any-word"),
        ("universe", "universe", "any-word"),
        ("出租车", "taxi", "any-word"),
        ("噪声投诉", "noise", "any-word"),
        ("水", "water", "any-word"),
        ("hosp", "hospice", "any-word"),
    ],
)
def test_typed_words_find_what_is_meant(backend: Backend, reader: Reader, typed: str, first: str, way: str) -> None:
    answer = reader.search(backend.search, typed, Query())
    assert answer.results.ids[:1] == (first,)
    assert answer.way == way


def test_nothing_typed_asks_for_everything(backend: Backend, reader: Reader) -> None:
    assert reader.search(backend.search, "  ", Query()).results.total == len(TITLES)


def test_a_minus_forbids_a_word(backend: Backend, reader: Reader) -> None:
    assert {"university", "universe"} & set(reader.search(backend.search, "university rankings", Query()).results.ids)
    assert "university" not in reader.search(backend.search, "university -rankings", Query()).results.ids
    assert "bus" in reader.search(backend.search, "-bus", Query()).results.ids


def test_enough_answers_stay_as_typed(backend: Backend, reader: Reader) -> None:
    backend.write(to_document(Dataset(id=f"t{n}", name=f"t{n}", title=f"Tramway line {n}")) for n in range(12))
    answer = reader.search(backend.search, "tramway", Query(rows=5))
    assert (answer.way, answer.results.total, len(answer.results.hits)) == ("as-typed", 12, 5)
    backend.write([], deletes=[f"t{n}" for n in range(12)])


def test_hidden_words_answer_like_unknown_ones(backend: Backend, reader: Reader) -> None:
    hidden = reader.search(backend.search, "zebrafish", Query())
    unknown = reader.search(backend.search, "zebrafysh", Query())
    assert (hidden.results.total, hidden.way) == (unknown.results.total, unknown.way) == (0, "any-word")


@settings(max_examples=60, deadline=None)
@given(typed=st.text(alphabet=st.sampled_from('空气质量abc "*():-+~\\^[]{}/0123é的'), max_size=40))
def test_nothing_typed_fails(typed: str, backend: Backend, reader: Reader) -> None:
    reader.search(backend.search, typed, Query())
    backend.search(Query(where=complete(typed)))


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("title:hospice", ("hospice",)),
        ("name:set-taxi OR name:set-bus", ("bus", "taxi")),
        ("ratio 2:1 taxi", ("taxi",)),
        ("title:(hospice", ("hospice",)),
    ],
)
def test_people_may_use_the_query_language(backend: Backend, reader: Reader, typed: str, ids: tuple[str, ...]) -> None:
    answer = reader.find(backend.search, typed, Query(sort=(Sort("name"),)), NOW)
    assert set(ids) <= set(answer.results.ids)


@pytest.mark.parametrize(
    ("q", "total", "way"),
    [
        ("hospice", 1, "as-typed"),
        ("hospise", 0, "as-typed"),
        ("hospise AND x", 0, "as-typed"),
        ("hospise*", 0, "as-typed"),
        ("-hospice", 11, "as-typed"),
        ("title:hospise", 0, "as-typed"),
        ("空气质量", 1, "any-word"),
        ("", 12, "as-typed"),
    ],
)
def test_clients_get_ckans_answer(backend: Backend, reader: Reader, q: str, total: int, way: str) -> None:
    answer = reader.find_as_ckan(backend.search, q, Query(), parse_q(q, NOW))
    assert (answer.way, answer.results.total) == (way, total)


def test_plain_words_of_clients_are_understood_in_a_large_catalogue(backend: Backend, reader: Reader) -> None:
    backend.write(to_document(Dataset(id=f"t{n}", name=f"t{n}", title=f"Filler {n}")) for n in range(SMALL))
    for q, ids in (("hospise", ("hospice",)), ("parking lots", ("parking",)), ("title:hospise", ()), ("hospise*", ())):
        assert reader.find_as_ckan(backend.search, q, Query(), parse_q(q, NOW)).results.ids[:1] == ids
    backend.write([], deletes=[f"t{n}" for n in range(SMALL)])


def test_another_order_keeps_to_what_was_typed(backend: Backend, reader: Reader) -> None:
    by_name = reader.search(backend.search, "hospice providers", Query(sort=(Sort("name"),)))
    assert (by_name.way, by_name.results.ids) == ("as-typed", ("hospice",))


@pytest.mark.parametrize("typed", ["a" * 400, "空" * 400, "a " * 200, "a*b?" * 90, "x" * 39 + "*"])
def test_long_texts_are_answered(backend: Backend, reader: Reader, typed: str) -> None:
    assert reader.find(backend.search, typed, Query(), NOW).results.total <= len(TITLES)
    assert backend.search(Query(where=complete(typed))).total <= len(TITLES)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("uni", "universe"), ("bus st", "bus"), ("空气", "air"), ("kongqi", "air"), ("set-tax", "taxi"),
     ("hospi", "hospice"), ("stops", "bus"), ("kqpz", "air")],
)  # fmt: skip
def test_beginnings_are_completed(backend: Backend, typed: str, first: str) -> None:
    assert first in backend.search(Query(where=complete(typed))).ids
    assert first in completions(backend.search, typed, Query()).ids


@pytest.mark.parametrize(
    ("typed", "units"),
    [
        ("空气质量监测", ["空气质量", "监测"]),
        ("高雄市停车场", ["高雄市", "停车场"]),
        ("105年火灾", ["105年", "火灾"]),
        ("parking lots downtown", ["parking lots", "downtown"]),
        ('"new york" taxi', ["new york", "taxi"]),
        ("PM2.5", ["pm2", "5"]),
        ("", []),
        ("的", ["的"]),
    ],
)
def test_text_is_cut_into_units(dictionary: Dictionary, typed: str, units: list[str]) -> None:
    assert [unit.text for unit in cut(typed, dictionary, Synonyms())] == units


def test_years_are_known_by_both_counts(dictionary: Dictionary) -> None:
    assert cut("105年", dictionary, Synonyms())[0].others == ("2016年", "2016")
    assert cut("2016年度", dictionary, Synonyms())[0].others == ("2016", "105年")
    assert cut("9999999年", dictionary, Synonyms())[0].others == ()


def test_words_that_say_little_are_not_required(dictionary: Dictionary) -> None:
    assert [unit.required for unit in cut("医院名单", dictionary, Synonyms())] == [True, False]
    assert [unit.required for unit in cut("list of data", dictionary, Synonyms())] == [True] * 3


def test_operators_synonyms_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.txt"
    synonyms = Synonyms(path)
    assert synonyms.of("blue bin") == ()
    path.write_text("Blue bins, 蓝色桶 # ours\nwaste => refuse\n", encoding="utf-8")
    assert synonyms.of("blue bin") == ("蓝色桶",)
    assert synonyms.of("蓝色桶") == ("blue bins",)
    assert "refuse" in synonyms.of("waste")
    assert synonyms.of("refuse") == ()
    assert "空气品质" in synonyms.of("空氣質量")
    path.write_bytes(b"\xff\xfe")
    assert synonyms.of("blue bin") == ()
    path.unlink()
    assert synonyms.of("空气质量") != ()


def test_dictionary_translates_both_ways(dictionary: Dictionary) -> None:
    assert "hospital" in dictionary.english("医院")
    assert "停车场" in dictionary.chinese("Parking Lots")
    assert dictionary.english("没有这个词") == dictionary.chinese("zzz") == ()
    assert NoDictionary().english("医院") == NoDictionary().chinese("hospital") == ()


def test_dictionary_is_compiled_beside_the_work(tmp_path: Path) -> None:
    opening = Opening(tmp_path)
    assert not opening().knows("医院")
    opening.wait(60)
    assert compiled(tmp_path).exists()
    assert opening().knows("医院")


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("kongqi", ("kong", "qi")),
        ("xian", ("xian",)),
        ("tushuguan", ("tu", "shu", "guan")),
        ("budget", None),
        ("", None),
    ],
)
def test_pinyin_is_cut_into_syllables(letters: str, first: tuple[str, ...] | None) -> None:
    assert syllables.splits(letters)[:1] == ((first,) if first else ())


def test_pinyin_keeps_other_ways() -> None:
    assert ("xi", "an") in syllables.splits("xian")
    assert syllables.initials("kqzl") == ("k", "q", "z", "l")
    assert syllables.initials("if") == syllables.initials("civil") == ()
