"""What a dataset's search form holds, who may see it, and that nothing odd breaks its making."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.model import Agent, Contact, Dataset, Organization, Origin, Period, Place, Resource
from search.document import Column, Facts, labels, moment, to_document
from search.encoding import LAST, columns, encode
from search.fields import BY_NAME, FIELDS

MOMENT = datetime(2024, 5, 1, tzinfo=UTC)
WHOLE = Dataset(
    id="d1",
    name="air",
    title="空气质量",
    description="Hourly values",
    translations={"en": {"title": "Air quality"}},
    keywords=("空气", "pm2.5"),
    terms={"frequency": ("daily",)},
    owner="o1",
    themes=("g1",),
    subjects=("http://example.org/theme/ENVI",),
    licence="cc-by",
    frequency="R/P1D",
    languages=("zh",),
    issued="2020-05",
    modified="2024-04-30",
    spatial=(Place(name="深圳", uri="440300"),),
    temporal=(Period(start="2019-01-01"),),
    creator=Contact(name="监测中心"),
    contact=Contact(name="Helpdesk"),
    publisher=Agent(name="环境局"),
    identifier="ENV-7",
    resources=(
        Resource(id="r1", title="Values", format="CSV", url="http://example.org/v.csv",
                 schema={"fields": [{"name": "pm25", "title": "细颗粒物"}, "odd", {"name": 7}]}),
        Resource(id="r2", format="CSV"),
    ),
    origin=Origin(source="src", remote_id="rem"),
    created=MOMENT,
    changed=MOMENT,
    revision=3,
    fields={"level": 2, "open": True},
    extras={"region": "Nanshan", "list": ["a", 1], "deep": {"x": 1}, "none": None},
)  # fmt: skip


def test_document_holds_every_field_it_can() -> None:
    owner = Organization(id="o1", name="env", title="环境局", translations={"en": {"title": "Environment Bureau"}})
    theme = Organization(id="g1", name="nature", title="Nature", kind="group")
    facts = Facts(columns=(Column("so2", "二氧化硫"),), row_count=9, has_table=True, quality=0.9, uses=5)
    values = to_document(WHOLE, owner, [theme], facts).values
    assert values["title"] == ("空气质量", "Air quality")
    assert values["formats"] == ("CSV",)
    assert values["columns"] == ("so2", "pm25")
    assert values["themes"] == ("nature",)
    assert values["extras"] == {"level": ("2",), "open": ("true",), "region": ("Nanshan",), "list": ("a", "1")}
    assert values["terms"] == {"frequency": ("daily",)}
    assert (values["issued"], values["modified"]) == (
        datetime(2020, 5, 1, tzinfo=UTC),
        datetime(2024, 4, 30, tzinfo=UTC),
    )
    assert values["theme_text"] == ("Nature", "nature", "ENVI")
    assert "Environment Bureau" in values["organization_text"]  # type: ignore[operator]
    made_elsewhere = {"text", "words", "pinyin", "initials", "title_sort", "title_first", "keyword_first"}
    absent = {field.name for field in FIELDS} - values.keys() - made_elsewhere
    assert absent == {"landing_page", "version", "resource_description", "media_types", "resource_kinds", "created_by"}


def test_labels_say_who_may_see() -> None:
    assert labels(WHOLE) == ("public",)
    private = Dataset(id="d", owner="o", created_by="u", visibility="private")
    assert labels(private) == ("org-o", "user-u", "dataset-d")
    assert labels(Dataset(id="d", state="draft", created_by="u")) == ("user-u", "dataset-d")
    assert "public" not in labels(Dataset(id="d", state="deleted"))
    assert labels(private, ["group-x"])[-1] == "group-x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020", datetime(2020, 1, 1, tzinfo=UTC)),
        ("2020-05", datetime(2020, 5, 1, tzinfo=UTC)),
        ("2020-05-06", datetime(2020, 5, 6, tzinfo=UTC)),
        ("2020-05-06T01:02:03+08:00", datetime(2020, 5, 5, 17, 2, 3, tzinfo=UTC)),
        ("last year", None),
        ("", None),
        ("9999", datetime(9999, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_declared_dates_are_read(text: str, expected: datetime | None) -> None:
    assert moment(text) == expected


def test_cells_are_columns_of_the_index() -> None:
    names = {column.name for column in columns()}
    cells = encode(to_document(WHOLE, Organization(id="o1", name="env"), [], Facts()))
    assert set(cells) <= names
    assert {f"sort_{field.name}" for field in FIELDS if field.sortable} <= set(cells)
    assert encode(to_document(Dataset(id="x")))["sort_licence"] == LAST
    assert len(names) == len(columns())


def test_weight_is_gentle() -> None:
    plain = to_document(Dataset(id="x")).weight
    best = to_document(WHOLE, facts=Facts(quality=1.0, uses=10**6)).weight
    worst = to_document(Dataset(id="x", modified="1950", changed=MOMENT), facts=Facts(quality=0.0)).weight
    assert plain == 1.0
    assert 0.9 < worst < plain < best < 1.1


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40), st.dictionaries(st.text(max_size=8), ANY, max_size=4), ANY)
def test_nothing_odd_breaks_the_document(text: str, extras: dict[str, Any], schema: Any) -> None:
    resource = Resource(title=text, url=text, schema={"fields": schema})
    dataset = Dataset(id="x", title=text, description=text, keywords=(text,), extras=extras, issued=text,
                      subjects=(text,), resources=(resource,))  # fmt: skip
    cells = encode(to_document(dataset, Organization(name=text, title=text)))
    assert all(isinstance(cells[name], (str, int, float, list)) for name in cells)


def test_every_field_tells_what_it_is() -> None:
    assert all(field.help.endswith(".") and field.name == name for name, field in BY_NAME.items())
