"""SQL from outside reads the tables that its caller may read, and nothing else can be done with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher import config, datastore, table_engine, table_sql
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.table_columns import column
from publisher.wiring import Platform, open_platform
from schemas.errors import GongkaiError, Invalid, NotAuthorized, NotFound
from tests.publisher import hostile
from tests.publisher.memory import MemoryIndex
from tests.publisher.test_tables import put

COLUMNS = (column("id", "integer32"), column("city", "text"), column("pop", "decimal"), column("capital", "boolean"))
ROWS = [
    {"id": 1, "city": "Shenzhen", "pop": 17560000, "capital": False},
    {"id": 2, "city": "Beijing", "pop": 21890000, "capital": True},
    {"id": 3, "city": "Shanghai", "pop": 24870000, "capital": False},
    {"id": 4, "city": "Guangzhou city", "pop": 18680000, "capital": False},
    {"id": 5, "city": "重庆 Chongqing", "pop": "32050000.5", "capital": None},
]


def fill(platform: Platform, rows: list[dict[str, Any]], visibility: str = "public", **more: Any) -> str:
    resource = put(platform, visibility)
    with platform.work(SYSTEM) as work:
        datastore.create(work, resource, columns=COLUMNS, rows=rows, **more)
    return resource


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Open one site for all statements: none of them may change it."""
    settings = config.load({}, data=tmp_path_factory.mktemp("site"), password_cost="low", testing=True)
    with open_platform(settings, upgrade=True, search=MemoryIndex()) as opened:
        yield opened


@pytest.fixture(scope="module")
def names(platform: Platform) -> dict[str, str]:
    secret = fill(platform, ROWS, "private", aliases=["secretalias"])
    big = fill(platform, [{"id": n, "city": "x" * 50, "pop": n} for n in range(3000)])
    found = {"t": fill(platform, ROWS), "secret": secret, "big": big}
    return {name: f'"{resource}"' for name, resource in found.items()} | {"secret_id": secret}


def run(platform: Platform, sql: str, names: dict[str, str], **more: Any) -> table_sql.SqlAnswer:
    with platform.read(ANONYMOUS) as work:
        return table_sql.search(work, sql.format(**names), **more)


@pytest.mark.parametrize(
    ("sql", "columns", "rows"),
    [
        ("SELECT id, pop FROM {t} WHERE id > 2 ORDER BY pop DESC LIMIT 1", ("id", "pop"), [(5, 32050000.5)]),
        ("SELECT count(*) AS n, avg(pop), max(id) FROM {t}", ("n", "avg", "max"), [(5, 23010000.1, 5)]),
        (
            "SELECT capital, count(*) FROM {t} GROUP BY capital ORDER BY 2",
            ("capital", "count"),
            [(None, 1), (True, 1), (False, 3)],
        ),
        ("SELECT a.city FROM {t} a JOIN {t} b ON a.id = b.id WHERE b.id = 2", ("city",), [("Beijing",)]),
        ("SELECT upper(city) u, id::text FROM {t} ORDER BY id LIMIT 1", ("u", "id"), [("SHENZHEN", "1")]),
        ("SELECT id FROM {t} WHERE city LIKE '%重庆%' OR id IN (SELECT 2)", ("id",), [(2,), (5,)]),
        ("SELECT 1, 'x', id + 1 FROM {t} LIMIT 1", ("?column?", "?column?", "?column?"), [(1, "x", 2)]),
        (
            "SELECT CASE WHEN id > 1 THEN 'b' ELSE 'a' END, coalesce(capital, false) FROM {t} ORDER BY id LIMIT 1",
            ("case", "coalesce"),
            [("a", False)],
        ),
        ("SELECT id FROM {t} WHERE id < 2 UNION SELECT id FROM {t} WHERE id > 4 ORDER BY id", ("id",), [(1,), (5,)]),
        ("SELECT sum(x.n) FROM (SELECT count(*) AS n FROM {t} GROUP BY capital) x", ("sum",), [(5,)]),
        ("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM {t}", ("percentile_cont",), [(3.0,)]),
        ("SELECT row_number() OVER (ORDER BY id DESC) AS n FROM {t} LIMIT 1", ("n",), [(1,)]),
        ("SELECT count(*) FILTER (WHERE capital) FROM {t}", ("count",), [(1,)]),
    ],
)  # fmt: skip
def test_a_select_answers_as_expected(
    platform: Platform, names: dict[str, str], sql: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    found = run(platform, sql, names)
    assert found.names == columns
    assert [tuple(float(v) if hasattr(v, "as_tuple") else v for v in row) for row in found.rows] == rows


def test_a_star_shows_the_words_of_each_row(platform: Platform, names: dict[str, str]) -> None:
    found = run(platform, "SELECT * FROM {t} WHERE id = 1", names)
    assert found.names == ("_id", "_full_text", "id", "city", "pop", "capital")
    assert found.rows[0][1] == "'1':1 '17560000':3 'fals':4 'shenzhen':2"


@pytest.mark.parametrize("sql", hostile.REFUSED)
def test_hostile_statements_are_refused(platform: Platform, names: dict[str, str], sql: str) -> None:
    with pytest.raises((Invalid, NotAuthorized, NotFound)):
        run(platform, sql, names)


def test_the_hostile_corpus_is_large_and_each_statement_is_another() -> None:
    assert len(set(hostile.REFUSED)) == len(hostile.REFUSED) >= 250


@pytest.mark.parametrize("sql", hostile.SLOW)
def test_endless_statements_are_stopped_in_time(platform: Platform, names: dict[str, str], sql: str) -> None:
    with pytest.raises(GongkaiError) as refused:
        run(platform, sql, names, seconds=0.5)
    assert refused.value.code in ("query-time", "query-memory")


def test_others_go_on_while_an_endless_statement_runs(platform: Platform, names: dict[str, str]) -> None:
    refused: list[str] = []

    def endless() -> None:
        try:
            run(platform, hostile.SLOW[0], names, seconds=1.0)
        except Invalid as error:
            refused.append(error.code)

    thread = threading.Thread(target=endless)
    thread.start()
    assert run(platform, "SELECT count(*) FROM {t}", names).rows == [(5,)]
    thread.join()
    assert refused == ["query-time"]


def test_endless_statements_wait_for_each_other_and_not_for_ever(
    platform: Platform, names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_engine, "GATE_SECONDS", 0.1)
    codes: list[str] = []

    def endless() -> None:
        try:
            run(platform, hostile.SLOW[0], names, seconds=1.5)
        except GongkaiError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=endless) for _ in range(table_engine.FREE_QUERIES + 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(codes)) == ["busy", "query-time"]
    assert codes.count("query-time") == table_engine.FREE_QUERIES
    assert run(platform, "SELECT count(*) FROM {t}", names).rows == [(5,)]


def test_a_private_table_answers_its_own_people_alone(platform: Platform, names: dict[str, str]) -> None:
    with platform.read(SYSTEM) as work:
        assert len(table_sql.search(work, "SELECT * FROM {secret}".format(**names)).rows) == 5
        assert len(table_sql.search(work, "SELECT * FROM secretalias").rows) == 5


def test_the_engine_itself_reaches_no_other_file_and_no_setting(platform: Platform, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.csv"
    outside.write_text("a\n1\n")
    for sql in (
        f"SELECT * FROM read_csv('{outside}')",
        f"COPY (SELECT 1) TO '{tmp_path.parent / 'written.csv'}'",
        f"ATTACH '{tmp_path.parent / 'x.db'}' AS x",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "LOAD httpfs",
    ):
        with pytest.raises(GongkaiError):
            platform.tables.rows(sql)


def test_answers_are_cut_and_say_so(platform: Platform, names: dict[str, str]) -> None:
    found = run(platform, "SELECT a.id FROM {big} a JOIN {big} b ON b.id < 20", names)
    assert (len(found.rows), found.truncated) == (32000, True)
