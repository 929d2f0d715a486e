"""Settled sites for the tests of the API: one that is only read, and fresh ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.api.asking import Asked, asked


@pytest.fixture
def fresh() -> Iterator[Asked]:
    """Open a settled site of the test's own."""
    with asked() as site:
        yield site


@pytest.fixture(scope="module")
def settled() -> Iterator[Asked]:
    """Open a settled site that the tests of a module share and do not change."""
    with asked() as site:
        yield site
