"""The site's own interface to tables pages, groups, compares and exports."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from tests.contract.site import fresh_site
from tests.web.api.test_datastore import Site

FIELDS = [
    {"id": "id", "type": "int"},
    {"id": "区", "type": "text"},
    {"id": "n", "type": "numeric"},
    {"id": "at", "type": "timestamp"},
]
ROWS = [
    {"id": i, "区": f"区{i % 3}" if i else "=1+1", "n": i / 4, "at": "2024-01-01T00:00:00" if i % 2 else None}
    for i in range(20)
]


class Tables:
    """One table asked by path."""

    def __init__(self, site: Site, table: str) -> None:
        self.site, self.table = site, table

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        answer = self.site.client.get(f"/api/tables/{self.table}{path}", headers=headers)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer


@pytest.fixture
def tables() -> Iterator[Tables]:
    with fresh_site() as (app, admin, user):
        site = Site(app, admin, user)
        yield Tables(site, site.table(fields=FIELDS, records=ROWS))


@pytest.mark.parametrize("order", ["", "id", "-id", "区,-n", "-at,n", "at,-区"])
def test_following_cursors_shows_each_row_once_in_order(tables: Tables, order: str) -> None:
    whole = tables.get(f"/rows?order={order}&limit=100").get_json()["rows"]
    seen, cursor = [], ""
    while cursor is not None:
        page = tables.get(f"/rows?order={order}&limit=3" + (f"&after={cursor}" if cursor else "")).get_json()
        seen += page["rows"]
        cursor = page["next"]
    assert seen == whole
    assert len(whole) == 20


def test_a_walk_stays_on_its_version_while_the_table_changes(tables: Tables) -> None:
    first = tables.get("/rows?limit=15").get_json()
    tables.site.act("datastore_records_delete", resource_id=tables.table, filters={"id": {"gt": 5}})
    second = tables.get(f"/rows?limit=15&after={first['next']}").get_json()
    assert (second["version"], len(second["rows"])) == (1, 5)
    assert len(tables.get("/rows").get_json()["rows"]) == 6


def test_rows_are_chosen_filtered_and_counted(tables: Tables) -> None:
    page = tables.get('/rows?select=id,区&filter={"id":{"gte":18}}&count=true').get_json()
    assert page == {"version": 1, "columns": ["id", "区"], "rows": [[18, "区0"], [19, "区1"]], "next": None, "total": 2}


def test_groups_are_measured(tables: Tables) -> None:
    groups = tables.get('/aggregate?by=区&values=count,sum:n,p50:id&filter={"id":{"gt":0}}&order=-count').get_json()
    assert groups["columns"] == ["区", "count", "sum:n", "p50:id"]
    assert groups["rows"][0] == ["区1", 7, 17.5, 10.0]


def test_versions_are_told_compared_and_read_as_of_a_moment(tables: Tables) -> None:
    tables.site.act("datastore_upsert", resource_id=tables.table, records=[{"id": 1, "n": 2}, {"id": 77}])
    newer, older = tables.get("/versions").get_json()["versions"]
    assert (newer["rows"], older["rows"]) == (21, 20)
    changed = tables.get("/diff").get_json()
    assert (changed["added"], changed["removed"], changed["changed"], changed["drift"]) == (1, 0, 1, [])
    assert len(tables.get("/rows?version=1&limit=50").get_json()["rows"]) == 20
    moment = older["at"].replace("+", "%2B")
    assert tables.get(f"/rows?as_of={moment}").get_json()["version"] == 1
    tables.get("/rows?as_of=1999-01-01", 404)


def test_a_version_unlike_the_one_before_is_told_of(tables: Tables) -> None:
    tables.site.act("datastore_records_delete", resource_id=tables.table, filters={"id": {"gt": 3}})
    drift = {finding["code"]: finding for finding in tables.get("/diff").get_json()["drift"]}
    assert drift["drift-rows"]["message"]["en"] == "The rows went from 20 to 4."


def test_profiles_tell_what_columns_are_like(tables: Tables) -> None:
    columns = {column["name"]: column for column in tables.get("/profile").get_json()["columns"]}
    assert (columns["id"]["minimum"], columns["id"]["maximum"], sum(columns["id"]["histogram"])) == (0, 19, 20)
    assert columns["at"]["missing"] == 10


def test_an_answer_is_not_sent_twice(tables: Tables) -> None:
    etag = tables.get("/rows?limit=2").headers["ETag"]
    tables.get("/rows?limit=2", 304, **{"If-None-Match": etag})
    tables.get("/rows?limit=3", 200, **{"If-None-Match": etag})
    tables.site.act("datastore_upsert", resource_id=tables.table, records=[{"id": 1, "n": 0}])
    tables.get("/rows?limit=2", 200, **{"If-None-Match": etag})


def test_exports_hold_the_same_rows(tables: Tables) -> None:
    chosen = 'filter={"id":{"lt":3}}&select=id,区,n'
    assert tables.get(f"/export.csv?{chosen}").get_data(as_text=True) == "id,区,n\n0,=1+1,0\n1,区1,0.25\n2,区2,0.5\n"
    assert (
        tables.get(f"/export.jsonl?{chosen}").get_data(as_text=True).splitlines()[1] == '{"id":1,"区":"区1","n":0.25}'
    )
    parquet = pq.read_table(io.BytesIO(tables.get(f"/export.parquet?{chosen}").get_data()))
    arrow = pa.ipc.open_stream(tables.get(f"/export.arrow?{chosen}").get_data()).read_all()
    assert parquet.column("id").to_pylist() == arrow.column("id").to_pylist() == [0, 1, 2]
    sheet = load_workbook(io.BytesIO(tables.get(f"/export.xlsx?{chosen}").get_data())).active
    assert sheet is not None
    cell = sheet["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_an_export_of_nothing_is_still_a_file(tables: Tables) -> None:
    nothing = 'filter={"id":-1}'
    assert tables.get(f"/export.csv?{nothing}").get_data(as_text=True) == "_id,id,区,n,at\n"
    assert pq.read_table(io.BytesIO(tables.get(f"/export.parquet?{nothing}").get_data())).num_rows == 0
    assert tables.get(f"/export.json?{nothing}").get_json()["records"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/rows?limit=x",
        "/rows?limit=-1",
        "/rows?after=zzz",
        "/rows?after=WzEsWzFdXQ",
        "/rows?order=no_such",
        "/rows?select=no_such",
        "/rows?filter=nonsense",
        "/rows?filter=[1]",
        '/rows?filter={"no_such":1}',
        "/rows?as_of=yesterday",
        "/aggregate?values=evil:id",
        "/aggregate?by=no_such",
        "/aggregate?order=no_such",
        "/export.pdf",
    ],
)
def test_what_cannot_be_is_refused_in_both_languages(tables: Tables, path: str) -> None:
    error = tables.get(path, 400).get_json()["error"]
    assert error["message"]["zh"]
    assert error["message"]["en"]
    assert error["fields"]


def test_every_address_is_in_the_document(tables: Tables) -> None:
    document = tables.site.client.get("/api/tables/openapi.json").get_json()
    rules = {rule.rule for rule in tables.site.client.application.url_map.iter_rules()}  # type: ignore[union-attr]
    served = {rule for rule in rules if rule.startswith("/api/tables/<")}
    named = {path.replace("{id}", "<resource_id>").replace("{format}", "<form>") for path in document["paths"]}
    assert served == named
