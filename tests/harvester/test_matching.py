"""Resources are recognised whatever else of them changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harvester.matching import with_ids
from schemas.model import Dataset, Resource, replace

PLAIN = [
    Resource(id="1", url="http://x/a.csv", title="A", format="CSV"),
    Resource(id="2", url="http://x/b.csv", title="B", format="CSV"),
    Resource(id="3", uri="http://x/#c", url="http://x/c.csv", title="C"),
]


def ids(old: list[Resource], new: list[Resource]) -> list[str]:
    return [r.id for r in with_ids(Dataset(resources=tuple(new)), Dataset(resources=tuple(old))).resources]


def test_a_renamed_a_moved_and_a_reordered_resource_keep_their_ids() -> None:
    renamed = Resource(url="http://x/a.csv", title="New name", format="CSV")
    moved = Resource(url="http://x/v2/b.csv", title="B", format="CSV")
    changed = Resource(uri="http://x/#c", url="http://x/other.csv", title="Other")
    assert ids(PLAIN, [changed, moved, renamed]) == ["3", "2", "1"]


def test_a_new_resource_has_no_id_yet() -> None:
    assert ids(PLAIN, [Resource(url="http://x/z.csv", title="Z"), *PLAIN]) == ["", "1", "2", "3"]
    assert ids(PLAIN[:1], [Resource(url="http://x/z.csv", title="Z")]) == ["1"]
    assert [r.id for r in with_ids(Dataset(resources=(PLAIN[0],)), None).resources] == [""]


resources = st.builds(
    Resource,
    url=st.sampled_from(["", "http://x/a", "http://x/b"]),
    title=st.sampled_from(["", "A", "B"]),
    uri=st.sampled_from(["", "u"]),
    format=st.sampled_from(["", "CSV"]),
)


@given(st.lists(resources, max_size=8))
def test_the_same_resources_again_keep_their_ids_in_order(found: list[Resource]) -> None:
    old = [Resource(id=f"r{n}", url=r.url, title=r.title, uri=r.uri, format=r.format) for n, r in enumerate(found)]
    again = ids(old, found)
    assert again == [resource.id for resource in old]


@given(st.lists(resources, max_size=8), st.lists(resources, max_size=8))
def test_no_id_is_given_twice(found: list[Resource], more: list[Resource]) -> None:
    old = [Resource(id=f"r{n}", url=r.url, title=r.title, uri=r.uri, format=r.format) for n, r in enumerate(found)]
    given_ids = [identity for identity in ids(old, more) if identity]
    assert len(given_ids) == len(set(given_ids))
    assert set(given_ids) <= {r.id for r in old}


def test_the_rest_of_the_dataset_is_untouched() -> None:
    dataset = Dataset(title="T", resources=(PLAIN[0],))
    assert replace(with_ids(dataset, dataset), resources=()) == replace(dataset, resources=())
