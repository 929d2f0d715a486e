"""The OpenAPI 3.1 document of the site's own interface to tables."""

from __future__ import annotations

from typing import Any

from publisher.table_exports import FORMATS

WHICH = (
    ("version", "integer", "The number of a version; the present one where it is absent."),
    ("as_of", "string", "A moment in ISO 8601: the version that stood then."),
)
QUESTION = (
    (
        "filter",
        "string",
        'JSON: {"column": value, "column": [values], "column": {"gt": 1, "lte": 5}}; '
        "operators eq ne in lt lte gt gte, combined by $and and $or.",
    ),
    ("q", "string", "Words that a row must have; Chinese of two and more characters matches anywhere."),
)
SELECT = ("select", "string", "Columns with commas; `_id` and all of them where it is absent.")
ORDER = ("order", "string", "Columns with commas, `-` before one that goes down; `_id` breaks ties.")
PATHS: tuple[tuple[str, str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("", "describe", "Columns, key, counts and limits of a table.", WHICH),
    (
        "/rows",
        "rows",
        "One page of rows. `next` is the cursor of the following page, which is of the same version.",
        (
            *WHICH,
            *QUESTION,
            SELECT,
            ORDER,
            ("limit", "integer", "Rows of the page: 100 unless said, at most 10,000."),
            ("after", "string", "The `next` of the page before."),
            ("count", "boolean", "Whether to count all rows that answer."),
        ),
    ),
    (
        "/aggregate",
        "aggregate",
        "Groups with measures. `complete` is false where there are more groups than the limit.",
        (
            *WHICH,
            *QUESTION,
            ("by", "string", "Columns to group by, with commas; one group of all rows where it is absent."),
            (
                "values",
                "string",
                "Measures with commas: count, count_distinct:c, sum:c, min:c, max:c, avg:c, median:c, p95:c.",
            ),
            ("order", "string", "One column of the answer, `-` before it to go down."),
            ("limit", "integer", "Groups: 1,000 unless said, at most 10,000."),
        ),
    ),
    ("/profile", "profile", "Missing and distinct values, range, histogram and top values of each column.", WHICH),
    (
        "/versions",
        "versions",
        "The versions, newest first.",
        (
            ("limit", "integer", "Versions: 100 unless said, at most 1,000."),
            ("before", "integer", "Only versions before this number."),
        ),
    ),
    (
        "/diff",
        "diff",
        "Rows added, removed and changed between two versions, by the table's key; `drift` tells what is unlike.",
        (
            ("from", "integer", "The older version; the one before `to` where it is absent."),
            ("to", "integer", "The newer version; the present one where it is absent."),
            ("limit", "integer", "Rows shown: 100 unless said, at most 1,000; counts are of all rows."),
        ),
    ),
    (
        "/export.{format}",
        "export",
        "All rows that answer, streamed as a file.",
        (*WHICH, *QUESTION, SELECT, ORDER, ("limit", "integer", "The most rows; all unless said.")),
    ),
)


def document(site: str) -> dict[str, Any]:
    """Write the document for a site's address."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tables", "version": "1", "description": "The rows of published tables."},
        "servers": [{"url": site}],
        "paths": paths(),
        "components": {"schemas": {"TableError": refusal()}},
    }


def paths() -> dict[str, Any]:
    """Answer one entry a path, to stand in this document or in a larger one."""
    return {f"/api/tables/{{id}}{path}": {"get": _operation(name, told, params)} for path, name, told, params in PATHS}


def _operation(name: str, summary: str, params: tuple[tuple[str, str, str], ...]) -> dict[str, Any]:
    held = [_held("id", "The id of the resource that the table belongs to.")]
    if name == "export":
        held.append(_held("format", "The format of the file.") | {"schema": {"enum": list(FORMATS)}})
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/TableError"}}}
    told = (("400", "The question cannot be read."), ("403", "The caller may not."), ("404", "There is none."))
    return {
        "operationId": f"tables_{name}",
        "summary": summary,
        "tags": ["tables"],
        "parameters": [*held, *(_parameter(*param) for param in params)],
        "responses": {
            "200": {"description": "The answer, with an ETag of the version and the question."},
            "304": {"description": "The caller has this answer already."},
            **{status: {"description": text, "content": refusal} for status, text in told},
        },
    }


def _held(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": text, "schema": {"type": "string"}}


def _parameter(name: str, type: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": type}}


def refusal() -> dict[str, Any]:
    """Answer the schema of an error of this interface."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "fields"],
                "properties": {
                    "code": text,
                    "message": {"type": "object", "properties": {"zh": text, "en": text}},
                    "fields": {"type": "object"},
                },
            }
        },
    }
