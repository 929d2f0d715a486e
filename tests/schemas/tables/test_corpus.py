"""Both engines against the kept frictionless reports of the shared validation cases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.tables.engine import fallback

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("function", ["report", "fast"])
def test_every_case_is_strictly_equal(shared: Path, function: str) -> None:
    check = shared / "validation-cases" / "check"
    command = [sys.executable, str(check), "--callable", f"tests.contract.tables:{function}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    total = len(json.loads((shared / "validation-cases" / "index.json").read_text(encoding="utf-8"))["cases"])
    assert done.stdout.splitlines()[-1] == f"total: {total}/{total} flat, {total}/{total} strict"


def test_most_cases_take_the_fast_way_and_no_fallback_is_unexpected(shared: Path) -> None:
    check = str(shared / "validation-cases" / "check")
    script = f"""
import json, runpy, sys
sys.path.insert(0, ".")
sys.argv = [{check!r}, "--callable", "tests.contract.tables:fast"]
from schemas.tables.engine import fallback
try:
    runpy.run_path({check!r}, run_name="__main__")
except SystemExit:
    print(json.dumps(fallback.counts()))
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    counts = json.loads(done.stdout.splitlines()[-1])
    assert set(counts) <= fallback.EXPECTED | {"fast"}
    assert counts["fast"] >= 0.75 * sum(counts.values())
    assert counts.get("reader", 0) <= 15
