"""Facets of the search page: which fields they count, how their values read, and the address of each choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from flask import request

from publisher import organizations
from publisher.work import Work
from schemas.vocabulary import FREQUENCIES, LICENCES
from search.query import Clause, Count, Facet, Term, any_of
from web.language import gettext
from web.rendering import clean, title_of, told, with_query

SHOWN = 8
COUNTED = 40
MOST_CHOSEN = 20

Labels = Callable[[Work, Sequence[str]], Mapping[str, str]]


class Kind(msgspec.Struct, frozen=True):
    """One facet: its parameter in addresses (CKAN's), the field that it counts, its heading and its labels."""

    param: str
    field: str
    heading: Callable[[], str]
    labels: Labels


class Value(msgspec.Struct, frozen=True):
    """One value of a facet with the address that chooses it or takes it back."""

    value: str
    label: str
    count: int
    chosen: bool
    url: str


class View(msgspec.Struct, frozen=True):
    """One facet as the page shows it: the first values, and the ones behind "more"."""

    param: str
    heading: str
    values: tuple[Value, ...]
    more: tuple[Value, ...]
    open: bool


def _titles(kind: organizations.Kind) -> Labels:
    def labels(work: Work, values: Sequence[str]) -> dict[str, str]:
        return {one.name: title_of(one) for one in organizations.listing(work, kind)} if values else {}

    return labels


def _frequencies(_work: Work, values: Sequence[str]) -> dict[str, str]:
    return {value: told(FREQUENCIES[value].label) for value in values if value in FREQUENCIES}


def _licences(_work: Work, values: Sequence[str]) -> dict[str, str]:
    return {value: told(LICENCES[value].title) for value in values if value in LICENCES}


def _as_written(_work: Work, _values: Sequence[str]) -> dict[str, str]:
    return {}


KINDS: tuple[Kind, ...] = (
    Kind("groups", "themes", lambda: gettext("Theme"), _titles("group")),
    Kind("organization", "organization", lambda: gettext("Organization"), _titles("organization")),
    Kind("res_format", "formats", lambda: gettext("Format"), _as_written),
    Kind("frequency", "frequency", lambda: gettext("Update cycle"), _frequencies),
    Kind("tags", "keywords", lambda: gettext("Tag"), _as_written),
    Kind("license_id", "licence", lambda: gettext("Licence"), _licences),
)


def chosen(kind: Kind) -> tuple[str, ...]:
    """Answer the values of a facet that the address chooses."""
    values = (clean(value)[:200] for value in request.args.getlist(kind.param)[:MOST_CHOSEN])
    return tuple(dict.fromkeys(value for value in values if value))


def selected(kinds: Sequence[Kind]) -> tuple[tuple[str, Clause], ...]:
    """Answer the choices as the query wants them: any value within a facet, all facets together."""
    pairs = ((kind.field, chosen(kind)) for kind in kinds)
    return tuple((field, any_of(*(Term(field, value) for value in values))) for field, values in pairs if values)


def asked(kinds: Sequence[Kind]) -> tuple[Facet, ...]:
    """Answer the facets to count."""
    return tuple(Facet(kind.field, COUNTED) for kind in kinds)


def views(work: Work, kinds: Sequence[Kind], counted: Mapping[str, Sequence[Count]]) -> list[View]:
    """Answer the facets to show; chosen values always appear, those without a value at all do not."""
    made = (_view(work, kind, counted.get(kind.field, ())) for kind in kinds)
    return [view for view in made if view.values]


def _view(work: Work, kind: Kind, counts: Sequence[Count]) -> View:
    ticked = chosen(kind)
    known = {count.value: count.count for count in counts}
    order = [*ticked, *(value for value in known if value not in ticked)]
    labels = kind.labels(work, order)
    values = tuple(
        Value(
            value, clean(labels.get(value, value)), known.get(value, 0), value in ticked, _toggle(kind, ticked, value)
        )
        for value in order
    )
    shown = max(SHOWN, len(ticked))
    return View(
        kind.param,
        kind.heading(),
        values[:shown],
        values[shown:],
        kind.param in ("groups", "organization") or bool(ticked),
    )


def _toggle(kind: Kind, ticked: Sequence[str], value: str) -> str:
    left = [one for one in ticked if one != value] if value in ticked else [*ticked, value]
    return with_query({kind.param: left}, drop=("page",))
