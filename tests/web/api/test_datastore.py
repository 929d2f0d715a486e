"""Clients read and write tables as they would on CKAN, and nobody sees a private one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from tests.contract.site import fresh_site

FIELDS = [{"id": "id", "type": "int"}, {"id": "city", "type": "text"}, {"id": "at", "type": "timestamp"}]
ROWS = [{"id": n, "city": f"城市 {n}", "at": "2024-01-02T03:04:05"} for n in range(1, 8)]


class Site:
    """One empty site with an owner's dataset, asked by name."""

    def __init__(self, app: Any, admin: str, user: str) -> None:
        self.client = Client(app)
        self.tokens = {"admin": admin, "user": user, "": ""}
        self.act("organization_create", name="bureau", title="Bureau")

    def send(self, action: str, who: str = "admin", **body: Any) -> tuple[int, Any]:
        headers = {"Authorization": self.tokens[who]} if who else {}
        answer = self.client.post(f"/api/3/action/{action}", json=body, headers=headers)
        return answer.status_code, answer.get_json()

    def act(self, action: str, who: str = "admin", **body: Any) -> Any:
        status, answer = self.send(action, who, **body)
        assert status == 200, answer
        return answer["result"]

    def refused(self, action: str, who: str = "admin", **body: Any) -> tuple[int, Any]:
        status, answer = self.send(action, who, **body)
        assert status >= 400
        return status, answer["error"]

    def table(self, private: bool = False, **more: Any) -> str:
        name = "secret" if private else "shown"
        self.act("package_create", name=name, owner_org="bureau", private=private)
        given = {"fields": FIELDS, "records": ROWS, "primary_key": "id"} | more
        return str(self.act("datastore_create", resource={"package_id": name}, **given)["resource_id"])


@pytest.fixture
def site() -> Iterator[Site]:
    with fresh_site() as (app, admin, user):
        yield Site(app, admin, user)


@pytest.mark.parametrize(
    ("filters", "found", "operation"),
    [
        ({"id": {"gt": 5}}, [6, 7], {"op": "gt", "field": "id", "value": 5}),
        ({"id": {"gte": 2, "lt": 4}}, [2, 3], None),
        ({"id": [{"lt": 2}, {"gt": 6}]}, [1, 7], None),
        ({"id": [{"eq": 3}, {"in": [5, 6]}]}, [3, 5, 6], None),
        ({"$or": [{"id": 1}, {"city": "城市 2"}]}, [1, 2], None),
        ({"$and": [{"id": {"gt": 1}}, {"id": {"lt": 3}}]}, [2], None),
        ({"id": {"gt": 1}, "city": ["城市 1", "城市 4"]}, [4], None),
    ],
)
def test_filters_take_ranges_and_combinations(site: Site, filters: Any, found: list[int], operation: Any) -> None:
    answer = site.act("datastore_search", "", resource_id=site.table(), filters=filters)
    assert [row["id"] for row in answer["records"]] == found
    assert answer["total"] == len(found)
    if operation:
        assert answer["filterops"] == operation


def test_pages_follow_each_other_to_the_end(site: Site) -> None:
    table = site.table()
    params: dict[str, Any] = {"resource_id": table, "limit": 3, "include_next_page": True}
    seen = []
    while params:
        answer = site.act("datastore_search", "", **params)
        seen += [row["_id"] for row in answer["records"]]
        params = answer.get("next_page")
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    linked = site.act("datastore_search", "", resource_id=table, limit=3, offset=3)["_links"]
    following = site.client.get(linked["next"]).get_json()["result"]
    assert [row["_id"] for row in following["records"]] == [7]
    before = site.client.get(linked["prev"]).get_json()["result"]
    assert [row["_id"] for row in before["records"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("form", "records"),
    [
        ("lists", [[1, 1, "城市 1", "2024-01-02T03:04:05.000"]]),
        ("csv", "1,1,城市 1,2024-01-02T03:04:05.000\n"),
        ("tsv", "1\t1\t城市 1\t2024-01-02T03:04:05.000\n"),
    ],
)
def test_records_come_in_the_form_that_was_asked(site: Site, form: str, records: Any) -> None:
    answer = site.act("datastore_search", "", resource_id=site.table(), limit=1, records_format=form)
    assert answer["records"] == records


@pytest.mark.parametrize(
    "params",
    [
        {"filters": {"no_such": 1}},
        {"filters": {"id": "x"}},
        {"filters": {"id": {"like": "x"}}},
        {"filters": 5},
        {"filters": {"$or": {"id": 1}}},
        {"fields": ["no_such"]},
        {"sort": "no_such desc"},
        {"sort": "id sideways"},
        {"q": {"city": {"a": 1}}},
        {"limit": -1},
        {"limit": "x"},
        {"offset": -5},
        {"records_format": "yaml"},
        {"q": "a &", "plain": False},
        {"q": "a", "language": "nonsense"},
        {"filters": json.loads('{"$and": [' * 25 + '{"id": 1}, {"id": 1}' + ', {"id": 1}]}' * 25)},
    ],
)
def test_a_search_that_cannot_be_is_refused_by_field(site: Site, params: dict[str, Any]) -> None:
    status, error = site.refused("datastore_search", "", resource_id=site.table(), **params)
    assert status in (400, 409)
    assert error["__type"] == "Validation Error" or status == 400


def test_a_private_table_is_shown_to_nobody_else(site: Site) -> None:
    table = site.table(private=True, aliases=["hidden_name"])
    for who in ("", "user"):
        for name in (table, "hidden_name"):
            assert site.refused("datastore_search", who, resource_id=name)[0] == 403
            assert site.refused("datastore_info", who, id=name)[0] == 403
            assert site.refused("datastore_search_sql", who, sql=f'SELECT count(*) FROM "{name}"')[0] == 403
            headers = {"Authorization": site.tokens[who]} if who else {}
            assert site.client.get(f"/datastore/dump/{name}", headers=headers).status_code == 404
        listed = site.act("datastore_search", who, resource_id="_table_metadata")
        assert (listed["records"], listed["total"]) == ([], 0)
        for path in ("", "/rows", "/aggregate", "/profile", "/versions", "/diff", "/export.csv"):
            answer = site.client.get(f"/api/tables/{table}{path}", headers=headers)
            assert answer.status_code == 403
            assert "城市" not in answer.get_data(as_text=True)
    assert site.act("datastore_search", resource_id="hidden_name")["total"] == 7


def test_an_alias_answers_like_its_table(site: Site) -> None:
    table = site.table(aliases="cities, towns")
    assert site.act("datastore_info", "", id="towns")["meta"]["aliases"] == ["cities", "towns"]
    assert site.act("datastore_search", "", resource_id="cities", limit=1)["total"] == 7
    assert site.act("datastore_search_sql", "", sql="SELECT count(*) FROM cities")["records"] == [{"count": 7}]
    assert site.refused("datastore_create", resource_id=table, aliases=[table])[0] == 409


def test_a_file_s_table_is_changed_only_by_force(site: Site) -> None:
    site.act("package_create", name="linked", owner_org="bureau")
    resource = site.act("resource_create", package_id="linked", url="http://example.org/x.csv")["id"]
    status, error = site.refused("datastore_create", resource_id=resource, records=[{"a": 1}])
    assert (status, list(error)) == (409, ["read-only", "__type"])
    site.act("datastore_create", resource_id=resource, records=[{"a": 1}], force=True)
    assert site.refused("datastore_upsert", resource_id=resource, records=[{"a": 2}], method="insert")[0] == 409
    assert site.act("resource_show", "", id=resource)["datastore_active"] is True


def test_rows_are_deleted_and_shown_where_asked(site: Site) -> None:
    table = site.table()
    gone = site.act("datastore_records_delete", resource_id=table, filters={"id": [1, 2]}, include_deleted_records=True)
    assert [row["id"] for row in gone["deleted_records"]] == [1, 2]
    assert site.act("datastore_search", "", resource_id=table)["total"] == 5
    assert site.refused("datastore_records_delete", resource_id=table)[0] == 409
    site.act("datastore_records_delete", resource_id=table, filters={})
    assert site.act("datastore_search", "", resource_id=table)["total"] == 0
    site.act("datastore_delete", resource_id=table)
    assert site.refused("datastore_search", "", resource_id=table)[0] == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fields": [{"id": "_x", "type": "text"}]}, "fields"),
        ({"fields": [{"id": 'a"b', "type": "text"}]}, "fields"),
        ({"fields": [{"id": "a", "type": "no_such"}]}, "fields"),
        ({"fields": [{"id": "a"}, {"id": "a"}]}, "fields"),
        ({"fields": "nonsense"}, "fields"),
        ({"records": [{"id": "x"}]}, "records"),
        ({"records": "nonsense"}, "records"),
        ({"records": [1]}, "records"),
        ({"primary_key": ["no_such"]}, "primary_key"),
        ({"aliases": ["_x"]}, "aliases"),
        ({"triggers": [{"function": "f"}]}, "triggers"),
        ({"records": [{"id": 99, "at": "2024-02-30"}]}, "records"),
        ({"records": [{"id": 2**40}]}, "records"),
    ],
)
def test_a_refused_create_changes_nothing(site: Site, given: dict[str, Any], field: str) -> None:
    table = site.table()
    before = site.act("datastore_info", "", id=table)
    status, error = site.refused("datastore_create", resource_id=table, **given)
    assert status == 409
    assert field in error
    assert site.act("datastore_info", "", id=table) == before


def test_trigger_functions_are_refused_in_words(site: Site) -> None:
    given = {"name": "f", "rettype": "trigger", "definition": "BEGIN RETURN NEW; END"}
    assert site.refused("datastore_function_create", "user", **given)[0] == 403
    assert "not offered" in site.refused("datastore_function_create", **given)[1]["name"][0]
    assert site.act("datastore_run_triggers", resource_id=site.table()) == 0


def test_numbers_keep_their_digits_on_the_wire(site: Site) -> None:
    site.act("package_create", name="numbers", owner_org="bureau")
    records = [{"n": "12345678901234567890.25"}, {"n": "0.1"}, {"n": 7}]
    created = site.act(
        "datastore_create",
        resource={"package_id": "numbers"},
        fields=[{"id": "n", "type": "numeric"}],
        records=records,
    )
    raw = site.client.get(f"/api/3/action/datastore_search?resource_id={created['resource_id']}").get_data(as_text=True)
    for digits in ('"n":12345678901234567890.25', '"n":0.1', '"n":7'):
        assert digits in raw


@pytest.mark.parametrize("form", ["parquet", "xlsx", "arrow"])
def test_a_dump_comes_in_binary_formats_too(site: Site, form: str) -> None:
    answer = site.client.get(f"/datastore/dump/{site.table()}?format={form}&limit=2")
    assert answer.status_code == 200
    assert len(answer.get_data()) > 500


def test_a_bad_dump_is_refused_in_words(site: Site) -> None:
    table = site.table()
    for query in ("format=pdf", "limit=x", "filters=%7B%22no%22:1%7D", "sort=no_such"):
        answer = site.client.get(f"/datastore/dump/{table}?{query}")
        assert answer.status_code == 400, query
        assert answer.mimetype == "text/plain"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1; SELECT 2", "Query is not a single statement."),
        ("DELETE FROM x", "Query is not a SELECT statement."),
        ("SELECT * FROM (", "Invalid query"),
        ('SELECT no_such FROM "{table}"', "Invalid query"),
        ('SELECT upper(city) + 1 FROM "{table}"', "Invalid query"),
    ],
)
def test_sql_that_cannot_be_run_is_told_in_the_contract_s_shape(site: Site, sql: str, said: str) -> None:
    status, error = site.refused("datastore_search_sql", "", sql=sql.replace("{table}", site.table()))
    assert (status, error["query"], error["__type"]) == (409, [said], "Validation Error")
    if said == "Invalid query":
        assert list(error["info"]) == ["statement", "params", "orig"]


def test_sql_beyond_the_list_is_not_authorized(site: Site) -> None:
    status, error = site.refused("datastore_search_sql", "", sql="SELECT pg_sleep(9)")
    assert (status, error["__type"]) == (403, "Authorization Error")
    assert "pg_sleep" in error["message"]
    assert site.refused("datastore_search_sql", "", sql='SELECT * FROM "no-such"')[0] == 404
    assert site.refused("datastore_search_sql", "")[0] == 409


def test_every_type_comes_back_as_it_went_in(site: Site) -> None:
    site.act("package_create", name="types", owner_org="bureau")
    types = {"z": "timestamptz", "t": "time", "j": "json", "l": "text[]", "b": "int8", "f": "float8", "x": "text"}
    row = {
        "z": "2024-01-02T03:04:05+08:00",
        "t": "03:04:05",
        "j": {"a": [1, None]},
        "l": ["x", "y"],
        "b": 2**40,
        "f": 1e300,
        "x": "引号 \" ' , \n 行",
    }
    table = site.act(
        "datastore_create",
        resource={"package_id": "types"},
        fields=[{"id": name, "type": type} for name, type in types.items()],
        records=[row, {}],
    )["resource_id"]
    expected = row | {"_id": 1, "z": "2024-01-01T19:04:05.000"}
    for _ in range(5):
        found = site.act("datastore_search", "", resource_id=table)
        assert found["records"] == [expected, dict.fromkeys(expected) | {"_id": 2}]
    assert [field["type"] for field in found["fields"]] == [
        "int", "timestamptz", "time", "json", "json", "int8", "float8", "text",
    ]  # fmt: skip
    assert site.act("datastore_search", "", resource_id=table, filters={"z": row["z"]})["total"] == 1
    assert site.act("datastore_search", "", resource_id=table, sort="t desc")["records"][0]["_id"] == 2
    listed = site.act("datastore_search_sql", "", sql=f'SELECT z, t, b FROM "{table}" ORDER BY _id LIMIT 1')
    assert listed["records"] == [{"z": "2024-01-01T19:04:05", "t": "03:04:05", "b": 2**40}]
    exported = site.client.get(f"/api/tables/{table}/export.jsonl?limit=1").get_data(as_text=True)
    assert '"x":"引号' in exported
