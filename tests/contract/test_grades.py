"""The grader passes what is promised and fails what is not."""

from __future__ import annotations

import json

import pytest

from tests.contract.grades import grades, listed, surprises


def test_grades_are_percentages_of_the_last_closing_line() -> None:
    assert grades("x\nexact 9, shape 10, status 10 of 10\n") == {"exact": 90.0, "shape": 100.0}
    assert grades("total: 5/5 flat, 4/5 strict") == {"strict": 80.0}


@pytest.mark.parametrize("text", ["", "exact 0, shape 0, status 0 of 0"])
def test_a_run_without_pairs_is_no_pass(text: str) -> None:
    with pytest.raises(ValueError, match="no closing line"):
        grades(text)


def test_a_difference_needs_a_reason_that_covers_it() -> None:
    known = listed("| scenario | pairs | grade | reason |\n| a | 1, 2 | shape | because |\n| b | 3 | status | so |\n")
    assert known == {("a", 1): "shape", ("a", 2): "shape", ("b", 3): "status"}
    rows = [("a", 1, "shape"), ("a", 2, "status"), ("b", 3, "exact"), ("c", 4, "shape"), ("d", 5, "exact")]
    lines = [json.dumps({"scenario": s, "step": n, "grade": g, "why": "x"}) for s, n, g in rows]
    assert surprises(lines, known) == ["a 2 is status, not shape: x", "c 4 is shape, not exact: x"]
