"""A mask never says yes where frictionless says no, whatever the text."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from frictionless import Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables.engine import masks
from schemas.tables.engine.plan import Column
from schemas.tables.engine.words import Cells, text_hashes

FIELDS: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": "integer", "constraints": {"minimum": -5, "maximum": "1000", "required": True}},
    {"type": "number"},
    {"type": "number", "constraints": {"minimum": "0.5", "maximum": 100}},
    {"type": "boolean"},
    {"type": "date"},
    {"type": "date", "constraints": {"minimum": "1900-02-28", "maximum": "2024-02-29"}},
    {"type": "datetime"},
    {"type": "time"},
    {"type": "year", "constraints": {"minimum": 1000}},
    {"type": "string", "constraints": {"required": True, "minLength": 2, "maxLength": 5}},
    {"type": "string", "constraints": {"pattern": "[A-Z]{2}-[0-9]{3}"}},
    {"type": "string", "constraints": {"pattern": r"(\d+|[^a-c]x?)+"}},
    {"type": "string", "constraints": {"enum": ["a", "1", "é"]}},
    {"type": "any"},
]

PIECES = st.sampled_from([*"0123456789-+.:TZ eE_,abxAB\n", "-", "2024", "02", "29", "９", "é", "\u3000", "NaN"])
TEXTS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.from_regex(r"-?[0-9]{1,4}-[0-9]{1,2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|\.[0-9]+)?)?", fullmatch=True),
    st.from_regex(r"[A-Z]{2}-[0-9]{2,4}\n?", fullmatch=True),
    st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{0,4})?", fullmatch=True),
    st.text(max_size=6).filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text)),
)


def column(field: dict[str, Any]) -> Column:
    schema = Schema.from_descriptor({"fields": [{"name": "f"} | field], "missingValues": ["", "-"]})
    known = schema.fields[0]
    read: Any = known.create_cell_reader()
    properties = known.to_descriptor()
    format = known.format or "default"
    return Column("f", known.type, format, dict(known.constraints), properties, frozenset({"", "-"}), read)


@pytest.mark.parametrize("field", FIELDS, ids=str)
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=30))
def test_what_a_mask_accepts_frictionless_accepts(field: dict[str, Any], texts: list[str]) -> None:
    known = column(field)
    kernel = masks.kernel_of(known)
    assert kernel is not None
    good = masks.accepted(known, kernel, Cells(pa.array(["x", *texts], pa.string()).slice(1)))
    for at, text in enumerate(texts):
        if good is None or good[at]:
            assert not known.read(text)[1], text


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=2, max_size=30))
def test_equal_texts_have_equal_hashes_and_others_do_not(texts: list[str]) -> None:
    codes = dict(zip(texts, text_hashes(texts).tolist(), strict=True))
    assert len(set(codes.values())) == len(set(texts))
    assert codes == dict(
        zip(texts, Cells(pa.array(["pad", *texts], pa.string()).slice(1)).hashes().tolist(), strict=True)
    )
