"""The grader passes what is promised and fails what is not."""

from __future__ import annotations

import pytest

from tests.contract.grades import grades


def test_grades_are_percentages_of_the_last_closing_line() -> None:
    assert grades("x\nexact 9, shape 10, status 10 of 10\n") == {"exact": 90.0, "shape": 100.0}
    assert grades("total: 5/5 flat, 4/5 strict") == {"strict": 80.0}


@pytest.mark.parametrize("text", ["", "exact 0, shape 0, status 0 of 0"])
def test_a_run_without_pairs_is_no_pass(text: str) -> None:
    with pytest.raises(ValueError, match="no closing line"):
        grades(text)
