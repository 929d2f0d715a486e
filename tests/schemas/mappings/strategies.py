"""Datasets as Hypothesis makes them: any text, any mixture of present and absent fields."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schemas import vocabulary
from schemas.model import Agent, Contact, Dataset, Period, Place, Resource

CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc", "Co", "Cn", "Zs", "Zl", "Zp", "Cf"), exclude_characters="\ufeff"
)
WORDS = st.text(CHARACTERS, min_size=1, max_size=20)
MAYBE = st.one_of(st.just(""), WORDS)
DATES = st.dates().map(str)
ADDRESSES = st.from_regex(r"https?://[a-z]{1,8}\.example/[a-z0-9/._-]{0,20}", fullmatch=True)
EMAILS = st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True)
LANGUAGES = st.sampled_from(["zh", "en", "fr", "ja"])
BOXES = st.tuples(
    st.floats(-180, 0, width=32), st.floats(-90, 0, width=32), st.floats(0, 180, width=32), st.floats(0, 90, width=32)
).map(lambda box: tuple(edge + 0.0 for edge in box))  # no negative zeros
SCHEMAS = st.lists(WORDS, min_size=1, max_size=3, unique=True).map(
    lambda names: {"fields": [{"name": name, "type": "string"} for name in names]}
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Answer an empty text as often as a value."""
    return st.one_of(st.just(""), strategy)


def some(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    """Answer tuples of different values."""
    return st.lists(strategy, max_size=most, unique=True).map(tuple)


def contacts() -> st.SearchStrategy[Contact]:
    """Make contacts."""
    return st.builds(Contact, name=MAYBE, email=maybe(EMAILS))


def agents() -> st.SearchStrategy[Agent]:
    """Make publishers, each with a name."""
    return st.builds(Agent, name=WORDS, url=maybe(ADDRESSES))


def places() -> st.SearchStrategy[Place]:
    """Make boxes and named places."""
    return st.one_of(st.builds(Place, bbox=BOXES), st.builds(Place, uri=ADDRESSES))


def periods() -> st.SearchStrategy[Period]:
    """Make periods with a start and an end."""
    return st.builds(Period, start=DATES, end=DATES)


def resources(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Resource]:
    """Make resources with an address."""
    form = st.sampled_from(["CSV", "JSON", "XLSX", "GeoJSON"])
    return st.builds(
        Resource,
        **(
            {
                "title": MAYBE,
                "description": MAYBE,
                "url": ADDRESSES,
                "format": form,
                "bytes": st.one_of(st.none(), st.integers(0, 2**50)),
                "modified": maybe(DATES),
            }
            | fields
        ),
    )


def datasets(
    items: st.SearchStrategy[Resource] | None = None, **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[Dataset]:
    """Make datasets of the fields that all formats share."""
    return st.builds(
        Dataset,
        **(
            {
                "id": st.uuids().map(str),
                "name": st.from_regex(r"[a-z0-9-]{2,20}", fullmatch=True),
                "title": WORDS,
                "description": MAYBE,
                "landing_page": maybe(ADDRESSES),
                "licence": maybe(st.sampled_from(sorted(vocabulary.LICENCES))),
                "keywords": some(WORDS),
                "frequency": maybe(st.sampled_from(sorted(vocabulary.FREQUENCIES))),
                "issued": maybe(DATES),
                "modified": maybe(DATES),
                "contact": contacts(),
                "publisher": st.one_of(st.none(), agents()),
                "resources": st.lists(resources() if items is None else items, max_size=3).map(tuple),
            }
            | fields
        ),
    )
