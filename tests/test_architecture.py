"""The shape of the house, as far as a test can hold it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("schemas", "search", "publisher", "harvester", "web")
LONGEST_FUNCTION = 60
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager"}
READS_ENVIRONMENT = {"publisher/config.py", "web/environment.py", "web/serving.py"}


MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_opens_with_a_docstring_and_has_a_field_word_as_its_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem not in FORBIDDEN_NAMES
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_functions_stay_short(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    long = {node.name: node.end_lineno - node.lineno for node in functions if node.end_lineno}
    if "migrations/versions" not in named(path):
        assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if named(path) not in READS_ENVIRONMENT:
        assert not re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_nothing_happens_at_import(path: Path) -> None:
    """Module level holds definitions, constants and registrations, never loops over engines or opened files."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node.value for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    allowed = {"web/__main__.py"}
    assert named(path) in allowed or [ast.unparse(call) for call in calls] == []
