"""Quality counts what a record says, and lateness follows its update cycle."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from publisher.quality import INDICATORS, MOST, days_late, quality
from schemas.model import Contact, Dataset, Period, Place, Resource, replace

CSV = Resource(url="http://x/1.csv", format="CSV", media_type="text/csv", bytes=10)
FULL = Dataset(
    title="空气",
    owner="bureau",
    keywords=("空气",),
    themes=("environment",),
    spatial=(Place(name="北京"),),
    temporal=(Period(start="2025"),),
    licence="cc-by-4.0",
    contact=Contact(email="a@b.cn"),
    rights="可自由使用",
    issued="2025-01-01",
    modified="2026-11-01",
    resources=(CSV,),
)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_a_full_record_earns_everything_and_an_empty_one_nothing() -> None:
    from schemas.vocabulary import LICENCES

    full = quality(replace(FULL, licence=next(iter(LICENCES))))
    assert (full.score, full.missing) == (1.0, ())
    empty = quality(Dataset(title="空"))
    assert (empty.points, len(empty.missing)) == (0.0, len(INDICATORS))


def test_files_count_by_their_share() -> None:
    half = quality(replace(FULL, resources=(CSV, Resource(url="http://x/2"))))
    whole = quality(FULL)
    assert whole.points - half.points == (20 + 10 + 10 + 20 + 20 + 5) / 2
    assert set(half.missing) - set(whole.missing) == {
        "format",
        "media-type",
        "known-format",
        "open-format",
        "machine-readable",
        "size",
    }


def test_points_are_those_of_the_documentation() -> None:
    from tests.conftest import ROOT

    text = (ROOT / "docs" / "disclosure.md").read_text(encoding="utf-8")
    assert f"of {MOST} points" in text
    for indicator in INDICATORS:
        assert f"| {indicator.label.en} | {indicator.points} |" in text


@pytest.mark.parametrize(
    ("frequency", "modified", "late"),
    [
        ("daily", "2026-11-24", 0),
        ("daily", "2026-11-20", 4),
        ("monthly", "2026-10-25", 0),
        ("monthly", "2026-10-01", 24),
        ("irregular", "2001-01-01", None),
        ("", "2001-01-01", None),
        ("daily", "", None),
    ],
)
def test_lateness_follows_the_cycle(frequency: str, modified: str, late: int | None) -> None:
    assert days_late(replace(FULL, frequency=frequency, modified=modified), NOW) == late
