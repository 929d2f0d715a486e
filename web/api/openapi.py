"""The OpenAPI 3.1 document of the registry: one path an action, made from its row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from web.api import tables_document
from web.api.action import Action, Param

SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "natural": {"type": "integer", "minimum": 0},
    "positive": {"type": "integer", "minimum": 1},
    "boolean": {"type": "boolean"},
    "list": {"type": "array", "items": {}},
    "object": {"type": "object"},
    "any": {},
    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
}
RESULTS: dict[str, dict[str, Any]] = {
    "any": {},
    "array": {"type": "array"},
    "object": {"type": "object"},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "null": {"type": "null"},
}
REFUSALS = {
    "400": "The request cannot be read as a call, or asks for parameters that do not exist.",
    "403": "The caller may not do this.",
    "404": "The object does not exist, or the caller may not know that it does.",
    "409": "The input is refused: one key a field, each with its messages.",
    "413": "The request is larger than the site takes.",
    "415": "The body is not JSON.",
    "503": "An engine does not answer; try again later.",
}


def document(actions: Iterable[Action], site: str) -> dict[str, Any]:
    """Write the document for a site's address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Action API",
            "version": "3",
            "description": "The catalogue's machine interface, as clients of CKAN speak it.",
        },
        "servers": [{"url": site}],
        "paths": {f"/api/3/action/{action.name}": _path(action) for action in actions} | tables_document.paths(),
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}},
            "schemas": {"Refusal": _refusal(), "TableError": tables_document.refusal()},
        },
    }


def _path(action: Action) -> dict[str, Any]:
    methods = {"post": _operation(action, "post")}
    return {"get": _operation(action, "get"), **methods} if action.reads else methods


def _operation(action: Action, method: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": action.name if method == "post" else f"{action.name}_by_get",
        "summary": action.help.en,
        "tags": ["read" if action.reads else "write"],
        "security": [{}, {"token": []}],
        "responses": _responses(action),
    }
    if method == "get":
        operation["parameters"] = [_parameter(param) for param in action.params]
    elif action.params:
        operation["requestBody"] = {"content": {_media(action): {"schema": _body(action)}}}
    return operation


def _media(action: Action) -> str:
    sends_file = any(param.type == "file" and param.required for param in action.params)
    return "multipart/form-data" if sends_file else "application/json"


def _parameter(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.help.en,
        "schema": {"type": "string"} if param.type in ("list", "object", "any") else _schema(param),
    }


def _body(action: Action) -> dict[str, Any]:
    needed = [param.name for param in action.params if param.required]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {param.name: _schema(param) | {"description": param.help.en} for param in action.params},
    }
    return schema | ({"required": needed} if needed else {})


def _schema(param: Param) -> dict[str, Any]:
    schema = dict(SCHEMAS[param.type])
    if param.among:
        schema["enum"] = list(param.among)
    if param.default not in (None, (), []):
        schema["default"] = param.default
    return schema


def _responses(action: Action) -> dict[str, Any]:
    envelope = {
        "type": "object",
        "required": ["help", "success", "result"],
        "properties": {
            "help": {"type": "string"},
            "success": {"const": True},
            "result": RESULTS[action.returns],
        },
    }
    refusals = {
        status: {"description": text, "content": {"application/json": {"schema": _error(status)}}}
        for status, text in REFUSALS.items()
    }
    answered = {"description": "The result.", "content": {"application/json": {"schema": envelope}}}
    return {"200": answered, **refusals}


def _error(status: str) -> dict[str, Any]:
    refusal = {"$ref": "#/components/schemas/Refusal"}
    return {"anyOf": [{"type": "string"}, refusal]} if status in ("400", "413", "415") else refusal


def _refusal() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["help", "success", "error"],
        "properties": {
            "help": {"type": "string"},
            "success": {"const": False},
            "error": {
                "type": "object",
                "required": ["__type"],
                "properties": {"__type": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    }
