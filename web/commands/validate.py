"""The command that checks a table against its schema, without a site."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from schemas.errors import GongkaiError, Invalid
from schemas.text import Text


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--schema", type=click.Path(path_type=Path), help="A Table Schema (JSON). 表模式文件。")
@click.option("--resource", default="", help="The resource of a datapackage.json. 数据包中的资源名。")
@click.option("--limit-errors", default=1000, show_default=True, type=click.IntRange(0), help="0: no limit. 0 为不限。")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the report in frictionless' JSON shape. 以 JSON 输出报告。"
)
@click.option("--language", default="en", type=click.Choice(["en", "zh"]), show_default=True, help="Language. 语言。")
def validate(file: Path, schema: Path | None, resource: str, limit_errors: int, as_json: bool, language: str) -> None:
    """Check a table, or a resource of a datapackage.json.

    按表模式校验表格文件。Exit codes: 0 valid 有效, 1 invalid 无效, 2 could not be checked 无法校验.
    """
    if not file.is_file():
        raise Invalid({}, Text(zh=f"没有文件 {file}。", en=f"There is no file {file}."), code="no-file")
    document = _checked(file, schema, resource, limit_errors)
    if as_json:
        click.echo(orjson.dumps(document, default=str, option=orjson.OPT_INDENT_2))
    else:
        from schemas import tables

        click.echo(tables.readable(tables.to_report(document), language))
    sys.exit(_code(document))


def _checked(file: Path, schema: Path | None, resource: str, limit_errors: int) -> dict[str, Any]:
    from schemas import tables

    try:
        if schema is None and file.name.endswith(".json") and _is_package(file):
            return tables.report(file, resource or _only_resource(file), {"limit_errors": limit_errors})
        return tables.check_document(file, _schema(schema), limit_errors=limit_errors)
    except GongkaiError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the engine lets out means: could not check
        message = Text(zh=f"无法校验 {file}：{error}", en=f"{file} could not be checked: {error}")
        raise Invalid({}, message, code="not-checked") from None


def _schema(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    if not path.is_file():
        raise Invalid({}, Text(zh=f"没有模式文件 {path}。", en=f"There is no schema {path}."), code="no-file")
    schema = _json(path)
    if not isinstance(schema, dict):
        raise Invalid({}, Text(zh=f"{path} 不是表模式。", en=f"{path} is not a Table Schema."), code="bad-schema")
    return schema


def _is_package(file: Path) -> bool:
    document = _json(file)
    return isinstance(document, dict) and isinstance(document.get("resources"), list)


def _only_resource(file: Path) -> str:
    names = [r.get("name", "") for r in _json(file)["resources"] if isinstance(r, dict)]
    if len(names) == 1:
        return str(names[0])
    told = ", ".join(map(str, names))
    message = Text(zh=f"请用 --resource 指明资源：{told}。", en=f"Name one with --resource: {told}.")
    raise Invalid({}, message, code="which-resource")


def _json(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        message = Text(zh=f"{file} 不是有效的 JSON：{error}。", en=f"{file} is not valid JSON: {error}.")
        raise Invalid({}, message, code="bad-json") from None


def _code(document: dict[str, Any]) -> int:
    """Answer 0 for valid, 1 for errors in the table, 2 where no table could be read at all."""
    if document["valid"]:
        return 0
    unread = {"source-error", "scheme-error", "format-error", "encoding-error", "general-error", "error"}
    found = [error["type"] for task in document["tasks"] for error in task["errors"]]
    found += [error["type"] for error in document["errors"]]
    return 2 if found and set(found) <= unread else 1
